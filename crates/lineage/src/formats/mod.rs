//! The tree for other programs: Graphviz, Mermaid, GraphML, Neo4j's Cypher, JSON.

mod cypher;
mod dot;
mod graphml;
mod json;
mod mermaid;

use std::collections::{HashMap, HashSet};

pub use cypher::cypher;
pub use dot::dot;
pub use graphml::graphml;
pub use json::json;
pub use mermaid::mermaid;

use crate::{Graph, Node, NodeId};

/// What is written, and under which names.
#[derive(Debug)]
pub struct Drawing<'a> {
    graph: &'a Graph,
    texts: &'a HashMap<NodeId, String>,
    title: &'a str,
    best: Option<&'a NodeId>,
    descent: HashSet<&'a NodeId>,
    /// Whether all nodes are of the run that the title names, and its name can be left out.
    one_run: bool,
}

impl<'a> Drawing<'a> {
    /// A graph with the prompts of its nodes, under the name of the run that was asked for, with the best node and the line of descent to it.
    #[must_use]
    pub fn new(graph: &'a Graph, texts: &'a HashMap<NodeId, String>, title: &'a str, best: Option<&'a NodeId>) -> Self {
        let descent = best.map(|best| graph.line_of_descent(best)).unwrap_or_default();
        let one_run = graph.nodes().iter().all(|node| node.id.run.as_str() == title);
        Self { graph, texts, title, best, descent: descent.into_iter().map(|node| &node.id).collect(), one_run }
    }

    fn nodes(&self) -> &'a [Node] {
        self.graph.nodes()
    }

    fn is_best(&self, node: &Node) -> bool {
        self.best == Some(&node.id)
    }

    fn on_descent(&self, node: &Node) -> bool {
        self.descent.contains(&node.id)
    }

    fn text(&self, node: &Node) -> &str {
        self.texts.get(&node.id).map_or("", String::as_str)
    }

    /// `c12`, or `RUN@c12` where there are several runs.
    fn name(&self, id: &NodeId) -> String {
        if self.one_run { id.candidate.to_string() } else { id.to_string() }
    }

    /// Every edge as child and parent, both among the nodes.
    fn edges(&self) -> impl Iterator<Item = (&'a Node, &'a Node)> {
        let graph = self.graph;
        let of =
            move |at: usize| graph.parents(at).iter().map(move |parent| (&graph.nodes()[at], &graph.nodes()[*parent]));
        (0..graph.nodes().len()).flat_map(of)
    }
}

/// What made a node, for labels.
fn operator(node: &Node) -> &str {
    node.operator.as_ref().map_or("seed", |operator| &operator.0)
}

/// A score for labels.
fn score(node: &Node) -> String {
    node.score.map_or_else(|| "-".into(), |score| format!("{:.3}", score.mean))
}
