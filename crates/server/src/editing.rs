use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use clade_domain::RunId;

/// Runs that somebody is changing at this moment, in this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Editing(Arc<Mutex<HashSet<RunId>>>);

/// A run that nobody else changes here until this is dropped.
pub(crate) struct Held {
    all: Editing,
    run: RunId,
}

impl Editing {
    /// Takes a run in hand, where nobody has it.
    pub fn take(&self, run: &RunId) -> Option<Held> {
        let new = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(run.clone());
        new.then(|| Held { all: self.clone(), run: run.clone() })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.run);
    }
}
