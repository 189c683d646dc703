use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use clade_domain::RunId;
use clade_evolve::RunState;
use clade_store::Store;

use crate::{EngineError, replay::catch_up, replay_state_until};

/// Runs whose states are kept.
const MOST: usize = 16;

type Slot = Arc<tokio::sync::Mutex<Option<RunState>>>;

/// States of runs that were looked at lately. State is a fold, so one that was made before only takes in what came since.
#[derive(Default)]
pub struct States {
    slots: Mutex<VecDeque<(RunId, Slot)>>,
}

impl States {
    /// Looks at a run as its journal has it when its turn comes; what is written meanwhile is left to the next one. Others who look at the same run meanwhile wait.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub async fn look<T>(
        &self,
        store: &Arc<dyn Store>,
        run: &RunId,
        see: impl FnOnce(&RunState) -> T,
    ) -> Result<T, EngineError> {
        let slot = self.slot(run);
        let mut held = slot.lock().await;
        let length = store.length(run.clone()).await?;
        let state = match held.take() {
            Some(mut state) => {
                catch_up(&mut state, store.as_ref(), run, length).await?;
                state
            }
            None => replay_state_until(store, run, length).await?,
        };
        Ok(see(held.insert(state)))
    }

    /// The place of a run's state; the run that nobody looked at for longest gives way.
    fn slot(&self, run: &RunId) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = match slots.iter().position(|(known, _)| known == run).and_then(|at| slots.remove(at)) {
            Some((_, slot)) => slot,
            None => Slot::default(),
        };
        slots.push_back((run.clone(), slot.clone()));
        if slots.len() > MOST {
            slots.pop_front();
        }
        slot
    }
}
