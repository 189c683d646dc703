use clap::CommandFactory;
use clap_complete::Shell;

use crate::{args::Cli, failure::Failure, output::raw};

/// `clade schema`
pub fn run() -> Result<(), Failure> {
    let schema = serde_json::to_string_pretty(&clade_runfile::schema()).unwrap_or_default();
    raw(schema);
    Ok(())
}

/// `clade completions`
pub fn completions(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "clade", &mut script);
    raw(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}
