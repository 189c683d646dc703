use std::collections::BTreeMap;

use clade_domain::{CandidateId, ContentHash, IdError, OperatorName, Relation, RunId, Timestamp, Usd};
use clade_lineage::{Estimate, Memory, Node, NodeId, Record, RunFold, Status};
use clade_store::{Batch, StoreError};

/// A batch that calls for every statement, with a value for every property: a name that the database does not know yet has what uses it
/// planned anew once it does. Nobody keeps it.
pub(crate) fn sample() -> Result<Batch, StoreError> {
    let wrong = |error: IdError| StoreError::Backend { doing: "plan statements", detail: error.to_string() };
    let run: RunId = "clade-plans-statements".parse().map_err(wrong)?;
    let record = |number: u32, parents: &[u32]| Record {
        node: Node {
            id: NodeId::new(run.clone(), CandidateId(number)),
            entry: 0,
            at: Timestamp::default(),
            prompt: ContentHash::of(b""),
            generation: 0,
            operator: Some(OperatorName("sample".into())),
            model: "sample".into(),
            relation: if parents.len() > 1 { Relation::DerivedFrom } else { Relation::MutatedFrom },
            parents: parents.iter().map(|parent| NodeId::new(run.clone(), CandidateId(*parent))).collect(),
            note: "sample".into(),
            status: Status::Kept,
            reason: "sample".into(),
            score: Estimate::of(1.0, 2, 2),
            scores: BTreeMap::new(),
            cost: Usd(0.5),
            state: Some("sample".into()),
            targets: Vec::new(),
            turned_away: 0,
        },
        memory: Memory::default(),
    };
    Ok(Batch {
        expected: 0,
        fold: RunFold::new(run.clone()),
        // the last one did not just join
        records: vec![record(0, &[]), record(1, &[0]), record(2, &[0, 1]), record(3, &[])],
        prompts: (0..3).map(|number| (CandidateId(number), "sample".to_owned())).collect(),
    })
}
