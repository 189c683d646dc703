use clade_engine::EngineError;
use clade_store::RunStatus;

use crate::{args::RunName, context::Context, failure::Failure, names::find_run};

/// `clade pause` of a run of this machine, which says why there is nothing to do for it.
pub async fn run(args: &RunName, context: &Context) -> Result<(), Failure> {
    let store = context.store_to_read().await?;
    let row = find_run(store.as_ref(), &args.run).await.map_err(|failure| match failure {
        Failure::Usage(why) => Failure::Usage(format!("{why}; a run of a server is paused there: --server URL")),
        other => other,
    })?;
    let run = row.run;
    let why = match row.status {
        RunStatus::Finished => return Err(EngineError::Finished { run, mode: row.mode }.into()),
        RunStatus::Paused | RunStatus::Failed => format!("run {run} is put down already; `clade resume {run}` goes on"),
        RunStatus::Running => format!(
            "run {run} of this machine is paused by Ctrl-C in the terminal where it goes on; `pause` is for runs of a server: --server URL"
        ),
    };
    Err(Failure::Usage(why))
}
