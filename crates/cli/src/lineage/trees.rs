use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use clade_domain::{OperatorName, RejectReason, RunId};
use clade_engine::replay_state;
use clade_filter::Filter;
use clade_lineage::{FIELDS, Graph, NodeId};
use clade_store::{Kin, Lineage, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Where family trees are asked: the store of this machine, or a server.
pub trait Trees {
    /// All candidates of a run, and its best one.
    async fn run(&self, run: &RunId) -> Result<(Arc<Graph>, Option<NodeId>), Failure>;

    /// Nodes with all their kin one way, over runs and branches.
    async fn kin(&self, of: &[NodeId], way: Kin) -> Result<Graph, Failure>;

    /// The nodes of a graph that a filter keeps.
    async fn matching(&self, graph: &Graph, filter: &str) -> Result<HashSet<NodeId>, Failure>;

    /// The prompts of a graph's nodes as texts.
    async fn texts(&self, graph: &Graph) -> Result<HashMap<NodeId, String>, Failure>;

    /// How many proposals of a run were turned away, by operator and reason.
    async fn rejected(&self, run: &RunId) -> Result<Vec<Rejected>, Failure>;
}

/// Proposals that became no candidates.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rejected {
    /// What made them.
    pub operator: OperatorName,
    /// Why they were turned away.
    pub reason: RejectReason,
    /// How many.
    pub count: u32,
}

/// The family trees of this machine.
pub struct OwnTrees {
    /// The system of record.
    pub store: Arc<dyn Store>,
    /// The family tree over it.
    pub lineage: Lineage,
}

impl Trees for OwnTrees {
    async fn run(&self, run: &RunId) -> Result<(Arc<Graph>, Option<NodeId>), Failure> {
        let graph = self.lineage.run(run).await?;
        let best = self.lineage.best(run, &graph).await?;
        Ok((graph, best))
    }

    async fn kin(&self, of: &[NodeId], way: Kin) -> Result<Graph, Failure> {
        let graph = self.lineage.kin(of, way).await?;
        let others: HashSet<&RunId> = graph.nodes().iter().map(|node| &node.id.run).collect();
        let mut gone: HashSet<RunId> = HashSet::new();
        // whoever names a run that was deleted is shown it
        for run in others.into_iter().filter(|run| of.iter().all(|id| id.run != **run)) {
            match self.store.summary(run.to_string()).await {
                Ok(row) if row.deleted && row.run == *run => drop(gone.insert(row.run)),
                Ok(_) | Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if gone.is_empty() {
            return Ok(graph);
        }
        Ok(Graph::new(graph.into_nodes().into_iter().filter(|node| !gone.contains(&node.id.run)).collect()))
    }

    async fn matching(&self, graph: &Graph, filter: &str) -> Result<HashSet<NodeId>, Failure> {
        Ok(self.lineage.matching(graph, &Filter::parse(filter, &FIELDS)?).await?)
    }

    async fn texts(&self, graph: &Graph) -> Result<HashMap<NodeId, String>, Failure> {
        Ok(self.lineage.texts(graph.nodes()).await?)
    }

    async fn rejected(&self, run: &RunId) -> Result<Vec<Rejected>, Failure> {
        let state = replay_state(&self.store, run).await?;
        let row = |((operator, reason), count): (&(OperatorName, RejectReason), &u32)| Rejected {
            operator: operator.clone(),
            reason: *reason,
            count: *count,
        };
        Ok(state.rejected().iter().map(row).collect())
    }
}
