//! A journal that grows whenever it is looked at, as one of a run at full rate does: questions about it are answered all the same.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use clade_domain::{Candidate, Recorded, RunEvent, RunId, Timestamp};
use clade_store::{
    Journal, Kin, Lineage, MemoryStore, RunFilter, RunLock, RunSummary, SnapshotRow, StoreError, StoreFuture,
    TrialQuery, conformance::samples,
};

/// So often it grows at most, so that whoever reads for ever ends here and not never.
const MOST: u64 = 3_000;

/// The journals of a store, of which one grows with each read.
struct Growing {
    inner: MemoryStore,
    reads: AtomicU64,
}

impl Growing {
    async fn grow(&self, run: RunId) -> Result<(), StoreError> {
        let next = self.inner.length(run.clone()).await?;
        let trial = samples::trial(u32::try_from(next).unwrap_or(0));
        self.inner.append(run, next, Timestamp(1), vec![trial]).await.map(drop)
    }
}

impl Journal for Growing {
    fn read(&self, run: RunId, from: u64, limit: u32) -> StoreFuture<'_, Vec<Recorded>> {
        Box::pin(async move {
            if self.reads.fetch_add(1, Ordering::Relaxed) < MOST {
                self.grow(run.clone()).await?;
            }
            self.inner.read(run, from, limit).await
        })
    }

    fn create(&self, summary: RunSummary, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        self.inner.create(summary, at, events)
    }

    fn append(&self, run: RunId, expected: u64, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        self.inner.append(run, expected, at, events)
    }

    fn entries(&self, run: RunId, seqs: Vec<u64>) -> StoreFuture<'_, Vec<Recorded>> {
        self.inner.entries(run, seqs)
    }

    fn length(&self, run: RunId) -> StoreFuture<'_, u64> {
        self.inner.length(run)
    }

    fn lengths(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        self.inner.lengths()
    }

    fn stage(&self, run: RunId, entries: Vec<Recorded>) -> StoreFuture<'_, ()> {
        self.inner.stage(run, entries)
    }

    fn publish(&self, summary: RunSummary, length: u64, snapshots: Vec<SnapshotRow>) -> StoreFuture<'_, ()> {
        self.inner.publish(summary, length, snapshots)
    }

    fn lock(&self, run: RunId) -> StoreFuture<'_, Box<dyn RunLock>> {
        self.inner.lock(run)
    }

    fn holder(&self, run: RunId) -> StoreFuture<'_, Option<String>> {
        self.inner.holder(run)
    }

    fn put_summary(&self, summary: RunSummary) -> StoreFuture<'_, ()> {
        self.inner.put_summary(summary)
    }

    fn summary(&self, name: String) -> StoreFuture<'_, RunSummary> {
        self.inner.summary(name)
    }

    fn summaries(&self, filter: RunFilter) -> StoreFuture<'_, Vec<RunSummary>> {
        self.inner.summaries(filter)
    }

    fn put_snapshot(&self, snapshot: SnapshotRow) -> StoreFuture<'_, ()> {
        self.inner.put_snapshot(snapshot)
    }

    fn snapshots(&self, run: RunId) -> StoreFuture<'_, Vec<SnapshotRow>> {
        self.inner.snapshots(run)
    }

    fn candidates(&self, run: RunId) -> StoreFuture<'_, Vec<Candidate>> {
        self.inner.candidates(run)
    }

    fn trials(&self, run: RunId, wanted: TrialQuery) -> StoreFuture<'_, Vec<Recorded>> {
        self.inner.trials(run, wanted)
    }
}

#[tokio::test]
async fn each_question_reads_what_was_there_when_it_came() -> Result<(), StoreError> {
    let journal = Arc::new(Growing { inner: MemoryStore::new(), reads: AtomicU64::new(0) });
    let lineage = Lineage::new(journal.clone(), Arc::new(MemoryStore::new()));
    let run = samples::run("grows")?;
    let candidate =
        RunEvent::CandidateAdmitted { candidate: Box::new(samples::candidate(0)), bill: Default::default() };
    let first = vec![samples::started(&run, None)?, candidate];
    journal.create(samples::summary(&run, 1), Timestamp(1), first).await?;
    for asked in 1..=20_u64 {
        let before = journal.length(run.clone()).await?;
        let graph = lineage.run(&run).await?;
        let seen = graph.nodes()[0].score.map_or(0, |score| u64::from(score.trials));
        assert!(seen >= before.saturating_sub(2), "question {asked}: {seen} trials of {before} entries");
        let id = graph.nodes()[0].id.clone();
        assert_eq!(lineage.kin(&[id], Kin::Ancestors).await?.nodes().len(), 1);
        assert!(journal.reads.load(Ordering::Relaxed) <= 10 * asked, "each question reads a few times, not for ever");
    }
    Ok(())
}
