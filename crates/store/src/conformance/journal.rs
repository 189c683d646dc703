use clade_domain::{CandidateId, Recorded, RunEvent, Timestamp};

use super::samples;
use crate::{Journal, StoreError};

pub(super) async fn appends_in_order(store: &impl Journal) -> Result<(), StoreError> {
    let run = samples::run("order")?;
    let first = store.create(samples::summary(&run, 1), Timestamp(10), vec![samples::admitted(0)]).await?;
    assert_eq!(first, 1, "create gives the next sequence number");
    let next = store.append(run.clone(), 1, Timestamp(11), (0..3).map(samples::trial).collect()).await?;
    assert_eq!(next, 4, "append gives the next sequence number");
    assert_eq!(store.append(run.clone(), 4, Timestamp(12), Vec::new()).await?, 4, "appending nothing changes nothing");
    assert_eq!(store.append(run.clone(), 4, Timestamp(9), vec![samples::trial(7)]).await?, 5, "time may step back");
    assert_eq!(store.length(run.clone()).await?, 5);
    let events = [samples::admitted(0), samples::trial(0), samples::trial(1), samples::trial(2), samples::trial(7)];
    let times = [10, 11, 11, 11, 9];
    let expected: Vec<Recorded> = (0..)
        .zip(times.into_iter().zip(events))
        .map(|(seq, (at, event))| Recorded { seq, at: Timestamp(at), event })
        .collect();
    assert_eq!(store.read(run, 0, 100).await?, expected);
    Ok(())
}

pub(super) async fn refuses_the_wrong_sequence_number(store: &impl Journal) -> Result<(), StoreError> {
    let run = samples::run("conflict")?;
    store.create(samples::summary(&run, 1), Timestamp(1), vec![samples::trial(0), samples::trial(1)]).await?;
    for wrong in [0, 1, 3, 1000, u64::MAX] {
        let refused = store.append(run.clone(), wrong, Timestamp(2), vec![samples::trial(9)]).await;
        let told = matches!(&refused, Err(StoreError::Conflict { run, expected, actual: 2 })
            if run == "conflict" && *expected == wrong);
        assert!(told, "expected a conflict at {wrong}, got {refused:?}");
    }
    assert_eq!(store.length(run.clone()).await?, 2, "a refused append leaves nothing behind");
    assert_eq!(store.append(run, 2, Timestamp(2), vec![samples::trial(2)]).await?, 3);
    Ok(())
}

pub(super) async fn creates_once(store: &impl Journal) -> Result<(), StoreError> {
    let run = samples::run("once")?;
    store.create(samples::summary(&run, 1), Timestamp(1), vec![samples::trial(0)]).await?;
    let again = store.create(samples::summary(&run, 2), Timestamp(2), vec![samples::trial(5), samples::trial(6)]).await;
    assert!(matches!(&again, Err(StoreError::Exists { what: "run", name }) if name == "once"), "{again:?}");
    assert_eq!(store.length(run.clone()).await?, 1);
    assert_eq!(store.summary("once".into()).await?.created, Timestamp(1), "the first row stays");
    let empty = samples::run("empty")?;
    assert_eq!(store.create(samples::summary(&empty, 1), Timestamp(1), Vec::new()).await?, 0);
    assert_eq!(store.length(empty.clone()).await?, 0);
    assert_eq!(store.append(empty, 0, Timestamp(1), vec![samples::trial(0)]).await?, 1);
    Ok(())
}

pub(super) async fn reads_ranges(store: &impl Journal) -> Result<(), StoreError> {
    let (run, other) = (samples::run("ranges")?, samples::run("ranges-2")?);
    for id in [&run, &other] {
        store.create(samples::summary(id, 1), Timestamp(1), (0..10).map(samples::trial).collect()).await?;
    }
    // from, limit, expected sequence numbers
    let table: [(u64, u32, Vec<u64>); 7] = [
        (0, 3, vec![0, 1, 2]),
        (8, 100, vec![8, 9]),
        (9, 1, vec![9]),
        (10, 5, vec![]),
        (u64::MAX, 5, vec![]),
        (0, 0, vec![]),
        (0, u32::MAX, (0..10).collect()),
    ];
    for (from, limit, expected) in table {
        let read = store.read(run.clone(), from, limit).await?;
        assert_eq!(read.iter().map(|entry| entry.seq).collect::<Vec<_>>(), expected, "from {from}, at most {limit}");
    }
    Ok(())
}

pub(super) async fn reads_single_entries(store: &impl Journal) -> Result<(), StoreError> {
    let (run, next) = (samples::run("single")?, samples::run("single-next")?);
    store.create(samples::summary(&run, 1), Timestamp(1), (0..200).map(samples::trial).collect()).await?;
    store.create(samples::summary(&next, 1), Timestamp(1), vec![samples::admitted(0)]).await?;
    let asked: Vec<u64> = (0..200).rev().chain([7, 7, 199]).collect();
    let entries = store.entries(run.clone(), asked.clone()).await?;
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), asked, "in the order asked for");
    assert_eq!(entries[200].event, samples::trial(7));
    assert!(store.entries(run.clone(), Vec::new()).await?.is_empty());
    for missing in [200, 1 << 32, u64::MAX] {
        let refused = store.entries(run.clone(), vec![0, missing]).await;
        assert!(matches!(&refused, Err(StoreError::NotFound { what: "journal entry", .. })), "{missing}: {refused:?}");
    }
    Ok(())
}

pub(super) async fn knows_no_unknown_runs(store: &impl Journal) -> Result<(), StoreError> {
    let run = samples::run("nowhere")?;
    let answers = [
        ("append", store.append(run.clone(), 0, Timestamp(1), vec![samples::trial(0)]).await.err()),
        ("read", store.read(run.clone(), 0, 1).await.err()),
        ("entries", store.entries(run.clone(), vec![0]).await.err()),
        ("length", store.length(run.clone()).await.err()),
        ("put_summary", store.put_summary(samples::summary(&run, 1)).await.err()),
        ("summary", store.summary("nowhere".into()).await.err()),
        ("snapshots", store.snapshots(run.clone()).await.err()),
        ("candidates", store.candidates(run.clone()).await.err()),
        ("last of none", store.summary("last".into()).await.err()),
        ("the empty name", store.summary(String::new()).await.err()),
    ];
    for (what, error) in answers {
        assert!(matches!(&error, Some(StoreError::NotFound { what: "run", .. })), "{what}: {error:?}");
    }
    assert!(store.summaries(crate::RunFilter::default()).await?.is_empty());
    Ok(())
}

pub(super) async fn keeps_every_kind_of_entry(store: &impl Journal) -> Result<(), StoreError> {
    let run = samples::run("kinds")?;
    let kinds = samples::several_kinds();
    store.create(samples::summary(&run, 1), Timestamp(-5), kinds.clone()).await?;
    let read: Vec<RunEvent> = store.read(run, 0, 100).await?.into_iter().map(|entry| entry.event).collect();
    assert_eq!(read, kinds);
    Ok(())
}

pub(super) async fn gives_candidates_by_id(store: &impl Journal) -> Result<(), StoreError> {
    let (run, other) = (samples::run("lineage")?, samples::run("lineage-2")?);
    store.create(samples::summary(&run, 1), Timestamp(1), vec![samples::admitted(1), samples::trial(0)]).await?;
    store.create(samples::summary(&other, 1), Timestamp(1), vec![samples::admitted(9)]).await?;
    store
        .append(run.clone(), 2, Timestamp(2), vec![samples::admitted(0), samples::trial(3), samples::admitted(2)])
        .await?;
    let candidates = store.candidates(run).await?;
    assert_eq!(candidates.iter().map(|c| c.id).collect::<Vec<_>>(), [CandidateId(0), CandidateId(1), CandidateId(2)]);
    assert_eq!(candidates[2], samples::candidate(2));
    Ok(())
}
