//! `clade bench`: what is measured by the program itself. One file for each subcommand.

mod control;
mod parallel;
mod picture;
mod pools;
mod replay;
mod rows;
mod run;
mod search;
mod strategies;
mod table;

use crate::{
    args::bench::{Bench, BenchArgs},
    context::Context,
    failure::Failure,
};

/// `clade bench`
pub async fn run(args: &BenchArgs, context: &Context) -> Result<(), Failure> {
    match &args.bench {
        Bench::Replay(args) => replay::run(args, context),
        Bench::Control(args) => control::run(args, context),
        Bench::Run(args) => run::run(args, context).await,
        Bench::Search(args) => search::run(args, context).await,
    }
}
