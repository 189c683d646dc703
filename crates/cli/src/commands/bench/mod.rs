//! `clade bench`: one measurement to a file.

mod control;
mod parallel;
mod pools;
mod replay;

use crate::{args::BenchCommand, context::Context, failure::Failure};

/// Carries a measurement out.
pub fn run(command: &BenchCommand, context: &Context) -> Result<(), Failure> {
    match command {
        BenchCommand::Replay(args) => replay::run(args, context),
        BenchCommand::Control(args) => control::run(args, context),
    }
}
