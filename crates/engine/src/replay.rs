use std::sync::Arc;

use clade_domain::RunId;
use clade_evolve::{Conductor, RunState};
use clade_store::Store;

use crate::EngineError;

const PAGE: u32 = 5_000;

/// The machine of a run as it stands after its whole journal.
///
/// # Errors
/// Where the run is unknown, its journal empty, or written by a newer version.
pub async fn replay(store: &Arc<dyn Store>, run: &RunId) -> Result<Conductor, EngineError> {
    let wrong = |source| EngineError::Replay { run: run.clone(), source };
    let mut entries = store.read(run.clone(), 0, PAGE).await?;
    let first = entries.first().ok_or_else(|| EngineError::Empty { run: run.clone() })?;
    let mut conductor = Conductor::start(first).map_err(wrong)?;
    let mut next = 0;
    while !entries.is_empty() {
        for entry in &entries {
            if entry.seq > 0 {
                conductor.apply(entry);
            }
            next = entry.seq + 1;
        }
        entries = store.read(run.clone(), next, PAGE).await?;
    }
    Ok(conductor)
}

/// The state of a run after its whole journal, without the machine: what readers need.
///
/// # Errors
/// As [`replay`].
pub async fn replay_state(store: &Arc<dyn Store>, run: &RunId) -> Result<RunState, EngineError> {
    let wrong = |source| EngineError::Replay { run: run.clone(), source };
    let mut entries = store.read(run.clone(), 0, PAGE).await?;
    let first = entries.first().ok_or_else(|| EngineError::Empty { run: run.clone() })?;
    let mut state = RunState::start(first).map_err(wrong)?;
    while let Some(last) = entries.last() {
        entries.iter().for_each(|entry| state.apply(entry));
        entries = store.read(run.clone(), last.seq + 1, PAGE).await?;
    }
    Ok(state)
}
