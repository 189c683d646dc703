use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `clade bench`
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Replay real outcomes: how much worse is the prompt that a policy names after few cells?
    Replay(ReplayArgs),
    /// The negative control: how often is an improvement claimed, and how often where there is none?
    Control(ControlArgs),
}

/// `clade bench replay`
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Outcomes of many prompts on the same examples: JSON lines (`.jsonl` or `.jsonl.gz`) with `outcomes` and `heldout`
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Most prompts in a race
    #[arg(long, default_value_t = 40, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    pub pool_size: u32,
    /// Races drawn from each file
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub pools: u32,
    /// Shares of all cells that a policy may buy
    #[arg(long, value_delimiter = ',', default_value = "0.05,0.1,0.2", value_name = "SHARE", value_parser = share)]
    pub fractions: Vec<f64>,
    /// Only this policy; repeat for several [default: all]
    #[arg(long, value_name = "NAME")]
    pub policy: Vec<String>,
    /// Let prompts join one after another during the first share of the cells
    #[arg(long, value_name = "SHARE", num_args = 0..=1, require_equals = true, default_missing_value = "0.3", value_parser = share)]
    pub open: Option<f64>,
    /// Seed of all randomness
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
}

/// `clade bench control`
#[derive(Debug, Args)]
pub struct ControlArgs {
    /// Outcomes as for `clade bench replay`
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Simulated selections for each file
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub selections: u32,
    /// Most prompts in a race
    #[arg(long, default_value_t = 40, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    pub pool_size: u32,
    /// Share of all cells that the choice may buy
    #[arg(long, default_value_t = 0.1, value_name = "SHARE", value_parser = share)]
    pub fraction: f64,
    /// Numbers of fresh examples to test on
    #[arg(long, value_delimiter = ',', default_value = "25,50,100,150", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub fresh: Vec<u32>,
    /// Level of the test
    #[arg(long, default_value_t = 0.05, value_name = "ALPHA", value_parser = share)]
    pub level: f64,
    /// Who chooses [default: continuous-halving]
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// Seed of all randomness
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
}

/// A share above 0, at most 1.
fn share(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if number > 0.0 && number <= 1.0 { Ok(number) } else { Err("write a number above 0, at most 1".to_owned()) }
}
