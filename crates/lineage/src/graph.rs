use std::collections::{BTreeSet, HashMap, VecDeque};

use clade_domain::{Relation, RunId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Node, NodeId};

/// Nodes with their edges in both directions. Edges to nodes that are not there are left out, and so is a branch whose run
/// would descend from itself. Every question visits a node once.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    index: HashMap<NodeId, usize>,
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
}

/// A clade: where it starts and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Family {
    /// A node without parents, or the first of a branch.
    pub root: NodeId,
    /// The root with all its descendants, those of branches included.
    pub size: usize,
    /// The best of them.
    pub best: NodeId,
    /// The best one's mean score, in [0, 1].
    pub score: Option<f64>,
}

impl Graph {
    /// A graph of these nodes; their order is kept everywhere: runs in order of creation, candidates in order of id.
    #[must_use]
    pub fn new(nodes: Vec<Node>) -> Self {
        let index: HashMap<NodeId, usize> = nodes.iter().enumerate().map(|(at, node)| (node.id.clone(), at)).collect();
        let circular = circular_runs(&nodes);
        let mut parents = vec![Vec::new(); nodes.len()];
        let mut children = vec![Vec::new(); nodes.len()];
        for (at, node) in nodes.iter().enumerate() {
            if node.relation == Relation::BranchOf && circular.contains(&node.id.run) {
                continue;
            }
            for parent in node.parents.iter().filter_map(|id| index.get(id).copied()) {
                if !parents[at].contains(&parent) {
                    parents[at].push(parent);
                    children[parent].push(at);
                }
            }
        }
        Self { nodes, index, parents, children }
    }

    /// Takes nodes of the same run in: those that changed, and those that joined.
    pub fn put(&mut self, nodes: Vec<Node>) {
        let mut joined = Vec::new();
        for node in nodes {
            match self.position(&node.id) {
                Some(at) => self.nodes[at] = node,
                None => joined.push(node),
            }
        }
        if !joined.is_empty() {
            let mut all = std::mem::take(&mut self.nodes);
            all.extend(joined);
            // candidates may join in another order than they were planned in
            all.sort_by(|a, b| a.id.cmp(&b.id));
            *self = Self::new(all);
        }
    }

    /// All nodes.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All nodes, without their edges.
    #[must_use]
    pub fn into_nodes(self) -> Vec<Node> {
        self.nodes
    }

    /// A node by name.
    #[must_use]
    pub fn get(&self, id: &NodeId) -> Option<&Node> {
        self.position(id).map(|at| &self.nodes[at])
    }

    /// A node's place in [`Self::nodes`].
    #[must_use]
    pub fn position(&self, id: &NodeId) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// The places of a node's parents, the better one first.
    #[must_use]
    pub fn parents(&self, at: usize) -> &[usize] {
        &self.parents[at]
    }

    /// The places of a node's children over all relations, in order.
    #[must_use]
    pub fn children(&self, at: usize) -> &[usize] {
        &self.children[at]
    }

    /// A node's ancestors, the nearest first, without itself.
    #[must_use]
    pub fn ancestors(&self, id: &NodeId) -> Vec<&Node> {
        self.reached(id, &self.parents)
    }

    /// A node's descendants, the nearest first, without itself.
    #[must_use]
    pub fn descendants(&self, id: &NodeId) -> Vec<&Node> {
        self.reached(id, &self.children)
    }

    fn reached(&self, id: &NodeId, edges: &[Vec<usize>]) -> Vec<&Node> {
        let found = self.position(id).map(|at| walk(at, edges).order).unwrap_or_default();
        found.into_iter().skip(1).map(|at| &self.nodes[at]).collect()
    }

    /// The nearest common ancestor of two nodes, themselves included: with the fewest steps to both together. `None` where they have none.
    #[must_use]
    pub fn common_ancestor(&self, a: &NodeId, b: &NodeId) -> Option<&Node> {
        let (a, b) = (walk(self.position(a)?, &self.parents), walk(self.position(b)?, &self.parents));
        self.nearest(&a, &b).map(|at| &self.nodes[at])
    }

    fn nearest(&self, a: &Walk, b: &Walk) -> Option<usize> {
        let common = a.steps.iter().filter_map(|(at, (steps, _))| Some((steps + b.steps.get(at)?.0, *at)));
        // among equals the younger one: it says more
        common.min_by_key(|(steps, at)| (*steps, std::cmp::Reverse(*at))).map(|(_, at)| at)
    }

    /// The shortest way from one node to another: down or up a line, or up to their nearest common ancestor and down again.
    /// Both ends are in it. `None` where they have no common ancestor.
    #[must_use]
    pub fn path(&self, from: &NodeId, to: &NodeId) -> Option<Vec<&Node>> {
        let (up, down) = (walk(self.position(from)?, &self.parents), walk(self.position(to)?, &self.parents));
        let top = self.nearest(&up, &down)?;
        let mut path: Vec<usize> = up.back(top);
        path.reverse();
        path.extend(down.back(top).into_iter().skip(1));
        Some(path.into_iter().map(|at| &self.nodes[at]).collect())
    }

    /// A node and its first parents back to a root: one line, even where two lineages merged. Root first.
    #[must_use]
    pub fn line_of_descent(&self, id: &NodeId) -> Vec<&Node> {
        let mut line = Vec::new();
        let mut next = self.position(id);
        while let Some(at) = next {
            line.push(&self.nodes[at]);
            next = self.parents[at].first().copied();
        }
        line.reverse();
        line
    }

    /// The best among a node and its descendants, by their ranking; the first where nothing is evaluated. `None` for an unknown node.
    #[must_use]
    pub fn best_descendant(&self, id: &NodeId) -> Option<&Node> {
        let found = walk(self.position(id)?, &self.children).order;
        self.best_of(&found).map(|at| &self.nodes[at])
    }

    fn best_of(&self, places: &[usize]) -> Option<usize> {
        let fitness = |at: usize| self.nodes[at].fitness().unwrap_or(-1.0);
        places.iter().copied().min_by(|a, b| fitness(*b).total_cmp(&fitness(*a)).then(a.cmp(b)))
    }

    /// Those that descend from none of the others, in order.
    pub fn roots(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().zip(&self.parents).filter(|(_, parents)| parents.is_empty()).map(|(node, _)| node)
    }

    /// The clades: one for each node without parents and for each branch, in order.
    #[must_use]
    pub fn families(&self) -> Vec<Family> {
        let starts = (0..self.nodes.len())
            .filter(|at| self.parents[*at].is_empty() || self.nodes[*at].relation == Relation::BranchOf);
        let family = |at: usize| {
            let members = walk(at, &self.children).order;
            let best = &self.nodes[self.best_of(&members)?];
            Some(Family {
                root: self.nodes[at].id.clone(),
                size: members.len(),
                best: best.id.clone(),
                score: best.score.map(|score| score.mean),
            })
        };
        starts.filter_map(family).collect()
    }
}

/// What a breadth-first walk found: nodes in order, each with its distance and the one it was reached from.
struct Walk {
    order: Vec<usize>,
    steps: HashMap<usize, (usize, usize)>,
}

impl Walk {
    /// The way from a node that was reached back to the start.
    fn back(&self, from: usize) -> Vec<usize> {
        let mut way = vec![from];
        let mut at = from;
        while let Some((steps, before)) = self.steps.get(&at).filter(|(steps, _)| *steps > 0) {
            debug_assert!(*steps > 0);
            way.push(*before);
            at = *before;
        }
        way
    }
}

fn walk(start: usize, edges: &[Vec<usize>]) -> Walk {
    let mut found = Walk { order: vec![start], steps: HashMap::from([(start, (0, start))]) };
    let mut open = VecDeque::from([(start, 0)]);
    while let Some((at, steps)) = open.pop_front() {
        for next in &edges[at] {
            if let std::collections::hash_map::Entry::Vacant(place) = found.steps.entry(*next) {
                place.insert((steps + 1, at));
                found.order.push(*next);
                open.push_back((*next, steps + 1));
            }
        }
    }
    found
}

/// Runs that would descend from themselves by what their journals say they branched from.
fn circular_runs(nodes: &[Node]) -> BTreeSet<RunId> {
    let branches = nodes.iter().filter(|node| node.relation == Relation::BranchOf);
    let from: HashMap<&RunId, &RunId> =
        branches.filter_map(|node| Some((&node.id.run, &node.parents.last()?.run))).collect();
    let circular = |run: &&&RunId| {
        let mut next = from.get(**run);
        let mut left = from.len();
        while let Some(run_above) = next.filter(|_| left > 0) {
            if run_above == *run {
                return true;
            }
            next = from.get(*run_above);
            left -= 1;
        }
        false
    };
    from.keys().filter(circular).map(|run| (*run).clone()).collect()
}
