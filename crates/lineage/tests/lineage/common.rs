use std::collections::BTreeMap;

use clade_domain::{CandidateId, OperatorName, Relation, Timestamp, Usd};
use clade_lineage::{Estimate, Node, NodeId, Status};

/// A candidate's name: `run1@c3`.
pub fn id(run: u32, candidate: u32) -> NodeId {
    format!("run{run}@c{candidate}").parse().unwrap()
}

/// A node of a run, living, with so many of 100 right.
pub fn node(run: u32, candidate: u32, generation: u32, parents: &[NodeId], right: u32) -> Node {
    let relation = match parents {
        [] => Relation::Seed,
        [one] if one.run != id(run, 0).run => Relation::BranchOf,
        [_] => Relation::MutatedFrom,
        _ => Relation::DerivedFrom,
    };
    let score = Estimate::of(f64::from(right), 100, 100);
    Node {
        id: NodeId::new(id(run, 0).run, CandidateId(candidate)),
        entry: u64::from(candidate) + 1,
        at: Timestamp(i64::from(run) * 1_000 + i64::from(candidate)),
        prompt: clade_domain::ContentHash::of(format!("{run} {candidate}").as_bytes()),
        generation,
        operator: (generation > 0).then(|| OperatorName::from("reflect")),
        model: "simulated:rough".into(),
        relation,
        parents: parents.to_vec(),
        note: String::new(),
        status: Status::Kept,
        reason: String::new(),
        score,
        scores: BTreeMap::new(),
        cost: Usd(0.01),
        state: None,
        targets: Vec::new(),
        turned_away: 0,
    }
}

/// The same, dropped.
pub fn dropped(node: Node) -> Node {
    Node { status: Status::Dropped, reason: "breaks what worked: 3 of 5".into(), ..node }
}

/// Two runs, the second a branch of the first:
///
/// ```text
/// run1: c0 - c1 - c3 = c4 (also of c2)      c0 - c2      c5: a second seed
/// run2: c0 (branch of run1@c3) - c1
/// ```
pub fn two_runs() -> Vec<Node> {
    vec![
        node(1, 0, 0, &[], 50),
        node(1, 1, 1, &[id(1, 0)], 60),
        node(1, 2, 1, &[id(1, 0)], 40),
        node(1, 3, 2, &[id(1, 1)], 70),
        node(1, 4, 3, &[id(1, 3), id(1, 2)], 65),
        node(1, 5, 0, &[], 20),
        node(2, 0, 0, &[id(1, 3)], 70),
        node(2, 1, 1, &[id(2, 0)], 90),
    ]
}
