use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{args::Cli, failure::Failure};

/// `clade schema`
pub fn run() -> Result<(), Failure> {
    let schema = serde_json::to_string_pretty(&clade_runfile::schema()).unwrap_or_default();
    drop(writeln!(std::io::stdout().lock(), "{schema}"));
    Ok(())
}

/// `clade completions`
pub fn completions(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "clade", &mut script);
    drop(std::io::stdout().lock().write_all(&script));
    Ok(())
}
