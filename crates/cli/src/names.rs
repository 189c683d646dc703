use std::{
    hash::{BuildHasher, RandomState},
    time::{SystemTime, UNIX_EPOCH},
};

use clade_domain::{CandidateId, RunId};
use clade_evolve::RunState;
use clade_store::{RunStatus, RunSummary, Store};

use crate::failure::Failure;

/// A fresh run id, or the one the user asks for.
pub fn new_run_id(asked: Option<&str>) -> Result<RunId, Failure> {
    match asked {
        Some(name) => name.parse().map_err(|error: clade_domain::RunIdError| Failure::Usage(error.to_string())),
        None => Ok(RunId::from_entropy(entropy())),
    }
}

/// 64 bits that differ from call to call: the standard library's random hash keys over the clock and the process.
pub fn entropy() -> u64 {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    RandomState::new().hash_one((nanos, std::process::id()))
}

/// The row of the run that the user means.
pub async fn find_run(store: &dyn Store, name: &str) -> Result<RunSummary, Failure> {
    let mut row = store.summary(name.to_owned()).await?;
    mend_status(store, &mut row).await;
    Ok(row)
}

/// A run whose process died still says that it runs; the lock, which died with the process, tells the truth.
pub async fn mend_status(store: &dyn Store, row: &mut RunSummary) {
    if row.status == RunStatus::Running && store.lock(row.run.clone()).await.is_ok() {
        row.status = RunStatus::Paused;
        row.detail = "its process ended without putting it down".to_owned();
    }
}

/// The candidate that the user means: `c12`, `12`, `seed` or `best`.
pub fn find_candidate(state: &RunState, name: &str) -> Result<CandidateId, Failure> {
    let id = match name {
        "seed" => Some(CandidateId(0)),
        "best" => Some(state.best()),
        _ => name.parse().ok(),
    };
    id.filter(|id| state.candidate(*id).is_some()).ok_or_else(|| {
        let run = state.run();
        Failure::Usage(format!(
            "run `{run}` has no candidate `{name}`; say `seed`, `best` or one that `clade lineage {run}` shows"
        ))
    })
}
