use std::sync::Arc;

use clade_domain::{CandidateId, RunId};
use clade_filter::Filter;
use clade_lineage::{FIELDS, Graph, Node, NodeId};
use clade_store::Kin;

use super::Trees;
use crate::{args::LineageArgs, failure::Failure};

/// A part of the family tree.
pub struct Part {
    /// Its nodes.
    pub graph: Arc<Graph>,
    /// The run that was asked about: its candidates need no long name where all are its own.
    pub run: RunId,
    /// The run's best candidate, in it or not.
    pub best: Option<NodeId>,
    /// Whether the nodes are a list in an order of its own, and no tree.
    pub list: bool,
}

impl Part {
    /// All candidates of a run.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn of_run(trees: &impl Trees, run: &RunId) -> Result<Self, Failure> {
        let (graph, best) = trees.run(run).await?;
        Ok(Self { graph, run: run.clone(), best, list: false })
    }

    /// What the command line asks for.
    ///
    /// # Errors
    /// For unknown candidates and wrong filters, and where the store cannot be read.
    pub async fn asked(args: &LineageArgs, trees: &impl Trees, run: &RunId) -> Result<Self, Failure> {
        let words = args.filter.as_deref().unwrap_or_default();
        let filter = Filter::parse(words, &FIELDS)?;
        let whole = Self::of_run(trees, run).await?;
        let named = async |name: &String| whole.named(trees, name).await;
        let mut part = match args {
            LineageArgs { ancestors: Some(name), .. } => {
                let id = named(name).await?;
                let graph = trees.kin(std::slice::from_ref(&id), Kin::Ancestors).await?;
                whole.list(graph.ancestors(&id))
            }
            LineageArgs { descendants: Some(name), .. } => {
                let id = named(name).await?;
                let graph = trees.kin(std::slice::from_ref(&id), Kin::Descendants).await?;
                whole.list(graph.descendants(&id))
            }
            LineageArgs { of: Some(name), .. } => whole.kin_of(trees, &[named(name).await?]).await?,
            LineageArgs { between, .. } if !between.is_empty() => {
                let mut ids = Vec::new();
                for name in between {
                    ids.push(named(name).await?);
                }
                let graph = trees.kin(&ids, Kin::Ancestors).await?;
                let [a, b] = &ids[..] else { return Ok(whole) };
                let path = graph.path(a, b).ok_or_else(|| Failure::Usage(unrelated(a, b)))?;
                whole.list(path)
            }
            LineageArgs { common, .. } if !common.is_empty() => {
                let mut ids = Vec::new();
                for name in common {
                    ids.push(named(name).await?);
                }
                let graph = trees.kin(&ids, Kin::Ancestors).await?;
                let [a, b] = &ids[..] else { return Ok(whole) };
                let common = graph.common_ancestor(a, b).ok_or_else(|| Failure::Usage(unrelated(a, b)))?;
                whole.list(vec![common])
            }
            LineageArgs { families, branches, .. } if *families || *branches => {
                let ids: Vec<NodeId> = whole.graph.nodes().iter().map(|node| node.id.clone()).collect();
                let kin = whole.kin_of(trees, &ids).await?;
                // a family is whole: what descends from its root beside this run belongs to it
                let roots: Vec<NodeId> = kin.graph.roots().map(|node| node.id.clone()).collect();
                if *families { kin.kin_of(trees, &roots).await? } else { kin }
            }
            _ => whole,
        };
        if !filter.is_all() {
            let kept = trees.matching(&part.graph, words).await?;
            let nodes = part.graph.nodes().iter().filter(|node| kept.contains(&node.id)).collect();
            part = part.list(nodes);
        }
        Ok(part)
    }

    /// A part of it as a list.
    fn list(&self, nodes: Vec<&Node>) -> Self {
        Self { graph: Arc::new(Graph::new(nodes.into_iter().cloned().collect())), list: true, ..self.empty() }
    }

    /// The same with no nodes.
    fn empty(&self) -> Self {
        Self { graph: Arc::default(), run: self.run.clone(), best: self.best.clone(), list: false }
    }

    /// Nodes with their ancestors and descendants.
    async fn kin_of(&self, trees: &impl Trees, ids: &[NodeId]) -> Result<Self, Failure> {
        let (up, down) = (trees.kin(ids, Kin::Ancestors).await?, trees.kin(ids, Kin::Descendants).await?);
        let below = down.nodes().iter().filter(|node| up.get(&node.id).is_none());
        let mut nodes: Vec<Node> = up.nodes().iter().chain(below).cloned().collect();
        // runs in the order in which they come, each whole
        let order: Vec<RunId> = nodes.iter().map(|node| node.id.run.clone()).collect();
        nodes.sort_by_key(|node| (order.iter().position(|run| *run == node.id.run), node.id.candidate));
        Ok(Self { graph: Arc::new(Graph::new(nodes)), ..self.empty() })
    }

    /// The candidate that the user means: `c12`, `12`, `seed`, `best`, or one of another run as `RUN@c12` or `RUN@best`.
    async fn named(&self, trees: &impl Trees, name: &str) -> Result<NodeId, Failure> {
        let run = &self.run;
        let id = match name.strip_suffix("@best").map(str::parse::<RunId>) {
            Some(Ok(other)) if other != *run => trees.run(&other).await?.1,
            Some(Ok(_)) => self.best.clone(),
            Some(Err(_)) => None,
            None if name == "seed" => Some(NodeId::new(run.clone(), CandidateId(0))),
            None if name == "best" => self.best.clone(),
            None => name.parse().ok().or_else(|| Some(NodeId::new(run.clone(), name.parse().ok()?))),
        };
        // candidates of other runs are looked up where they are asked about
        id.filter(|id| id.run != *run || self.graph.get(id).is_some()).ok_or_else(|| {
            Failure::Usage(format!(
                "run `{run}` has no candidate `{name}`; say `seed`, `best`, one that `clade lineage {run} --all` shows, RUN@c12 or RUN@best"
            ))
        })
    }
}

fn unrelated(a: &NodeId, b: &NodeId) -> String {
    format!("{a} and {b} have no common ancestor; `clade lineage --families` shows who descends from whom")
}
