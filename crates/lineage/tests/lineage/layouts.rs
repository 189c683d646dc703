use std::collections::{BTreeMap, BTreeSet, HashMap};

use clade_lineage::{Graph, Layout, LayoutOptions, Node, NodeId, Status};
use proptest::prelude::*;

use crate::common::{dropped, id, node, two_runs};

fn layout(nodes: Vec<Node>, options: &LayoutOptions) -> Layout {
    Layout::of(&Graph::new(nodes), options)
}

fn places(layout: &Layout) -> BTreeMap<String, (u32, u32)> {
    layout.marks.iter().map(|mark| (mark.id.to_string(), (mark.x, mark.y))).collect()
}

#[test]
fn branches_go_on_where_they_started_and_the_line_of_descent_is_straight() {
    let best = LayoutOptions { best: Some(id(2, 1)), ..LayoutOptions::default() };
    let laid = layout(two_runs(), &best);
    let expected = [
        ("run1@c0", (0, 1)),
        ("run1@c1", (1, 1)),
        ("run1@c2", (1, 2)),
        ("run1@c3", (2, 1)),
        ("run1@c4", (3, 0)),
        ("run1@c5", (0, 3)),
        ("run2@c0", (3, 1)),
        ("run2@c1", (4, 1)),
    ];
    assert_eq!(places(&laid), expected.map(|(name, place)| (name.to_owned(), place)).into());
    assert_eq!((laid.columns, laid.rows), (5, 4));
    let merged = laid.by_node()[&id(1, 4)];
    assert_eq!(merged.edges.iter().map(|edge| (edge.x, edge.y)).collect::<Vec<_>>(), [(2, 1), (1, 2)]);
}

#[test]
fn dropped_children_fold_into_the_node_above_them() {
    let nodes = vec![
        node(1, 0, 0, &[], 50),
        dropped(node(1, 1, 1, &[id(1, 0)], 70)),
        dropped(node(1, 2, 2, &[id(1, 1)], 10)),
        node(1, 3, 1, &[id(1, 0)], 60),
        // dropped, but an ancestor of what lives by its second parent
        dropped(node(1, 4, 1, &[id(1, 0)], 55)),
        node(1, 5, 2, &[id(1, 3), id(1, 4)], 80),
    ];
    let folded = layout(nodes.clone(), &LayoutOptions::default());
    let names: Vec<String> = folded.marks.iter().map(|mark| mark.id.candidate.to_string()).collect();
    assert_eq!(names, ["c0", "c3", "c5", "c4"]);
    let host = folded.marks[0].folded;
    assert_eq!((host.nodes, host.dropped, host.best), (2, 2, Some(0.7)));
    let unfolded = BTreeSet::from([id(1, 0)]);
    let opened = layout(nodes.clone(), &LayoutOptions { unfolded, ..LayoutOptions::default() });
    assert_eq!((opened.marks.len(), opened.by_node()[&id(1, 1)].folded.nodes), (5, 1));
    let all = layout(nodes, &LayoutOptions { fold_dropped: false, ..LayoutOptions::default() });
    assert_eq!(all.marks.len(), 6);
}

#[test]
fn pages_and_windows_are_parts_of_the_whole() {
    let laid = layout(two_runs(), &LayoutOptions::default());
    let pages: Vec<_> = (0..4).flat_map(|page| laid.page(page * 3, 3)).collect();
    assert_eq!(pages, laid.marks.iter().collect::<Vec<_>>());
    assert!(laid.page(100, 3).is_empty() && laid.page(7, usize::MAX).len() == 1);
    let window: Vec<String> = laid.window(3..9, 0..9).map(|mark| mark.id.to_string()).collect();
    assert_eq!(window, ["run1@c4", "run2@c0", "run2@c1"]);
    assert!(layout(Vec::new(), &LayoutOptions::default()).marks.is_empty());
}

/// A history: each candidate names its parents among those before it (or none), and whether it is dropped.
fn histories() -> impl Strategy<Value = Vec<Node>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u32..10, 0u32..100), 1..60)
        .prop_map(|rows| {
            let mut nodes: Vec<Node> = Vec::new();
            for (candidate, (first, second, kind, right)) in (0..).zip(rows) {
                let parents: Vec<NodeId> = match (nodes.len(), kind) {
                    (0, _) | (_, 0) => Vec::new(),
                    (n, 1..=6) => vec![nodes[first.index(n)].id.clone()],
                    (n, _) => vec![nodes[first.index(n)].id.clone(), nodes[second.index(n)].id.clone()],
                };
                let above = parents.iter().filter_map(|id| nodes.iter().find(|node| node.id == *id));
                let generation = above.map(|node| node.generation + 1).max().unwrap_or(0);
                let made = node(1, candidate, generation, &parents, right);
                nodes.push(if kind % 3 == 2 { dropped(made) } else { made });
            }
            nodes
        })
}

proptest! {
    #[test]
    fn a_node_that_joins_reorders_nobody(nodes in histories()) {
        let options = LayoutOptions { fold_dropped: false, ..LayoutOptions::default() };
        let whole = places(&layout(nodes.clone(), &options));
        for count in 1..nodes.len() {
            let before = places(&layout(nodes[..count].to_vec(), &options));
            for (a, (ax, ay)) in &before {
                prop_assert_eq!(whole[a].0, *ax, "columns stay");
                for (b, (bx, by)) in &before {
                    if ax == bx && ay < by {
                        prop_assert!(whole[a].1 < whole[b].1, "{} above {}", a, b);
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_overlaps_and_edges_to_first_parents_do_not_cross(nodes in histories(), best in any::<prop::sample::Index>()) {
        let graph = Graph::new(nodes.clone());
        let best = nodes[best.index(nodes.len())].id.clone();
        let options = LayoutOptions { best: Some(best.clone()), fold_dropped: false, ..LayoutOptions::default() };
        let laid = Layout::of(&graph, &options);
        let taken: BTreeSet<(u32, u32)> = laid.marks.iter().map(|mark| (mark.x, mark.y)).collect();
        prop_assert_eq!(taken.len(), nodes.len(), "each has a place of its own");
        let marks = laid.by_node();
        let line = graph.line_of_descent(&best);
        for pair in line.windows(2) {
            prop_assert_eq!(marks[&pair[0].id].y, marks[&pair[1].id].y, "straight as far as the best");
        }
        // the rows of two subtrees are apart, or one holds the other
        let mut spans: HashMap<usize, (u32, u32)> = HashMap::new();
        for mark in laid.marks.iter().rev() {
            let own = spans.entry(mark.node).or_insert((mark.y, mark.y));
            *own = (own.0.min(mark.y), own.1.max(mark.y));
            let span = *own;
            if let Some(parent) = graph.parents(mark.node).first() {
                let above = spans.entry(*parent).or_insert(span);
                *above = (above.0.min(span.0), above.1.max(span.1));
            }
        }
        for (a, one) in &spans {
            for (b, other) in &spans {
                let siblings = a != b && graph.parents(*a).first() == graph.parents(*b).first();
                prop_assert!(!siblings || one.1 < other.0 || other.1 < one.0);
            }
        }
    }

    #[test]
    fn what_is_not_shown_is_counted(nodes in histories(), most in 1usize..20, fold in any::<bool>()) {
        let roots = nodes.iter().filter(|node| node.parents.is_empty()).count();
        let best = nodes.iter().max_by_key(|node| node.score.map_or(0, |score| (score.mean * 100.0) as u32)).unwrap().id.clone();
        let options = LayoutOptions { best: Some(best.clone()), fold_dropped: fold, most, ..LayoutOptions::default() };
        let graph = Graph::new(nodes.clone());
        let laid = Layout::of(&graph, &options);
        let folded: usize = laid.marks.iter().map(|mark| mark.folded.nodes as usize).sum();
        prop_assert_eq!(laid.marks.len() + folded, nodes.len());
        prop_assert!(laid.marks.len() <= most.max(roots) + roots);
        let dropped = nodes.iter().filter(|node| node.status == Status::Dropped).count();
        let counted: usize = laid.marks.iter().map(|mark| mark.folded.dropped as usize).sum();
        prop_assert!(counted <= dropped);
        if most >= graph.line_of_descent(&best).len() {
            prop_assert!(laid.by_node().contains_key(&best), "the best is never folded where there is room");
        }
    }
}
