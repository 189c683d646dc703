use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `clade bench`
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// What to measure
    #[command(subcommand)]
    pub bench: Bench,
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Compare strategies on the simulated model at equal budgets, over many seeds; costs nothing
    Search(SearchArgs),
}

/// `clade bench search`
#[derive(Debug, Args)]
#[command(
    after_help = "The figures compare searches under the rules of a simulated model and say nothing of a real one.\n\
    The budget covers the search and the choice on validation; the final comparison on the test split\n\
    comes on top for every strategy. All-in, a model-written proposal counts as 5 task calls."
)]
pub struct SearchArgs {
    /// Worlds, or `all`; `--list` shows them
    #[arg(long, value_delimiter = ',', default_value = "rough", value_name = "NAME,...")]
    pub worlds: Vec<String>,
    /// Strategies, or `all`
    #[arg(long, value_delimiter = ',', default_value = "all", value_name = "NAME,...")]
    pub strategies: Vec<String>,
    /// Budgets in calls
    #[arg(long, value_delimiter = ',', default_value = "500,1000,2000", value_name = "N,...")]
    pub budgets: Vec<u32>,
    /// What counts against the budget: `task`, `all-in` or `both`
    #[arg(long, default_value = "both", value_name = "WAY")]
    pub counting: String,
    /// Runs of each strategy on each budget in each world
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub seeds: u32,
    /// The first of their seeds
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub first_seed: u64,
    /// Runs at once [default: one for each core]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
    /// Change a setting of every strategy (`strategy.PATH=VALUE`) or of one (`NAME.PATH=VALUE`)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Keep finished runs in this file, one JSON object a line; those that it holds are not run again. Take another file
    /// after a change of the program
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// List the worlds and strategies
    #[arg(long)]
    pub list: bool,
}
