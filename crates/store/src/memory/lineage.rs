use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{CandidateId, RunId};
use clade_lineage::{Node, NodeId, Record, RunFold};

use super::MemoryStore;
use crate::{Batch, Kin, LineageGraph, Projection, Standing, StoreError, StoreFuture};

/// The graph: records by name, and the edges both ways.
#[derive(Debug, Default)]
pub(super) struct Tree {
    folds: BTreeMap<RunId, RunFold>,
    records: BTreeMap<NodeId, Record>,
    children: BTreeMap<NodeId, BTreeSet<NodeId>>,
}

impl Projection for MemoryStore {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        self.with(|state| Ok(state.tree.folds.iter().map(|(run, fold)| (run.clone(), fold.next())).collect()))
    }

    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>> {
        self.with(|state| Ok(state.tree.folds.get(&run).cloned()))
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
        self.with(|state| {
            let record = |id: CandidateId| state.tree.records.get(&NodeId::new(run.clone(), id)).cloned();
            Ok(candidates.into_iter().filter_map(record).collect())
        })
    }

    fn put(&self, batch: Batch) -> StoreFuture<'_, ()> {
        self.with(|state| {
            let Batch { expected, fold, records, .. } = batch;
            let tree = &mut state.tree;
            let actual = tree.folds.get(fold.run()).map_or(0, RunFold::next);
            if actual != expected {
                return Err(StoreError::Conflict { run: fold.run().to_string(), expected, actual });
            }
            tree.folds.insert(fold.run().clone(), fold);
            for record in records {
                let id = &record.node.id;
                for parent in &record.node.parents {
                    tree.children.entry(parent.clone()).or_default().insert(id.clone());
                }
                tree.records.insert(id.clone(), record);
            }
            Ok(())
        })
    }

    fn forget(&self) -> StoreFuture<'_, ()> {
        self.with(|state| {
            state.tree = Tree::default();
            Ok(())
        })
    }

    fn forget_runs(&self, runs: Vec<RunId>) -> StoreFuture<'_, ()> {
        self.with(|state| {
            let tree = &mut state.tree;
            tree.folds.retain(|run, _| !runs.contains(run));
            tree.records.retain(|id, _| !runs.contains(&id.run));
            for children in tree.children.values_mut() {
                children.retain(|id| !runs.contains(&id.run));
            }
            Ok(())
        })
    }
}

impl LineageGraph for MemoryStore {
    fn nodes(&self, run: RunId) -> StoreFuture<'_, Vec<Node>> {
        self.with(|state| {
            let of_run = state.tree.records.range(NodeId::new(run.clone(), CandidateId(0))..);
            Ok(of_run.take_while(|(id, _)| id.run == run).map(|(_, record)| record.node.clone()).collect())
        })
    }

    fn kin(&self, of: Vec<NodeId>, way: Kin) -> StoreFuture<'_, Vec<Node>> {
        self.with(|state| {
            let tree = &state.tree;
            let mut seen = BTreeSet::new();
            let mut open = of;
            while let Some(id) = open.pop() {
                if !seen.insert(id.clone()) {
                    continue;
                }
                match way {
                    Kin::Ancestors => {
                        open.extend(tree.records.get(&id).into_iter().flat_map(|r| r.node.parents.clone()))
                    }
                    Kin::Descendants => open.extend(tree.children.get(&id).into_iter().flatten().cloned()),
                }
            }
            Ok(seen.iter().filter_map(|id| Some(tree.records.get(id)?.node.clone())).collect())
        })
    }
}

impl Tree {
    /// Everything of a run, the fittest first.
    pub fn ranked(&self, run: &RunId) -> Vec<Standing> {
        let of_run = self.records.range(NodeId::new(run.clone(), CandidateId(0))..);
        let mut ranked: Vec<Standing> =
            of_run.take_while(|(id, _)| id.run == *run).map(|(_, record)| record.clone().into()).collect();
        ranked.sort_by(|a, b| a.node.ranking(&b.node));
        ranked
    }
}
