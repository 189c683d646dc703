//! Positions for drawing: x is the generation, y is a row.
//!
//! Each node hangs on its first parent, siblings stand in the order in which they joined, and every subtree has rows of its own:
//! edges to first parents never cross, and a node that joins later stands below its siblings and never changes the order of
//! the others in their columns. One child stands in its parent's row, so that lines are straight: the one on the line of
//! descent where there is one, else the first. What is not shown (dropped children, or what matters least once there are more nodes
//! than can be drawn) is counted on the nearest node above it that is.

mod place;
mod show;

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use clade_domain::Relation;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Graph, NodeId};
use place::place;
use show::{Tree, show};

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutOptions {
    /// The end of the line of descent: usually the best candidate.
    pub best: Option<NodeId>,
    /// Whether dropped candidates of which nothing lives are folded into the node above them.
    pub fold_dropped: bool,
    /// Nodes that show their folded children all the same.
    pub unfolded: BTreeSet<NodeId>,
    /// Most nodes shown: what matters most, always with the way to its root.
    pub most: usize,
}

impl Default for LayoutOptions {
    fn default() -> Self {
        Self { best: None, fold_dropped: true, unfolded: BTreeSet::new(), most: usize::MAX }
    }
}

/// A node with its place.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Mark {
    /// The node.
    pub id: NodeId,
    /// Its place in the graph's nodes.
    #[serde(skip)]
    pub node: usize,
    /// Column: its generation; in a branch counted on from the candidate that it started from.
    pub x: u32,
    /// Row, from 0.
    pub y: u32,
    /// Whether it is on the line of descent.
    pub descent: bool,
    /// What is folded into it.
    #[serde(skip_serializing_if = "Folded::is_empty")]
    pub folded: Folded,
    /// Edges to its parents, the one it hangs on first. A parent that is folded stands for itself where it is folded into.
    pub edges: Vec<Edge>,
}

/// Descendants that are not shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
pub struct Folded {
    /// How many.
    pub nodes: u32,
    /// How many of them are dropped.
    pub dropped: u32,
    /// The highest mean score among them, in [0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<f64>,
}

impl Folded {
    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes == 0
    }
}

/// An edge of a mark, with the place of its other end: a page can be drawn without the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Edge {
    /// The parent's column.
    pub x: u32,
    /// The parent's row.
    pub y: u32,
    /// What the edge is called.
    pub relation: Relation,
    /// Whether it is on the line of descent.
    pub descent: bool,
}

/// All marks in drawing order: a node before what hangs on it, siblings in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Layout {
    /// The marks.
    pub marks: Vec<Mark>,
    /// Number of columns.
    pub columns: u32,
    /// Number of rows.
    pub rows: u32,
}

impl Layout {
    /// Places a graph's nodes.
    #[must_use]
    pub fn of(graph: &Graph, options: &LayoutOptions) -> Self {
        let tree = Tree::of(graph, options.best.as_ref());
        let shown = show(&tree, graph, options);
        let places = place(&tree, graph, &shown);
        let mut marks = Vec::with_capacity(shown.order.len());
        let at = |node: usize| (places.x[node], places.y[node]);
        for &node in &shown.order {
            let relation = graph.nodes()[node].relation;
            let mut edges: Vec<Edge> = Vec::new();
            for (number, &parent) in graph.parents(node).iter().enumerate() {
                let (x, y) = at(shown.stands_for[parent]);
                let descent = number == 0 && tree.descent[node] && tree.descent[parent];
                let edge = Edge { x, y, relation, descent };
                if !edges.contains(&edge) {
                    edges.push(edge);
                }
            }
            let (x, y) = at(node);
            let id = graph.nodes()[node].id.clone();
            marks.push(Mark { id, node, x, y, descent: tree.descent[node], folded: shown.folded[node], edges });
        }
        let columns = marks.iter().map(|mark| mark.x + 1).max().unwrap_or(0);
        Self { marks, columns, rows: places.rows }
    }

    /// At most `limit` marks from a place on in drawing order.
    #[must_use]
    pub fn page(&self, from: usize, limit: usize) -> &[Mark] {
        let from = from.min(self.marks.len());
        &self.marks[from..from.saturating_add(limit).min(self.marks.len())]
    }

    /// The marks in a window of columns and rows, and those of its outside that have an edge into it.
    pub fn window(&self, columns: Range<u32>, rows: Range<u32>) -> impl Iterator<Item = &Mark> {
        let inside = move |x: u32, y: u32| columns.contains(&x) && rows.contains(&y);
        self.marks
            .iter()
            .filter(move |mark| inside(mark.x, mark.y) || mark.edges.iter().any(|edge| inside(edge.x, edge.y)))
    }

    /// Marks by node.
    #[must_use]
    pub fn by_node(&self) -> HashMap<&NodeId, &Mark> {
        self.marks.iter().map(|mark| (&mark.id, mark)).collect()
    }
}
