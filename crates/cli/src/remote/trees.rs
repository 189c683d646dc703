use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use clade_domain::{RunId, Timestamp};
use clade_lineage::{Graph, Node, NodeId};
use clade_store::{Kin, RunSummary};
use serde::Deserialize;

use super::{Client, asks::CandidateView};
use crate::{
    failure::Failure,
    lineage::{Rejected, Trees},
};

/// So many prompts are read one by one; for more the whole run's are.
const SINGLE: usize = 20;
/// So many nodes are asked about one by one; for more the whole tree with its branches is read.
const FEW: usize = 4;

/// The family trees of a server.
pub struct ServerTrees<'a> {
    /// The server.
    pub client: &'a Client,
}

/// A family tree with a place for each node, as the API draws it.
#[derive(Deserialize)]
struct Drawing {
    best: Option<NodeId>,
    marks: Vec<Mark>,
}

#[derive(Deserialize)]
struct Mark {
    node: Node,
}

#[derive(Deserialize)]
struct Items<T> {
    items: Vec<T>,
}

/// A candidate in a list.
#[derive(Deserialize)]
struct Row {
    id: NodeId,
    prompt: Option<String>,
}

impl ServerTrees<'_> {
    async fn drawn(&self, run: &RunId, branches: &str) -> Result<(Graph, Option<NodeId>), Failure> {
        let most = u32::MAX.to_string();
        let query = [("fold", "0"), ("most", most.as_str()), ("branches", branches)];
        let drawing: Drawing = self.client.get(&["runs", run.as_str(), "lineage"], &query).await?;
        let nodes = drawing.marks.into_iter().map(|mark| mark.node).collect();
        Ok((Graph::new(self.ordered(nodes).await?), drawing.best))
    }

    /// Nodes in the order of every graph: runs as they were created, candidates by number.
    async fn ordered(&self, mut nodes: Vec<Node>) -> Result<Vec<Node>, Failure> {
        let runs: HashSet<RunId> = nodes.iter().map(|node| node.id.run.clone()).collect();
        let mut created: BTreeMap<RunId, Timestamp> = BTreeMap::new();
        if runs.len() > 1 {
            for run in runs {
                #[derive(Deserialize)]
                struct View {
                    run: RunSummary,
                }
                let view: View = self.client.get(&["runs", run.as_str()], &[]).await?;
                created.insert(run, view.run.created);
            }
        }
        nodes.sort_by_key(|node| (created.get(&node.id.run).copied(), node.id.run.clone(), node.id.candidate));
        Ok(nodes)
    }

    async fn candidate(&self, id: &NodeId) -> Result<CandidateView, Failure> {
        self.client.get(&["runs", id.run.as_str(), "candidates", &id.candidate.to_string()], &[]).await
    }
}

impl Trees for ServerTrees<'_> {
    async fn run(&self, run: &RunId) -> Result<(Arc<Graph>, Option<NodeId>), Failure> {
        let (graph, best) = self.drawn(run, "0").await?;
        Ok((Arc::new(graph), best))
    }

    async fn kin(&self, of: &[NodeId], way: Kin) -> Result<Graph, Failure> {
        if let (true, Some(first)) = (of.len() > FEW, of.first()) {
            // these are all candidates of a run; what else is in the tree with its branches is kin of theirs
            return Ok(self.drawn(&first.run, "1").await?.0);
        }
        let question = match way {
            Kin::Ancestors => "ancestors",
            Kin::Descendants => "descendants",
        };
        let mut nodes: BTreeMap<NodeId, Node> = BTreeMap::new();
        for id in of {
            nodes.insert(id.clone(), self.candidate(id).await?.node);
            let path = ["runs", id.run.as_str(), "lineage", question];
            let found: Vec<Node> = self.client.all(&path, &[("of", &id.to_string())], usize::MAX).await?;
            nodes.extend(found.into_iter().map(|node| (node.id.clone(), node)));
        }
        Ok(Graph::new(self.ordered(nodes.into_values().collect()).await?))
    }

    async fn matching(&self, graph: &Graph, filter: &str) -> Result<HashSet<NodeId>, Failure> {
        let runs: HashSet<&RunId> = graph.nodes().iter().map(|node| &node.id.run).collect();
        let mut all = HashSet::new();
        for run in runs {
            let path = ["runs", run.as_str(), "candidates"];
            let rows: Vec<Row> = self.client.all(&path, &[("filter", filter)], usize::MAX).await?;
            all.extend(rows.into_iter().map(|row| row.id));
        }
        all.retain(|id| graph.get(id).is_some());
        Ok(all)
    }

    async fn texts(&self, graph: &Graph) -> Result<HashMap<NodeId, String>, Failure> {
        let mut by_run: BTreeMap<&RunId, Vec<&NodeId>> = BTreeMap::new();
        for node in graph.nodes() {
            by_run.entry(&node.id.run).or_default().push(&node.id);
        }
        let mut texts = HashMap::new();
        for (run, ids) in by_run {
            if ids.len() <= SINGLE {
                for id in ids {
                    texts.insert(id.clone(), self.candidate(id).await?.text);
                }
                continue;
            }
            let path = ["runs", run.as_str(), "candidates"];
            let rows: Vec<Row> = self.client.all(&path, &[("text", "1")], usize::MAX).await?;
            texts.extend(rows.into_iter().filter_map(|row| Some((row.id, row.prompt?))));
        }
        Ok(texts)
    }

    async fn rejected(&self, run: &RunId) -> Result<Vec<Rejected>, Failure> {
        let found: Items<Rejected> = self.client.get(&["runs", run.as_str(), "lineage", "rejected"], &[]).await?;
        Ok(found.items)
    }
}
