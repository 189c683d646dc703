use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use clade_domain::{RunId, Spent};
use clade_store::{RunStatus, RunSummary, Store, StoreError};

use crate::{replay::state_until, row::row_of};

/// Most rows that are remembered.
const MOST: usize = 1_024;

/// Says who holds a run where somebody does.
///
/// # Errors
/// `Locked`, and what the store says.
pub async fn check_free(store: &dyn Store, run: &RunId) -> Result<(), StoreError> {
    match store.holder(run.clone()).await? {
        Some(holder) => Err(StoreError::Locked { run: run.to_string(), holder }),
        None => Ok(()),
    }
}

/// Says how a run stands as of now. One whose process died still says that it runs; the lock, which nobody holds then, tells the truth, and
/// the answer log what was bought. Whoever holds the lock rewrites the row every second.
pub async fn mend_row(store: &dyn Store, row: &mut RunSummary) {
    if was_left(store, row).await {
        *row = as_left(store, row).await;
    }
}

/// Brings what a run has bought up to date: its row is rewritten now and then, and never after a kill.
pub(crate) fn bought(row: &mut RunSummary, spent: Spent) {
    if spent.calls > row.spent.calls {
        row.spent = Spent { seconds: row.spent.seconds, cache_hits: row.spent.cache_hits, ..spent };
    }
}

/// Rows of runs whose processes died, as they were mended before: whoever lists runs again and again reads their journals once.
#[derive(Debug, Default)]
pub(crate) struct Mended(Mutex<HashMap<RunId, Known>>);

#[derive(Debug)]
struct Known {
    row: RunSummary,
    length: u64,
    mended: RunSummary,
}

impl Mended {
    /// As [`mend_row`].
    pub async fn mend(&self, store: &dyn Store, row: &mut RunSummary) {
        if !was_left(store, row).await {
            return;
        }
        let length = store.length(row.run.clone()).await.unwrap_or(u64::MAX);
        if let Some(known) = self.known(row, length) {
            *row = known;
            return;
        }
        let mended = as_left(store, row).await;
        let old = std::mem::replace(row, mended.clone());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(old.run.clone(), Known { row: old, length, mended });
    }

    fn known(&self, row: &RunSummary, length: u64) -> Option<RunSummary> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&row.run).filter(|known| known.length == length && known.row == *row);
        known.map(|known| known.mended.clone())
    }
}

/// Whether a run says that it runs, and nobody carries it out.
async fn was_left(store: &dyn Store, row: &RunSummary) -> bool {
    row.status == RunStatus::Running && matches!(store.holder(row.run.clone()).await, Ok(None))
}

/// The row of a run to which nobody writes any more: its journal says how far it came.
async fn as_left(store: &dyn Store, row: &RunSummary) -> RunSummary {
    let mut row = row.clone();
    if let Ok(paid) = store.paid(row.run.clone()).await {
        bought(&mut row, paid);
    }
    if let Ok(state) = state_until(store, &row.run, u64::MAX).await {
        row = row_of(&state, row.spent, &row);
    }
    row.status = RunStatus::Paused;
    row.detail =
        "its process ended without putting it down, as after a kill or where its store could not be written".to_owned();
    row
}
