use std::time::Duration;

use clade_domain::{RunId, RunMode};
use clade_engine::{SandboxesKept, check_snapshot_name, now, sandboxes_kept};
use clade_store::SnapshotRow;
use clade_store_sqlite::Durability;
use serde_json::json;

use crate::{
    again, args::SnapshotArgs, backends::Feed, commands::date, context::Context, display::result::count,
    failure::Failure, names::find_search, output::Output,
};

/// How long the process that carries the run on may take to keep sandboxes. It looks for snapshots once a second, and Daytona takes its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// `clade snapshot`
pub async fn run(args: &SnapshotArgs, context: &Context) -> Result<(), Failure> {
    let store = match args.list {
        true => context.store_to_read().await?,
        false => context.store(Durability::Normal).await?,
    };
    let row = find_search(store.as_ref(), &args.run, context.output).await?;
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
    taken_now(&snapshot, row.mode, &context.output);
    if let Some(kept) = sandboxes_kept(&store, &snapshot, PATIENCE).await? {
        kept_with(&snapshot, &kept, &context.output);
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
        output.line(again::completed(&format!("run {run} has no snapshot; `clade snapshot {run} NAME` takes one")));
    }
}

/// Says which snapshot was taken.
pub fn taken_now(snapshot: &SnapshotRow, mode: RunMode, output: &Output) {
    if output.json {
        output.json_line(snapshot);
    } else {
        let SnapshotRow { run, name, length, .. } = snapshot;
        let next = match mode {
            RunMode::Optimize => format!("`clade branch {run}@{name}` starts from it"),
            RunMode::Evaluate => "no branch starts from an evaluation, which has no examples to learn from".into(),
        };
        let taken = format!("snapshot `{name}` of run {run} at {}; {next}", count(*length, "entry"));
        output.prose(again::completed(&taken));
    }
}

/// Says which states of sandboxes belong to it, and why others do not.
pub fn kept_with(snapshot: &SnapshotRow, kept: &SandboxesKept, output: &Output) {
    if output.json {
        let SandboxesKept { states, without, detail } = kept;
        let SnapshotRow { run, name, .. } = snapshot;
        output.json_line(&json!({
            "sandboxes_kept": { "run": run, "snapshot": name, "states": states, "without": without, "detail": detail }
        }));
    } else {
        kept.words().into_iter().for_each(|words| output.prose(words));
    }
}
