use clade_domain::RunId;
use clade_engine::{check_snapshot_name, now};
use clade_store::SnapshotRow;
use clade_store_sqlite::Durability;

use crate::{
    args::SnapshotArgs, backends::Feed, commands::date, context::Context, failure::Failure, names::find_run,
    output::Output,
};

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
