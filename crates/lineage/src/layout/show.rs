use std::cmp::Reverse;

use super::{Folded, LayoutOptions};
use crate::{Graph, NodeId, Status};

/// The graph as a forest over first parents.
pub(super) struct Tree {
    /// The first parent of each node.
    pub parent: Vec<Option<usize>>,
    /// Children over first parents, in order.
    pub children: Vec<Vec<usize>>,
    /// All nodes, parents before children, siblings in order.
    pub order: Vec<usize>,
    /// Whether a node is on the line of descent.
    pub descent: Vec<bool>,
}

impl Tree {
    pub fn of(graph: &Graph, best: Option<&NodeId>) -> Self {
        let count = graph.nodes().len();
        let parent: Vec<Option<usize>> = (0..count).map(|at| graph.parents(at).first().copied()).collect();
        let mut children = vec![Vec::new(); count];
        for (at, parent) in parent.iter().enumerate() {
            if let Some(parent) = parent {
                children[*parent].push(at);
            }
        }
        let mut order = Vec::with_capacity(count);
        let mut open: Vec<usize> = (0..count).rev().filter(|at| parent[*at].is_none()).collect();
        while let Some(at) = open.pop() {
            order.push(at);
            open.extend(children[at].iter().rev());
        }
        let mut descent = vec![false; count];
        let mut next = best.and_then(|best| graph.position(best));
        while let Some(at) = next {
            descent[at] = true;
            next = parent[at];
        }
        Self { parent, children, order, descent }
    }
}

/// Which nodes are drawn.
pub(super) struct Shown {
    /// Those that are, in drawing order.
    pub order: Vec<usize>,
    /// For each node, itself or the nearest one above it that is drawn.
    pub stands_for: Vec<usize>,
    /// What is folded into each.
    pub folded: Vec<Folded>,
}

/// How much a node matters: what it is, then its score; the order of drawing settles the rest.
type Weight = (u8, u64);

/// Chooses what is drawn: roots always, of the rest what matters most. A node matters as much as the most that hangs on
/// it, so the way to a root always comes along.
pub(super) fn show(tree: &Tree, graph: &Graph, options: &LayoutOptions) -> Shown {
    let count = graph.nodes().len();
    let lives = living(tree, graph);
    let folds = |at: usize| {
        let opened = || tree.parent[at].is_some_and(|parent| options.unfolded.contains(&graph.nodes()[parent].id));
        options.fold_dropped && tree.parent[at].is_some() && !lives[at] && !tree.descent[at] && !opened()
    };
    // a child of what is folded is folded with it
    let mut hidden = vec![false; count];
    for &at in &tree.order {
        hidden[at] = folds(at) || tree.parent[at].is_some_and(|parent| hidden[parent]);
    }
    if tree.order.len() > options.most {
        hide_least(tree, graph, options, &mut hidden);
    }
    let mut shown =
        Shown { order: Vec::new(), stands_for: (0..count).collect(), folded: vec![Folded::default(); count] };
    for &at in &tree.order {
        let Some(parent) = tree.parent[at].filter(|_| hidden[at]) else {
            shown.order.push(at);
            continue;
        };
        let host = shown.stands_for[parent];
        shown.stands_for[at] = host;
        let node = &graph.nodes()[at];
        let folded = &mut shown.folded[host];
        folded.nodes += 1;
        folded.dropped += u32::from(node.status == Status::Dropped);
        let score = node.score.map(|score| score.mean);
        folded.best = folded.best.into_iter().chain(score).reduce(f64::max);
    }
    shown
}

/// Whether a node or anything that descends from it over any edge is not dropped.
fn living(tree: &Tree, graph: &Graph) -> Vec<bool> {
    let mut lives: Vec<bool> = graph.nodes().iter().map(|node| node.status != Status::Dropped).collect();
    let mut open: Vec<usize> = tree.order.iter().copied().filter(|at| lives[*at]).collect();
    while let Some(at) = open.pop() {
        for &parent in graph.parents(at) {
            if !lives[parent] {
                lives[parent] = true;
                open.push(parent);
            }
        }
    }
    lives
}

fn hide_least(tree: &Tree, graph: &Graph, options: &LayoutOptions, hidden: &mut [bool]) {
    let mut weights: Vec<Weight> = (0..graph.nodes().len()).map(|at| weight(tree, graph, options, at)).collect();
    for &at in tree.order.iter().rev() {
        if let Some(parent) = tree.parent[at] {
            weights[parent] = weights[parent].max(weights[at]);
        }
    }
    let mut ranked: Vec<(Reverse<Weight>, usize)> = tree
        .order
        .iter()
        .enumerate()
        .filter(|(_, at)| !hidden[**at])
        .map(|(rank, at)| (Reverse(weights[*at]), rank))
        .collect();
    ranked.sort_unstable();
    for (_, rank) in ranked.into_iter().skip(options.most) {
        let at = tree.order[rank];
        hidden[at] = tree.parent[at].is_some();
    }
}

fn weight(tree: &Tree, graph: &Graph, options: &LayoutOptions, at: usize) -> Weight {
    let node = &graph.nodes()[at];
    let opened = tree.parent[at].is_some_and(|parent| options.unfolded.contains(&graph.nodes()[parent].id));
    let class = match node.status {
        _ if tree.descent[at] => 5,
        _ if opened => 4,
        Status::Chosen | Status::Finalist => 3,
        Status::Kept => 2,
        Status::Open => 1,
        Status::Dropped => 0,
    };
    // scores are not negative, and then their bits have their order
    (class, node.score.map_or(0, |score| score.low.max(0.0).to_bits()))
}
