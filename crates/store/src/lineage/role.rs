use clade_domain::RunId;
use clade_lineage::{Node, NodeId};

use crate::{Projection, StoreFuture};

/// Which way kin is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    /// Parents, their parents and so on.
    Ancestors,
    /// Children, their children and so on.
    Descendants,
}

/// Where the family tree is kept: a projection that follows edges. What a node is, and every question, is `clade-lineage`'s and the
/// same for all. It can be dropped at any time: [`crate::Lineage`] reads the journals anew.
pub trait LineageGraph: Projection {
    /// The nodes of a run in order of candidate; empty for an unknown run.
    fn nodes(&self, run: RunId) -> StoreFuture<'_, Vec<Node>>;

    /// These nodes with all their kin one way, over runs and branches, each once, in any order. Names that are not there are passed over.
    fn kin(&self, of: Vec<NodeId>, way: Kin) -> StoreFuture<'_, Vec<Node>>;
}
