use std::collections::HashMap;

use clade_domain::{Relation, RunId};

use super::show::{Shown, Tree};
use crate::Graph;

/// Columns and rows by node; those of nodes that are not drawn mean nothing.
pub(super) struct Places {
    pub x: Vec<u32>,
    pub y: Vec<u32>,
    pub rows: u32,
}

pub(super) fn place(tree: &Tree, graph: &Graph, shown: &Shown) -> Places {
    let (y, rows) = rows(tree, graph.nodes().len(), shown);
    Places { x: columns(tree, graph), y, rows }
}

/// Leaves get rows in drawing order; any other node stands in the row of one child.
fn rows(tree: &Tree, count: usize, shown: &Shown) -> (Vec<u32>, u32) {
    let drawn = |at: usize| shown.stands_for[at] == at;
    let mut y = vec![0; count];
    let mut next = 0;
    for &at in &shown.order {
        if !tree.children[at].iter().any(|child| drawn(*child)) {
            y[at] = next;
            next += 1;
        }
    }
    for &at in shown.order.iter().rev() {
        let children = || tree.children[at].iter().copied().filter(|child| drawn(*child));
        if let Some(heir) = children().find(|child| tree.descent[*child]).or_else(|| children().next()) {
            y[at] = y[heir];
        }
    }
    (y, next)
}

/// A node's generation, in a branch counted on from where it started. Runs come after those they branched from in drawing
/// order, except that other first prompts of a branch have no parent: so runs are measured before nodes.
fn columns(tree: &Tree, graph: &Graph) -> Vec<u32> {
    let nodes = graph.nodes();
    let mut starts: HashMap<&RunId, u32> = HashMap::new();
    for &at in &tree.order {
        let (node, parent) = (&nodes[at], tree.parent[at]);
        if let Some(from) = parent.filter(|_| node.relation == Relation::BranchOf).map(|parent| &nodes[parent]) {
            let start = starts.get(&from.id.run).copied().unwrap_or(0);
            starts.insert(&node.id.run, start.saturating_add(from.generation).saturating_add(1));
        }
    }
    nodes.iter().map(|node| starts.get(&node.id.run).copied().unwrap_or(0).saturating_add(node.generation)).collect()
}
