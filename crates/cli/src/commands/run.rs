use clade_domain::RunMode;

use crate::{args::RunArgs, context::Context, failure::Failure, session};

/// `clade run`
pub async fn run(args: &RunArgs, context: &Context) -> Result<(), Failure> {
    session::start(args, RunMode::Optimize, context).await
}
