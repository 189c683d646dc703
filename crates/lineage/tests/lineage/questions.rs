use clade_lineage::{Graph, Node, NodeId};

use crate::common::{id, node, two_runs};

fn names(nodes: Vec<&Node>) -> Vec<String> {
    nodes.into_iter().map(|node| node.id.to_string()).collect()
}

#[test]
fn kin_over_runs_and_branches() {
    let graph = Graph::new(two_runs());
    assert_eq!(names(graph.ancestors(&id(2, 1))), ["run2@c0", "run1@c3", "run1@c1", "run1@c0"]);
    assert_eq!(names(graph.ancestors(&id(1, 4))), ["run1@c3", "run1@c2", "run1@c1", "run1@c0"]);
    assert_eq!(names(graph.descendants(&id(1, 3))), ["run1@c4", "run2@c0", "run2@c1"]);
    assert!(graph.descendants(&id(1, 5)).is_empty() && graph.ancestors(&id(9, 9)).is_empty());
    assert_eq!(names(graph.line_of_descent(&id(1, 4))), ["run1@c0", "run1@c1", "run1@c3", "run1@c4"]);
    assert_eq!(graph.best_descendant(&id(1, 0)).unwrap().id, id(2, 1));
    assert_eq!(graph.best_descendant(&id(1, 2)).unwrap().id, id(1, 4));
}

#[test]
fn common_ancestors_and_paths() {
    let graph = Graph::new(two_runs());
    // the two, their nearest common ancestor, the way between them
    let table: [(NodeId, NodeId, &str, &[&str]); 5] = [
        (id(2, 1), id(1, 4), "run1@c3", &["run2@c1", "run2@c0", "run1@c3", "run1@c4"]),
        (id(1, 1), id(1, 2), "run1@c0", &["run1@c1", "run1@c0", "run1@c2"]),
        (id(1, 0), id(1, 3), "run1@c0", &["run1@c0", "run1@c1", "run1@c3"]),
        (id(1, 4), id(1, 2), "run1@c2", &["run1@c4", "run1@c2"]),
        (id(1, 4), id(1, 4), "run1@c4", &["run1@c4"]),
    ];
    for (a, b, common, path) in table {
        assert_eq!(graph.common_ancestor(&a, &b).unwrap().id.to_string(), common, "{a} {b}");
        assert_eq!(names(graph.path(&a, &b).unwrap()), path);
        let mut back: Vec<&str> = path.to_vec();
        back.reverse();
        assert_eq!(names(graph.path(&b, &a).unwrap()), back);
    }
    assert!(graph.common_ancestor(&id(1, 5), &id(1, 4)).is_none() && graph.path(&id(1, 5), &id(1, 4)).is_none());
}

#[test]
fn families_are_roots_and_branches() {
    let families = Graph::new(two_runs()).families();
    let rows: Vec<_> = families.iter().map(|f| (f.root.to_string(), f.size, f.best.to_string())).collect();
    let row = |root: &str, size, best: &str| (root.to_owned(), size, best.to_owned());
    assert_eq!(rows, [row("run1@c0", 7, "run2@c1"), row("run1@c5", 1, "run1@c5"), row("run2@c0", 2, "run2@c1")]);
}

#[test]
fn a_lucky_trial_does_not_win() {
    let mut lucky = node(1, 1, 1, &[id(1, 0)], 0);
    lucky.score = clade_lineage::Estimate::of(1.0, 1, 1);
    let graph = Graph::new(vec![node(1, 0, 0, &[], 80), lucky]);
    assert_eq!(graph.best_descendant(&id(1, 0)).unwrap().id, id(1, 0));
}

#[test]
fn every_node_is_visited_once_where_all_have_two_parents() {
    // 2^60 paths lead to the root of this ladder
    let mut nodes = vec![node(1, 0, 0, &[], 1), node(1, 1, 0, &[], 1)];
    for step in 1..60 {
        let above = [id(1, 2 * step - 2), id(1, 2 * step - 1)];
        nodes.extend([node(1, 2 * step, step, &above, 1), node(1, 2 * step + 1, step, &above, 1)]);
    }
    let graph = Graph::new(nodes);
    assert_eq!(graph.ancestors(&id(1, 119)).len(), 118);
    assert_eq!(graph.path(&id(1, 119), &id(1, 0)).unwrap().len(), 60);
    assert_eq!(graph.families()[0].size, 119);
}

#[test]
fn what_cannot_be_does_no_harm() {
    // runs that branch from one another, a parent that is not there, a node twice its own parent
    let nodes = vec![
        node(1, 0, 0, &[id(2, 1)], 1),
        node(1, 1, 1, &[id(1, 0), id(1, 0)], 1),
        node(2, 0, 0, &[id(1, 1)], 1),
        node(2, 1, 1, &[id(2, 0), id(2, 77)], 1),
        node(3, 0, 0, &[id(4, 0)], 1),
    ];
    let graph = Graph::new(nodes);
    assert_eq!(names(graph.ancestors(&id(1, 1))), ["run1@c0"]);
    assert_eq!(graph.line_of_descent(&id(2, 1)).len(), 2);
    assert_eq!(graph.families().len(), 3);
}
