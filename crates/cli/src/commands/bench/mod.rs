//! `clade bench`: what is measured by the program itself. One file for each subcommand.

mod rows;
mod search;
mod table;

use crate::{
    args::bench::{Bench, BenchArgs},
    context::Context,
    failure::Failure,
};

/// `clade bench`
pub async fn run(args: &BenchArgs, context: &Context) -> Result<(), Failure> {
    match &args.bench {
        Bench::Search(args) => search::run(args, context).await,
    }
}
