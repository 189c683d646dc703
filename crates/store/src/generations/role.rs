use clade_domain::RunId;
use clade_lineage::{Moment, Node, Record};
use serde::{Deserialize, Serialize};

use crate::{Projection, StoreFuture};

/// A candidate as it stands, with what became of it step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The candidate.
    pub node: Node,
    /// Its steps, oldest first.
    pub history: Vec<Moment>,
}

impl From<Record> for Standing {
    fn from(record: Record) -> Self {
        Self { history: record.history().to_vec(), node: record.node }
    }
}

/// Where generations are kept: a projection that finds candidates by generation and by fitness ([`Node::ranking`]). It may be
/// memory of another process: whoever asks through [`crate::Generations`] sees everything that is in the journal.
pub trait GenerationStore: Projection {
    /// The number of the last generation that a candidate is in; `None` for an unknown run.
    fn latest(&self, run: RunId) -> StoreFuture<'_, Option<u32>>;

    /// The candidates that joined in a generation, the fittest first.
    fn generation(&self, run: RunId, number: u32) -> StoreFuture<'_, Vec<Standing>>;

    /// The fittest candidates of a run, at most so many; those that were not evaluated are not among them.
    fn top(&self, run: RunId, most: u32) -> StoreFuture<'_, Vec<Standing>>;
}
