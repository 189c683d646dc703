use clade_domain::{CandidateId, RunId};
use clade_lineage::{Node, NodeId, Record, RunFold};

use crate::StoreFuture;

/// Which way kin is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    /// Parents, their parents and so on.
    Ancestors,
    /// Children, their children and so on.
    Descendants,
}

/// Where the family tree is kept: a projection of the journals. A backend only stores and follows edges; what a node is, and every
/// question, is `clade-lineage`'s and the same for all. It can be dropped at any time: [`crate::Lineage`] reads the journals anew.
pub trait LineageGraph: Send + Sync {
    /// How many journal entries of each run are in it.
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>>;

    /// What was remembered of a run; `None` before anything of it was read.
    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>>;

    /// The records of these candidates of a run, as far as there are any.
    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>>;

    /// Stores a run's fold and the records that changed, in one transaction, where the fold that is stored has read `expected`
    /// entries (0: there is none). `Conflict` otherwise: another process was first.
    fn put_records(&self, expected: u64, fold: RunFold, records: Vec<Record>) -> StoreFuture<'_, ()>;

    /// The nodes of a run in order of candidate; empty for an unknown run.
    fn nodes(&self, run: RunId) -> StoreFuture<'_, Vec<Node>>;

    /// These nodes with all their kin one way, over runs and branches, each once, in any order. Names that are not there are passed over.
    fn kin(&self, of: Vec<NodeId>, way: Kin) -> StoreFuture<'_, Vec<Node>>;

    /// Drops everything.
    fn drop_lineage(&self) -> StoreFuture<'_, ()>;
}
