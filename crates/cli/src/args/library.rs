use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `clade library`
#[derive(Debug, Args)]
pub struct LibraryArgs {
    /// What to do
    #[command(subcommand)]
    pub command: LibraryCommand,
}

/// What to do with prompts and data sets that have names.
#[derive(Debug, Subcommand)]
pub enum LibraryCommand {
    /// List them
    List,
    /// Keep a file as the first version of a new name, or as the next of one that is there
    Add {
        /// Which kind
        kind: Kind,
        /// Its name: run files have it as `library://NAME`, or `library://NAME@3` for a version
        name: String,
        /// The file: a prompt's text, or examples as JSON lines
        file: PathBuf,
        /// What is new in it
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Print a version, and nothing else
    Show {
        /// Which kind
        kind: Kind,
        /// Its name, with `@3` or `@label` behind it for a version that is not the newest
        name: String,
    },
}

/// What is kept by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A prompt
    Prompt,
    /// Examples, as JSON lines
    Dataset,
}
