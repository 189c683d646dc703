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
}

impl Projection for Counting {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Projection::checkpoints(&self.inner)
    }

    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>> {
        self.inner.run_fold(run)
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
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
