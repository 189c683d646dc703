use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Overwrite;

/// Formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Everything, for `clade import`
    Bundle,
    /// The best prompt as text
    Prompt,
    /// A promptfoo config with the best prompt, which runs
    Promptfoo,
    /// Trials as CSV
    Csv,
    /// Trials as JSON lines, with answers
    Jsonl,
    /// The journal as JSON lines
    Journal,
    /// The family tree for Graphviz
    Dot,
    /// The family tree for Mermaid
    Mermaid,
    /// The family tree as GraphML
    Graphml,
    /// The family tree as statements for Neo4j
    Cypher,
    /// The family tree as JSON
    Tree,
}

impl ExportFormat {
    /// Whether it tells what a search has and an evaluation has not: a better prompt, or a family tree.
    pub fn of_search(self) -> bool {
        match self {
            Self::Bundle | Self::Csv | Self::Jsonl | Self::Journal => false,
            Self::Prompt | Self::Promptfoo | Self::Dot | Self::Mermaid | Self::Graphml | Self::Cypher | Self::Tree => {
                true
            }
        }
    }
}

/// `clade export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The run
    #[arg(default_value = "last")]
    pub run: String,
    /// What to write
    #[arg(long, short, value_enum, default_value_t = ExportFormat::Bundle)]
    pub format: ExportFormat,
    /// Where to [default: RUN.clade.tar.zst for bundles, the terminal otherwise]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub overwrite: Overwrite,
    /// Leave the examples out of a bundle: it can then be looked at elsewhere and not resumed
    #[arg(long)]
    pub without_data: bool,
}

/// `clade import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The bundle
    pub file: PathBuf,
    /// Name the run otherwise than in the bundle
    #[arg(long, value_name = "NAME")]
    pub run_id: Option<String>,
    /// The bundle is somebody else's: keep its answers for this run alone, and serve no other run from them
    #[arg(long)]
    pub untrusted: bool,
}

/// `clade report`
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The run
    #[arg(default_value = "last")]
    pub run: String,
    /// Where to [default: RUN.html]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub overwrite: Overwrite,
}
