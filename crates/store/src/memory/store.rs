use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clade_domain::{ContentHash, DatasetSummary, Example, ExampleId, Recorded, RunId};

use super::lineage::Tree;
use crate::{PaidAnswer, RawRecord, RunSummary, SnapshotRow, Store, StoreError, StoreFuture};

/// All roles in memory, for tests of what stands above stores. Nothing survives the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    pub(super) locks: Arc<Mutex<BTreeSet<RunId>>>,
}

/// Everything that is stored.
#[derive(Debug, Default)]
pub(super) struct State {
    /// In order of creation.
    pub runs: Vec<Run>,
    pub texts: HashMap<ContentHash, String>,
    pub datasets: BTreeMap<ContentHash, Dataset>,
    pub answers: BTreeMap<ContentHash, PaidAnswer>,
    pub records: Vec<RawRecord>,
    /// Journals of runs that are not there yet.
    pub staged: BTreeMap<RunId, Vec<Recorded>>,
    pub tree: Tree,
}

#[derive(Debug)]
pub(super) struct Run {
    pub summary: RunSummary,
    pub journal: Vec<Recorded>,
    pub snapshots: Vec<SnapshotRow>,
}

#[derive(Debug, Default)]
pub(super) struct Dataset {
    pub examples: BTreeMap<ExampleId, Example>,
    pub summary: Option<DatasetSummary>,
}

impl State {
    pub fn run(&mut self, id: &RunId) -> Result<&mut Run, StoreError> {
        self.runs.iter_mut().find(|run| run.summary.run == *id).ok_or_else(|| StoreError::no_run(id))
    }
}

impl MemoryStore {
    /// A store with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Does something with the state, now: the future that comes back is ready.
    pub(super) fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> StoreFuture<'_, T> {
        let done = act(&mut hold(&self.state));
        Box::pin(std::future::ready(done))
    }
}

/// A panic while holding it leaves valid data behind: every change is one assignment or push after all checks.
pub(super) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store for MemoryStore {
    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
