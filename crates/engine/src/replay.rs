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
    replay_state_until(store, run, u64::MAX).await
}

/// The state of a run after the first `length` entries of its journal.
///
/// # Errors
/// As [`replay`].
pub async fn replay_state_until(store: &Arc<dyn Store>, run: &RunId, length: u64) -> Result<RunState, EngineError> {
    state_until(store.as_ref(), run, length).await
}

/// The same of a store that is only borrowed.
pub(crate) async fn state_until(store: &dyn Store, run: &RunId, length: u64) -> Result<RunState, EngineError> {
    let first = store.read(run.clone(), 0, 1).await?;
    let first = first.first().filter(|_| length > 0).ok_or_else(|| EngineError::Empty { run: run.clone() })?;
    let wrong = |source| EngineError::Replay { run: run.clone(), source };
    let mut state = RunState::start(first).map_err(wrong)?;
    state.apply(first);
    catch_up(&mut state, store, run, length).await?;
    Ok(state)
}

/// Takes in what the journal has beyond the state, up to its first `length` entries.
pub(crate) async fn catch_up(
    state: &mut RunState,
    store: &dyn Store,
    run: &RunId,
    length: u64,
) -> Result<(), EngineError> {
    loop {
        let limit = length.saturating_sub(state.length()).min(u64::from(PAGE));
        let entries = store.read(run.clone(), state.length(), u32::try_from(limit).unwrap_or(PAGE)).await?;
        if entries.is_empty() {
            return Ok(());
        }
        entries.iter().for_each(|entry| state.apply(entry));
    }
}
