use std::{sync::Arc, time::Duration};

use clade_domain::{KeptState, RunEvent, RunId, SandboxMode};
use clade_engine::{check_snapshot_name, now, replay_state};
use clade_store::{SnapshotRow, Store};
use clade_store_sqlite::Durability;
use serde_json::json;
use tokio::time::Instant;

use crate::{
    args::SnapshotArgs, backends::Feed, commands::date, context::Context, failure::Failure, names::find_run,
    output::Output,
};

/// How long the process that carries the run on may take to keep sandboxes. It looks for snapshots once a second, and Daytona takes its time.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often its journal is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(200);

/// `clade snapshot`
pub async fn run(args: &SnapshotArgs, context: &Context) -> Result<(), Failure> {
    let store = match args.list {
        true => context.store_to_read().await?,
        false => context.store(Durability::Normal).await?,
    };
    let row = find_run(store.as_ref(), &args.run).await?;
    let taken = store.snapshots(row.run.clone()).await?;
    if args.list {
        list(&row.run, &taken, &context.output);
        return Ok(());
    }
    let name = args.name.clone().unwrap_or_else(|| (taken.len() + 1).to_string());
    check_snapshot_name(&name).map_err(|error| Failure::Usage(format!("{error}: {}", error.fix())))?;
    let length = store.length(row.run.clone()).await?;
    let snapshot = SnapshotRow { run: row.run.clone(), name, length, at: now() };
    store.put_snapshot(snapshot.clone()).await?;
    Feed::of(context, &store, &row.run)?.row().await;
    taken_now(&snapshot, &context.output);
    if let Some(kept) = states_of(&store, &snapshot).await? {
        told(&snapshot, &kept, &context.output);
    }
    Ok(())
}

/// Lists a run's snapshots.
pub fn list(run: &RunId, taken: &[SnapshotRow], output: &Output) {
    for snapshot in taken {
        if output.json {
            output.json_line(snapshot);
        } else {
            output.cut(format!("{:<20} {:>8} entries  {}", snapshot.name, snapshot.length, date(snapshot.at)));
        }
    }
    if taken.is_empty() {
        output.line(format!("run {run} has no snapshot; `clade snapshot {run} NAME` takes one"));
    }
}

/// The sandbox states that belong to a snapshot: those that the process which carries the run on keeps for it, or those that were kept when the run
/// was put down. `None` where candidates of the run have no sandboxes of their own.
async fn states_of(store: &Arc<dyn Store>, snapshot: &SnapshotRow) -> Result<Option<SandboxesKept>, Failure> {
    let state = replay_state(store, &snapshot.run).await?;
    let always = state.spec().sandbox.as_ref().is_some_and(|sandbox| sandbox.mode == SandboxMode::Always);
    if !always {
        return Ok(None);
    }
    let goes_on = store.holder(snapshot.run.clone()).await?.is_some();
    if goes_on {
        let deadline = Instant::now() + PATIENCE;
        let mut from = snapshot.length;
        while Instant::now() < deadline {
            for entry in store.read(snapshot.run.clone(), from, 1_000).await? {
                from = entry.seq + 1;
                if let RunEvent::SandboxesKept { snapshot: name, states, detail } = entry.event
                    && name == snapshot.name
                {
                    return Ok(Some(SandboxesKept { states, detail, goes_on }));
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }
    let candidates = state.candidates().map(|candidate| candidate.id);
    let kept = candidates.filter_map(|id| state.sandboxes().at(&snapshot.name, snapshot.length, id)).cloned();
    Ok(Some(SandboxesKept { states: kept.collect(), detail: String::new(), goes_on }))
}

/// What was kept for a snapshot.
struct SandboxesKept {
    states: Vec<KeptState>,
    detail: String,
    goes_on: bool,
}

fn told(snapshot: &SnapshotRow, kept: &SandboxesKept, output: &Output) {
    if output.json {
        let SandboxesKept { states, detail, .. } = kept;
        output.json_line(&json!({ "sandboxes_kept": { "run": snapshot.run, "snapshot": snapshot.name, "states": states, "detail": detail } }));
        return;
    }
    let names: Vec<String> = kept.states.iter().map(|state| state.candidate.to_string()).collect();
    output.prose(match (names.is_empty(), kept.goes_on) {
        (false, _) => {
            format!("with the sandbox states of {}; a branch from one of them starts from its state", names.join(", "))
        }
        (true, true) => "no candidate had a sandbox of its own at that moment".to_owned(),
        (true, false) => {
            "no sandbox state was kept when the run was put down; take a snapshot while it goes on".to_owned()
        }
    });
    if !kept.detail.is_empty() {
        output.prose(format!("not kept: {}", kept.detail));
    }
}

/// Says which snapshot was taken.
pub fn taken_now(snapshot: &SnapshotRow, output: &Output) {
    if output.json {
        output.json_line(snapshot);
    } else {
        let SnapshotRow { run, name, length, .. } = snapshot;
        output.prose(format!(
            "snapshot `{name}` of run {run} at {length} entries; `clade branch {run}@{name}` starts from it"
        ));
    }
}
