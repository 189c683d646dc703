use clade_domain::{CandidateId, Split};

use super::{RunState, objective_value};
use crate::archive::Front;

/// The split that finalists are compared on, and those of them that met at least half as many of its examples as any: validation,
/// or train where none met validation.
#[must_use]
pub fn comparable(state: &RunState) -> (Split, Vec<CandidateId>) {
    let met = |id: CandidateId, split| state.cells(id).map_or(0, |cells| cells.trials(split));
    let most = |split| state.finalists().iter().map(|id| met(*id, split)).max().unwrap_or(0);
    let split = if most(Split::Validation) > 0 { Split::Validation } else { Split::Train };
    let most = most(split);
    let mut finalists: Vec<CandidateId> =
        state.finalists().iter().copied().filter(|id| most > 0 && met(*id, split) * 2 >= most).collect();
    finalists.sort();
    finalists.dedup();
    (split, finalists)
}

/// The finalists that no other one beats in every objective, in order of id, with their values in the order of the run's
/// objectives. Empty before the search has ended.
#[must_use]
pub fn trade_offs(state: &RunState) -> Vec<(CandidateId, Vec<f64>)> {
    let objectives = &state.spec().optimize.objectives;
    let (split, finalists) = comparable(state);
    let mut front = Front::new(objectives.iter().map(|objective| objective.direction).collect());
    for id in finalists {
        let values: Option<Vec<f64>> =
            objectives.iter().map(|o| objective_value(state, id, split, &o.metric)).collect();
        if let Some(values) = values {
            front.insert(id, &values);
        }
    }
    front.members().to_vec()
}
