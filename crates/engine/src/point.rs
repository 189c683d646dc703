use std::sync::Arc;

use clade_domain::{CandidateId, RunId};
use clade_evolve::RunState;
use clade_store::Store;

use crate::{EngineError, replay_state, replay_state_until};

/// The candidate that is meant: `c12`, `12`, `seed` or `best`.
///
/// # Errors
/// Where the run has none of that name.
pub fn find_candidate(state: &RunState, name: &str) -> Result<CandidateId, EngineError> {
    let id = match name {
        "seed" => Some(CandidateId(0)),
        "best" => Some(state.best()),
        _ => name.parse().ok(),
    };
    let unknown = || EngineError::NoCandidate { run: state.run().clone(), candidate: name.to_owned() };
    id.filter(|id| state.candidate(*id).is_some()).ok_or_else(unknown)
}

/// A candidate by name, or the best one at the time of a snapshot of that name.
///
/// # Errors
/// Where there is neither, or the snapshot holds no candidate yet.
pub async fn find_point(store: &Arc<dyn Store>, run: &RunId, name: &str) -> Result<CandidateId, EngineError> {
    let snapshots = store.snapshots(run.clone()).await?;
    let Some(snapshot) = snapshots.iter().find(|snapshot| snapshot.name == name) else {
        return find_candidate(&replay_state(store, run).await?, name);
    };
    let state = replay_state_until(store, run, snapshot.length).await?;
    let best = state.best();
    let empty = || EngineError::EmptySnapshot { run: run.clone(), snapshot: name.to_owned() };
    state.candidate(best).map(|candidate| candidate.id).ok_or_else(empty)
}
