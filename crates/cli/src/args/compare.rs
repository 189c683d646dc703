use std::path::PathBuf;

use clap::Args;

use super::Overwrite;

/// `clade compare`
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The runs: names, or unique beginnings of them
    #[arg(required = true, num_args = 1.., value_name = "RUN")]
    pub runs: Vec<String>,
    #[command(flatten)]
    pub pictures: Pictures,
}

/// Where curves are drawn to.
#[derive(Debug, Args)]
pub struct Pictures {
    /// Write the curves as a picture
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Write the curves as a page that opens from disk
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    #[command(flatten)]
    pub overwrite: Overwrite,
}
