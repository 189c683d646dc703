//! What is read out of a long journal is kept in few batches: trials of the same candidates change the same records again and again.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use clade_domain::{CandidateId, RunId, Timestamp};
use clade_lineage::{Record, RunFold};
use clade_store::{
    Batch, Generations, Journal, MemoryStore, Projection, Projector, StoreError, StoreFuture, conformance::samples,
};

/// Counts what is kept.
#[derive(Default)]
struct Counting {
    inner: MemoryStore,
    batches: AtomicUsize,
    records: AtomicUsize,
    /// How often a checkpoint was read, and how many records.
    read: (AtomicUsize, AtomicUsize),
}

impl Projection for Counting {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Projection::checkpoints(&self.inner)
    }

    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>> {
        self.read.0.fetch_add(1, Ordering::Relaxed);
        self.inner.run_fold(run)
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
        self.read.1.fetch_add(candidates.len(), Ordering::Relaxed);
        self.inner.records(run, candidates)
    }

    fn put(&self, batch: Batch) -> StoreFuture<'_, ()> {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.records.fetch_add(batch.records.len(), Ordering::Relaxed);
        self.inner.put(batch)
    }

    fn forget(&self) -> StoreFuture<'_, ()> {
        self.inner.forget()
    }

    fn forget_runs(&self, runs: Vec<RunId>) -> StoreFuture<'_, ()> {
        self.inner.forget_runs(runs)
    }
}

#[tokio::test]
async fn trials_of_few_candidates_are_kept_in_few_batches() -> Result<(), StoreError> {
    let (store, run) = (Arc::new(MemoryStore::new()), samples::run("long")?);
    let mut events = vec![samples::started(&run, None)?];
    events.extend((0..20).map(samples::admitted));
    // twenty candidates take turns, 15,000 trials in all
    events.extend((0..15_000).map(|n| samples::trial(n % 20 * 100 + n / 20 % 100)));
    store.create(samples::summary(&run, 1), Timestamp(1), events).await?;
    let counting = Arc::new(Counting::default());
    let projector = Projector::new(Arc::<MemoryStore>::clone(&store), Arc::<Counting>::clone(&counting));
    assert_eq!(projector.catch_up_run(run).await?, 15_021);
    assert_eq!(counting.batches.load(Ordering::Relaxed), 2, "of 10,000 entries at most");
    assert_eq!(counting.records.load(Ordering::Relaxed), 40, "each candidate once in each");
    Ok(())
}

#[tokio::test]
async fn many_candidates_are_kept_in_parts() -> Result<(), StoreError> {
    let (store, run) = (Arc::new(MemoryStore::new()), samples::run("wide")?);
    let mut events = vec![samples::started(&run, None)?];
    events.extend((0..3_000).flat_map(|id| [samples::admitted(id), samples::trial(id * 100)]));
    store.create(samples::summary(&run, 1), Timestamp(1), events).await?;
    let counting = Arc::new(Counting::default());
    let projector = Projector::new(Arc::<MemoryStore>::clone(&store), Arc::<Counting>::clone(&counting));
    assert_eq!(projector.catch_up_run(run).await?, 6_001);
    assert!(counting.batches.load(Ordering::Relaxed) >= 6, "a batch must fit into a transaction");
    // and it is the same as what is read at once
    let whole = Generations::new(Arc::<MemoryStore>::clone(&store), Arc::<MemoryStore>::clone(&store));
    whole.projector().catch_up().await?;
    let records: Vec<CandidateId> = (0..3_000).map(CandidateId).collect();
    let run = samples::run("wide")?;
    assert_eq!(
        counting.records(run.clone(), records.clone()).await?,
        Projection::records(store.as_ref(), run, records).await?
    );
    Ok(())
}

#[tokio::test]
async fn what_was_kept_a_moment_ago_is_not_read_back() -> Result<(), StoreError> {
    let (store, run) = (Arc::new(MemoryStore::new()), samples::run("beat")?);
    let mut events = vec![samples::started(&run, None)?];
    events.extend((0..20).map(samples::admitted));
    let mut length = store.create(samples::summary(&run, 1), Timestamp(1), events).await?;
    let counting = Arc::new(Counting::default());
    let projector = Projector::new(Arc::<MemoryStore>::clone(&store), Arc::<Counting>::clone(&counting)).remembering();
    for beat in 0..50 {
        projector.catch_up_run(run.clone()).await?;
        let events = (0..20).map(|candidate| samples::trial(candidate * 100 + beat)).collect();
        length = store.append(run.clone(), length, Timestamp(2), events).await?;
    }
    assert_eq!(projector.catch_up_run(run.clone()).await?, 20);
    // those who join may be there of a batch that was cut off
    let read = (counting.read.0.load(Ordering::Relaxed), counting.read.1.load(Ordering::Relaxed));
    assert_eq!(read, (1, 20), "only the first batch reads");
    // whoever reads everything at once has the same
    let whole = Generations::new(Arc::<MemoryStore>::clone(&store), Arc::<MemoryStore>::clone(&store));
    whole.projector().catch_up().await?;
    same(&counting, &store, &run).await
}

#[tokio::test]
async fn what_others_dropped_or_read_meanwhile_counts() -> Result<(), StoreError> {
    let (store, run) = (Arc::new(MemoryStore::new()), samples::run("others")?);
    let mut events = vec![samples::started(&run, None)?];
    events.extend((0..3).map(samples::admitted));
    let mut length = store.create(samples::summary(&run, 1), Timestamp(1), events).await?;
    let counting = Arc::new(Counting::default());
    let projector =
        || Projector::new(Arc::<MemoryStore>::clone(&store), Arc::<Counting>::clone(&counting)).remembering();
    let (one, two) = (projector(), projector());
    one.catch_up_run(run.clone()).await?;
    // another one reads on
    length = store.append(run.clone(), length, Timestamp(2), vec![samples::trial(0)]).await?;
    assert_eq!(two.catch_up_run(run.clone()).await?, 1);
    length = store.append(run.clone(), length, Timestamp(3), vec![samples::trial(101)]).await?;
    assert_eq!(one.catch_up_run(run.clone()).await?, 1, "it goes on from there");
    // somebody drops everything, while the journal grows and while it does not
    counting.inner.forget().await?;
    length = store.append(run.clone(), length, Timestamp(4), vec![samples::trial(202)]).await?;
    assert_eq!(one.catch_up_run(run.clone()).await?, length);
    counting.inner.forget().await?;
    assert_eq!(one.catch_up_run(run.clone()).await?, length, "all of it is read anew");
    let whole = Generations::new(Arc::<MemoryStore>::clone(&store), Arc::<MemoryStore>::clone(&store));
    whole.projector().catch_up().await?;
    same(&counting, &store, &run).await
}

/// What is kept of a run is what is kept where it was read at once.
async fn same(counting: &Counting, store: &MemoryStore, run: &RunId) -> Result<(), StoreError> {
    let ids: Vec<CandidateId> = (0..100).map(CandidateId).collect();
    assert_eq!(
        counting.inner.records(run.clone(), ids.clone()).await?,
        Projection::records(store, run.clone(), ids).await?
    );
    assert_eq!(counting.inner.run_fold(run.clone()).await?, Projection::run_fold(store, run.clone()).await?);
    Ok(())
}
