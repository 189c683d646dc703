use std::sync::Arc;

use clade_domain::{Recorded, RunEvent, RunId};
use clade_store::{Store, StoreError};

use crate::now;

/// The writing end of one run's journal: it knows the next number, and entries are durable when it returns.
pub(crate) struct RunJournal {
    store: Arc<dyn Store>,
    run: RunId,
    next: u64,
}

impl RunJournal {
    pub(crate) fn new(store: Arc<dyn Store>, run: RunId, next: u64) -> Self {
        Self { store, run, next }
    }

    /// Appends events and gives them back with their numbers.
    pub(crate) async fn append(&mut self, events: Vec<RunEvent>) -> Result<Vec<Recorded>, StoreError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let (at, first) = (now(), self.next);
        self.next = self.store.append(self.run.clone(), first, at, events.clone()).await?;
        Ok(events.into_iter().zip(first..).map(|(event, seq)| Recorded { seq, at, event }).collect())
    }
}
