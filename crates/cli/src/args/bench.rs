use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Pictures;

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
    /// Replay real outcomes: how much worse is the prompt that a policy names after few cells?
    Replay(ReplayArgs),
    /// The negative control: how often is an improvement claimed, and how often where there is none?
    Control(ControlArgs),
    /// Compare strategies on your own run file with its models and data, on equal budgets, over several seeds
    Run(BenchRunArgs),
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
    /// Budgets in calls, each at least 40: below, no search has anything left to choose with
    #[arg(long, value_delimiter = ',', default_value = "500,1000,2000", value_name = "N,...", value_parser = budget)]
    pub budgets: Vec<u32>,
    /// What counts against the budget: `task`, `all-in` or `both`
    #[arg(long, default_value = "both", value_name = "WAY")]
    pub counting: String,
    /// Runs of each strategy on each budget in each world
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = seeds)]
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
    /// Train examples of each world, where it is not to have its own number of them
    #[arg(long, value_name = "N", conflicts_with = "out", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub train: Option<u32>,
    /// Keep finished runs in this file, one JSON object a line; those that it holds are not run again. Take another file
    /// after a change of the program
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Draw test scores against budgets into this file
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// List the worlds and strategies
    #[arg(long)]
    pub list: bool,
}

/// `clade bench run`
#[derive(Debug, Args)]
#[command(
    after_help = "Each strategy with each seed is a run of its own: listed, shown and resumable like any other. The same\n\
    command with the same --name goes on where it was interrupted."
)]
pub struct BenchRunArgs {
    /// The run file [default: promptclade.yaml or promptfooconfig.yaml here]
    pub file: Option<PathBuf>,
    /// Strategies; the one that the run file names keeps the settings it has there, the others have their defaults
    #[arg(long, value_delimiter = ',', required = true, value_name = "NAME,...")]
    pub strategies: Vec<String>,
    /// Runs of each strategy; below 5 the table shows ranges, and no intervals
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = seeds)]
    pub seeds: u32,
    /// The first of their seeds
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub first_seed: u64,
    /// Name the comparison: its runs are called NAME-STRATEGY-SEED [default: drawn]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Override a value of the run file
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Most calls at once [default: found out while running]
    #[arg(long, short = 'j', value_name = "N")]
    pub concurrency: Option<u32>,
    /// Most calls that each run may pay for
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub budget_calls: Option<u64>,
    /// Most US dollars that each run may spend
    #[arg(long, value_name = "X", allow_negative_numbers = true, value_parser = super::above_zero)]
    pub budget_usd: Option<f64>,
    /// Let runs use one another's answers: cheaper, but whoever comes later gets more for the same budget
    #[arg(long)]
    pub share_answers: bool,
    /// Spend what the estimate says without asking
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub pictures: Pictures,
}

/// `clade bench replay`
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Outcomes of many prompts on the same examples: JSON lines (`.jsonl` or `.jsonl.gz`) with `outcomes` and `heldout`
    #[arg(required_unless_present = "policy", value_name = "FILE")]
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
    /// Only these policies [default: all]
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
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

/// Fewest calls with which a search of the bench comes to an end.
const LEAST_BUDGET: u32 = 40;

/// A budget with which something can be measured.
fn budget(text: &str) -> Result<u32, String> {
    let calls: u32 = text.parse().map_err(|_| "it is no whole number of calls".to_owned())?;
    if calls >= LEAST_BUDGET {
        return Ok(calls);
    }
    Err(format!("no search comes to an end with so few calls; write {LEAST_BUDGET} or more, such as 500"))
}

/// How many seeds, from 1.
fn seeds(text: &str) -> Result<u32, String> {
    let seeds: u32 = text.parse().map_err(|_| "it is no whole number".to_owned())?;
    if seeds > 0 { Ok(seeds) } else { Err("there is nothing to run; write 1 or more, 5 for intervals".to_owned()) }
}

/// A share above 0, at most 1.
fn share(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if number > 0.0 && number <= 1.0 { Ok(number) } else { Err("write a number above 0, at most 1".to_owned()) }
}
