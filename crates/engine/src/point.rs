use std::sync::Arc;

use clade_domain::{CandidateId, Models, RunId, RunSpec, SandboxMode};
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
    let unknown = || match state.candidates().len() {
        0 => EngineError::NotBegun { run: state.run().clone() },
        _ => EngineError::NoCandidate { run: state.run().clone(), candidate: name.to_owned() },
    };
    id.filter(|id| state.candidate(*id).is_some()).ok_or_else(unknown)
}

/// Whether a snapshot may have this name: one that a candidate goes by would stand before the candidate.
///
/// # Errors
/// What is wrong with it, and which name to take instead.
pub fn check_snapshot_name(name: &str) -> Result<(), SnapshotName> {
    if !(1..=100).contains(&name.len()) || !name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c)) {
        return Err(SnapshotName::Characters(name.to_owned()));
    }
    let numbered = name.strip_prefix('c').is_some_and(|rest| rest.parse::<u64>().is_ok());
    if numbered || ["seed", "best"].contains(&name) {
        return Err(SnapshotName::Candidate(name.to_owned()));
    }
    Ok(())
}

/// Why a snapshot cannot have a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotName {
    /// It needs quotes somewhere, or is too long.
    #[error("`{0}` is no name for a snapshot")]
    Characters(String),
    /// A candidate has it.
    #[error("`{0}` names a candidate, so a snapshot cannot have that name")]
    Candidate(String),
}

impl SnapshotName {
    /// What to do instead.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::Characters(_) => {
                "use letters, digits, `.`, `_` and `-`, which need no quotes, at most 100".to_owned()
            }
            Self::Candidate(name) => format!("name it otherwise, such as `at-{name}`"),
        }
    }
}

/// Where a branch starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The candidate.
    pub candidate: CandidateId,
    /// The sandbox state that the branch's sandboxes start from: the one that was kept of this candidate, else the one that it started
    /// from itself.
    pub state: Option<String>,
    /// The models that would serve the next generation there.
    pub models: Models,
}

impl Point {
    /// A candidate, with the newest state that was kept of its sandbox.
    #[must_use]
    pub fn of(state: &RunState, candidate: CandidateId) -> Self {
        let kept = state.sandboxes().newest(candidate).map(|kept| kept.state.clone());
        Self { candidate, state: kept.or_else(|| own_start(state)), models: models(state) }
    }

    /// Why the sandboxes of a branch of this run start empty; `None` where they start from a state, or where candidates have none of their own.
    #[must_use]
    pub fn why_empty(&self, spec: &RunSpec) -> Option<String> {
        let always = spec.sandbox.as_ref().is_some_and(|sandbox| sandbox.mode == SandboxMode::Always);
        (always && self.state.is_none()).then(|| {
            format!(
                "no sandbox state was kept of {}, so the branch's sandboxes start empty; a snapshot that is taken while a run goes on keeps those of its leading candidates",
                self.candidate
            )
        })
    }
}

fn models(state: &RunState) -> Models {
    state.spec().models.beginning_at(state.next_generation())
}

fn own_start(state: &RunState) -> Option<String> {
    state.spec().sandbox.as_ref()?.from.clone()
}

/// A candidate by name, or the best one at the time of a snapshot of that name, with the state that its sandbox had then.
///
/// # Errors
/// Where there is neither, or the snapshot holds no candidate yet.
pub async fn find_point(store: &Arc<dyn Store>, run: &RunId, name: &str) -> Result<Point, EngineError> {
    let snapshots = store.snapshots(run.clone()).await?;
    let Some(snapshot) = snapshots.iter().find(|snapshot| snapshot.name == name) else {
        let state = replay_state(store, run).await?;
        return Ok(Point::of(&state, find_candidate(&state, name)?));
    };
    let state = replay_state_until(store, run, snapshot.length).await?;
    let best = state.best();
    let empty = || EngineError::EmptySnapshot { run: run.clone(), snapshot: name.to_owned() };
    let candidate = state.candidate(best).ok_or_else(empty)?.id;
    // what was kept for a snapshot is journalled after its place
    let now = replay_state(store, run).await?;
    let kept = now.sandboxes().at(name, snapshot.length, candidate).map(|kept| kept.state.clone());
    Ok(Point { candidate, state: kept.or_else(|| own_start(&now)), models: models(&state) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_never_takes_the_name_of_a_candidate() {
        for name in ["c0", "c12", "c007", "seed", "best"] {
            let refused = check_snapshot_name(name);
            assert_eq!(refused, Err(SnapshotName::Candidate(name.to_owned())));
        }
        for name in ["", "a b", "x@y", &"x".repeat(101)] {
            assert_eq!(check_snapshot_name(name), Err(SnapshotName::Characters(name.to_owned())));
        }
        for name in ["1", "c", "c1-before", "at-c0", "seeds", "v1.2", "vorher_é"] {
            assert_eq!(check_snapshot_name(name), Ok(()), "{name}");
        }
    }
}
