//! A store that fails as a full disk does.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use clade_domain::{
    Candidate, ContentHash, DatasetSummary, Example, ExampleId, Recorded, RunEvent, RunId, Spent, Timestamp,
};
use clade_engine::RunOutcome;
use clade_store::{
    AnswerLog, Change, Datasets, Journal, MemoryStore, PaidAnswer, RawRecord, RecordKind, RecordQuery, Records,
    RunFilter, RunLock, RunSummary, SnapshotRow, Store, StoreError, StoreFuture, Texts, TrialQuery,
};

use crate::common::{Rig, assertion, calls, result, spec};

/// A store in memory that takes so many more writes of one kind.
#[derive(Default)]
struct FullStore {
    inner: MemoryStore,
    appends: Option<AtomicUsize>,
    answers: Option<AtomicUsize>,
}

impl FullStore {
    fn refuses<'a, T>(left: &Option<AtomicUsize>) -> Option<StoreFuture<'a, T>>
    where
        T: Send + 'static,
    {
        let left = left.as_ref()?;
        let full = left.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_err();
        let error = StoreError::Backend { doing: "write", detail: "the disk is full".into() };
        full.then(|| Box::pin(std::future::ready(Err(error))) as StoreFuture<'a, T>)
    }
}

impl Journal for FullStore {
    fn create(&self, summary: RunSummary, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        self.inner.create(summary, at, events)
    }
    fn append(&self, run: RunId, expected: u64, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        Self::refuses(&self.appends).unwrap_or_else(|| self.inner.append(run, expected, at, events))
    }
    fn read(&self, run: RunId, from: u64, limit: u32) -> StoreFuture<'_, Vec<Recorded>> {
        self.inner.read(run, from, limit)
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

impl Texts for FullStore {
    fn put_texts(&self, texts: Vec<String>) -> StoreFuture<'_, Vec<ContentHash>> {
        self.inner.put_texts(texts)
    }
    fn texts(&self, hashes: Vec<ContentHash>) -> StoreFuture<'_, Vec<String>> {
        self.inner.texts(hashes)
    }
}

impl Datasets for FullStore {
    fn has_dataset(&self, hash: ContentHash) -> StoreFuture<'_, bool> {
        self.inner.has_dataset(hash)
    }
    fn put_examples(&self, dataset: ContentHash, examples: Vec<Example>) -> StoreFuture<'_, ()> {
        self.inner.put_examples(dataset, examples)
    }
    fn seal_dataset(&self, summary: DatasetSummary) -> StoreFuture<'_, ()> {
        self.inner.seal_dataset(summary)
    }
    fn examples(&self, dataset: ContentHash, ids: Vec<ExampleId>) -> StoreFuture<'_, Vec<Example>> {
        self.inner.examples(dataset, ids)
    }
}

impl AnswerLog for FullStore {
    fn answers(&self, keys: Vec<ContentHash>) -> StoreFuture<'_, Vec<Option<PaidAnswer>>> {
        self.inner.answers(keys)
    }
    fn put_answer(&self, answer: PaidAnswer) -> StoreFuture<'_, ()> {
        Self::refuses(&self.answers).unwrap_or_else(|| self.inner.put_answer(answer))
    }
    fn paid(&self, run: RunId) -> StoreFuture<'_, Spent> {
        self.inner.paid(run)
    }
    fn answers_of(&self, run: RunId, after: Option<ContentHash>, limit: u32) -> StoreFuture<'_, Vec<PaidAnswer>> {
        self.inner.answers_of(run, after, limit)
    }
}

impl Records for FullStore {
    fn commit(&self, changes: Vec<Change>) -> StoreFuture<'_, ()> {
        self.inner.commit(changes)
    }
    fn record(&self, kind: RecordKind, id: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>> {
        self.inner.record(kind, id, now)
    }
    fn record_by(&self, kind: RecordKind, unique: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>> {
        self.inner.record_by(kind, unique, now)
    }
    fn records(&self, kind: RecordKind, query: RecordQuery, now: Timestamp) -> StoreFuture<'_, Vec<RawRecord>> {
        self.inner.records(kind, query, now)
    }
    fn sweep(&self, now: Timestamp) -> StoreFuture<'_, u64> {
        self.inner.sweep(now)
    }
}

impl Store for FullStore {
    fn close(&self) -> StoreFuture<'_, ()> {
        self.inner.close()
    }
}

#[tokio::test]
async fn a_full_disk_stops_the_run_which_goes_on_once_there_is_room() {
    let whole = Rig::new(spec("simulated:rough", calls(400))).await;
    whole.finish().await;
    let checks = [assertion("numeric", "{{answer}}")];
    for (appends, answers) in
        [(0, usize::MAX), (1, usize::MAX), (7, usize::MAX), (15, usize::MAX), (usize::MAX, 0), (usize::MAX, 33)]
    {
        let full = FullStore {
            appends: Some(AtomicUsize::new(appends)),
            answers: Some(AtomicUsize::new(answers)),
            ..FullStore::default()
        };
        let store = Arc::new(full);
        let rig = Rig::with(store.clone(), spec("simulated:rough", calls(400)), &checks, 0).await;
        let (outcome, _) = rig.go().await;
        let RunOutcome::Failed(error) = outcome else { panic!("{appends} {answers}: {outcome:?}") };
        assert!(error.to_string().contains("the disk is full"), "{error}");
        let stored = rig.asked.stored.lock().unwrap().len();
        assert_eq!(rig.answers().await.len(), stored, "what was acknowledged is there");
        store.appends.as_ref().unwrap().store(usize::MAX, SeqCst);
        store.answers.as_ref().unwrap().store(usize::MAX, SeqCst);
        let report = rig.finish().await;
        assert_eq!(result(&rig.state().await), result(&whole.state().await), "{appends} appends, {answers} answers");
        assert_eq!(rig.asked.repeated(), 0);
        assert_eq!(report.spent.calls, rig.answers().await.len() as u64);
    }
}
