use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use clade_domain::{CandidateId, RunId};
use clade_lineage::{Graph, Record, RunFold};
use tokio::sync::OwnedMutexGuard;

use super::LineageGraph;
use crate::{Batch, Journal, StoreError, projection::prompt};

/// Runs whose trees are kept at hand.
const RUNS: usize = 32;
/// Nodes of all of them together; the newest tree stays whatever its size.
const NODES: usize = 100_000;
/// Entries read in one step, and most that a tree is ahead of what is kept of it.
const BATCH: u64 = 1_000;
/// Records that a tree holds on to when it is kept: a run that goes on changes the same few again and again.
const RECORDS: usize = 2_000;

/// A run's place. Held for a question, so that many who ask at once do not read the same entries.
pub(super) type Held = OwnedMutexGuard<Option<Tree>>;
type Slot = Arc<tokio::sync::Mutex<Option<Tree>>>;

/// The trees that were asked about lately. A question takes in what the journal has beyond them, in memory; the backend is told once
/// in a thousand entries, or when somebody asks it for more than one run.
#[derive(Default)]
pub(super) struct Warm {
    slots: Mutex<VecDeque<Place>>,
}

struct Place {
    run: RunId,
    slot: Slot,
    nodes: usize,
}

impl Warm {
    /// The place of a run's tree, once nobody else holds it.
    pub async fn hold(&self, run: &RunId) -> Held {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            let known = slots.iter().position(|place| place.run == *run).and_then(|at| slots.remove(at));
            let place = known.unwrap_or_else(|| Place { run: run.clone(), slot: Slot::default(), nodes: 0 });
            let slot = place.slot.clone();
            slots.push_back(place);
            slot
        };
        slot.lock_owned().await
    }

    /// Notes how large a tree is; those that nobody asked about for longest give way. What they read is in the journals.
    pub fn weigh(&self, run: &RunId, nodes: usize) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = slots.iter_mut().find(|place| place.run == *run) {
            place.nodes = nodes;
        }
        let mut all: usize = slots.iter().map(|place| place.nodes).sum();
        while slots.len() > 1 && (slots.len() > RUNS || all > NODES) {
            all -= slots.pop_front().map_or(0, |place| place.nodes);
        }
    }

    /// The runs whose trees are at hand.
    pub fn runs(&self) -> Vec<RunId> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.iter().map(|place| place.run.clone()).collect()
    }

    /// Lets go of everything.
    pub fn clear(&self) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// One run's tree, as far as its journal was read.
pub(super) struct Tree {
    fold: RunFold,
    graph: Arc<Graph>,
    /// How many entries the backend's own fold has read.
    kept: u64,
    /// Records that were needed so far; those that are not here are the backend's.
    records: BTreeMap<CandidateId, Record>,
    /// Whose records changed since they were kept.
    changed: BTreeSet<CandidateId>,
    prompts: Vec<(CandidateId, String)>,
}

impl Tree {
    /// What a backend keeps of a run; `None` where it keeps nothing.
    pub async fn load(graph: &dyn LineageGraph, run: &RunId) -> Result<Option<Self>, StoreError> {
        // the nodes after the fold: those that have read further take in no entry twice
        let Some(fold) = graph.run_fold(run.clone()).await? else { return Ok(None) };
        let nodes = Arc::new(Graph::new(graph.nodes(run.clone()).await?));
        Ok(Some(Self {
            kept: fold.next(),
            fold,
            graph: nodes,
            records: BTreeMap::new(),
            changed: BTreeSet::new(),
            prompts: Vec::new(),
        }))
    }

    pub fn fold(&self) -> &RunFold {
        &self.fold
    }

    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// Takes in the journal up to its first `length` entries. `Conflict` where another process keeps the same run's tree meanwhile:
    /// then it is to be loaded anew.
    pub async fn read_on(
        &mut self,
        journal: &dyn Journal,
        backend: &dyn LineageGraph,
        length: u64,
    ) -> Result<(), StoreError> {
        let run = self.fold.run().clone();
        while self.fold.next() < length {
            let limit = u32::try_from((length - self.fold.next()).min(BATCH)).unwrap_or(u32::MAX);
            let entries = journal.read(run.clone(), self.fold.next(), limit).await?;
            if entries.is_empty() {
                break;
            }
            let needed: Vec<CandidateId> =
                self.fold.needs(&entries).into_iter().filter(|id| !self.records.contains_key(id)).collect();
            let mut seen = BTreeSet::new();
            if !needed.is_empty() {
                let known = backend.records(run.clone(), needed).await?;
                // one that another process keeps may have read further than this fold, which then changes nothing in it
                seen.extend(known.iter().map(|record| record.node.id.candidate));
                self.records.extend(known.into_iter().map(|record| (record.node.id.candidate, record)));
            }
            let changed = self.fold.apply(&entries, &mut self.records);
            seen.extend(&changed);
            let nodes = seen.iter().filter_map(|id| self.records.get(id)).map(|record| record.node.clone());
            Arc::make_mut(&mut self.graph).put(nodes.collect());
            self.changed.extend(changed);
            self.prompts.extend(entries.iter().filter_map(prompt));
            if self.fold.next() - self.kept >= BATCH {
                self.keep(backend).await?;
            }
        }
        Ok(())
    }

    /// Tells the backend what was read since it was told last.
    pub async fn keep(&mut self, backend: &dyn LineageGraph) -> Result<(), StoreError> {
        if self.fold.next() == self.kept {
            return Ok(());
        }
        let records = self.changed.iter().filter_map(|id| self.records.get(id)).cloned().collect();
        let (expected, prompts) = (self.kept, self.prompts.clone());
        backend.put(Batch { expected, fold: self.fold.clone(), records, prompts }).await?;
        self.kept = self.fold.next();
        self.changed.clear();
        self.prompts.clear();
        if self.records.len() > RECORDS {
            self.records.clear();
        }
        Ok(())
    }
}
