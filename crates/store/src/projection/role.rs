use clade_domain::{CandidateId, RunId, Timestamp};
use clade_lineage::{Record, RunFold};

use crate::{RunSummary, SnapshotRow, StoreFuture};

/// What came out of some journal entries of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// How many entries the stored fold must have read (0: there is none).
    pub expected: u64,
    /// The fold afterwards.
    pub fold: RunFold,
    /// The records that the entries are about; one that a batch which was cut off had kept is among them as it is.
    pub records: Vec<Record>,
    /// The prompts of candidates that joined, as texts.
    pub prompts: Vec<(CandidateId, String)>,
}

/// A projection of the journals: one record for each candidate, and for each run a fold, which is its checkpoint. A backend only
/// stores them; what is in them is `clade-lineage`'s and the same for all. [`crate::Projector`] keeps it up.
pub trait Projection: Send + Sync {
    /// How many journal entries of each run are in it.
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>>;

    /// What was remembered of a run; `None` before anything of it was read.
    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>>;

    /// The records of these candidates of a run, as far as there are any.
    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>>;

    /// Stores what came out of a batch together with its checkpoint; `Conflict` where the stored fold has read another number of
    /// entries: another process was first. A backend whose transactions are too small for a batch stores the records first, never
    /// one over another that has read further ([`Record::read`]), and then the checkpoint: whoever comes next takes the batch in again.
    fn put(&self, batch: Batch) -> StoreFuture<'_, ()>;

    /// Drops everything, whoever wrote it.
    fn forget(&self) -> StoreFuture<'_, ()>;

    /// Drops what is kept of these runs; names that are not there are passed over.
    fn forget_runs(&self, runs: Vec<RunId>) -> StoreFuture<'_, ()>;

    /// Has ready what the first batch would wait for; nothing where there is nothing to prepare. Not needed before anything else.
    fn warm_up(&self) -> StoreFuture<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Whether it also keeps what lists show of runs, and their snapshots.
    fn keeps_rows(&self) -> bool {
        false
    }

    /// When each run's row was last written, as far as it keeps them.
    fn rows(&self) -> StoreFuture<'_, Vec<(RunId, Timestamp)>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Keeps a run's row and snapshots; nothing where it does not keep them.
    fn put_row(&self, _row: RunSummary, _snapshots: Vec<SnapshotRow>) -> StoreFuture<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
