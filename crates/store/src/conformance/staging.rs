use clade_domain::{Recorded, RunId, Timestamp};

use super::samples;
use crate::{Journal, RunFilter, SnapshotRow, StoreError};

fn entries(from: u64, count: u64) -> Vec<Recorded> {
    let entry = |seq: u64| Recorded { seq, at: Timestamp(100 + seq as i64), event: samples::trial(seq as u32) };
    (from..from + count).map(entry).collect()
}

fn snapshot(run: &RunId) -> SnapshotRow {
    SnapshotRow { run: run.clone(), name: "here".into(), length: 2, at: Timestamp(5) }
}

pub(super) async fn publishes_whole_runs(store: &impl Journal) -> Result<(), StoreError> {
    let (run, other) = (samples::run("staged")?, samples::run("other")?);
    store
        .create(samples::summary(&other, 1), Timestamp(1), entries(0, 1).into_iter().map(|e| e.event).collect())
        .await?;
    store.stage(run.clone(), entries(0, 3)).await?;
    store.stage(run.clone(), entries(3, 2)).await?;
    assert!(matches!(store.length(run.clone()).await, Err(StoreError::NotFound { .. })), "nobody sees it");
    assert_eq!(store.summaries(RunFilter::default()).await?.len(), 1);
    assert_eq!(store.lengths().await?, [(other.clone(), 1)]);
    let early = store.publish(samples::summary(&run, 2), 9, Vec::new()).await;
    assert!(matches!(&early, Err(StoreError::Conflict { expected: 9, actual: 5, .. })), "{early:?}");
    let twice = store.publish(samples::summary(&run, 2), 5, vec![snapshot(&run), snapshot(&run)]).await;
    assert!(matches!(&twice, Err(StoreError::Exists { what: "snapshot", .. })), "{twice:?}");
    assert_eq!(store.lengths().await?.len(), 1, "a refused run is not there");
    store.publish(samples::summary(&run, 2), 5, vec![snapshot(&run)]).await?;
    assert_eq!(store.read(run.clone(), 0, 100).await?, entries(0, 5), "each entry with its own time");
    assert_eq!(store.snapshots(run.clone()).await?, [snapshot(&run)]);
    assert_eq!(store.lengths().await?, [(other, 1), (run.clone(), 5)]);
    assert_eq!(store.append(run.clone(), 5, Timestamp(9), vec![samples::trial(5)]).await?, 6, "it goes on as any run");
    let again = store.stage(run.clone(), entries(0, 1)).await;
    assert!(matches!(&again, Err(StoreError::Exists { .. })), "{again:?}");
    let again = store.publish(samples::summary(&run, 2), 6, Vec::new()).await;
    assert!(matches!(&again, Err(StoreError::Exists { .. })), "{again:?}");
    Ok(())
}

pub(super) async fn sweeps_what_was_never_published(store: &impl Journal) -> Result<(), StoreError> {
    let run = samples::run("broken")?;
    store.stage(run.clone(), entries(0, 4)).await?;
    let gap = store.stage(run.clone(), entries(5, 1)).await;
    assert!(matches!(&gap, Err(StoreError::Conflict { expected: 5, actual: 4, .. })), "{gap:?}");
    store.stage(run.clone(), entries(0, 2)).await?;
    store.publish(samples::summary(&run, 2), 2, Vec::new()).await?;
    assert_eq!(store.length(run).await?, 2);
    // an ordinary run under a name that an import left behind
    let taken = samples::run("taken")?;
    store.stage(taken.clone(), entries(0, 4)).await?;
    store.create(samples::summary(&taken, 3), Timestamp(1), vec![samples::trial(9)]).await?;
    assert_eq!(store.length(taken.clone()).await?, 1);
    let late = store.publish(samples::summary(&taken, 3), 4, Vec::new()).await;
    assert!(matches!(&late, Err(StoreError::Exists { .. })), "{late:?}");
    Ok(())
}
