use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use clade_domain::RunId;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Runs that somebody is changing at this moment, in this process: who comes next waits until they are done.
#[derive(Debug, Clone, Default)]
pub(crate) struct Editing(Arc<Mutex<HashMap<RunId, Weak<Turn<()>>>>>);

impl Editing {
    /// Waits for those who change this run, until nobody does. Nobody else changes it here until what this gives is dropped.
    pub async fn alone(&self, run: &RunId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|_, turn| turn.strong_count() > 0);
            let known = all.get(run).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let new = Arc::new(Turn::new(()));
                all.insert(run.clone(), Arc::downgrade(&new));
                new
            })
        };
        turn.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_who_change_a_run_take_turns_and_others_do_not_wait_for_them() {
        let (editing, run) = (Editing::default(), RunId::from_entropy(1));
        let first = editing.alone(&run).await;
        let second = tokio::spawn({
            let (editing, run) = (editing.clone(), run.clone());
            async move { drop(editing.alone(&run).await) }
        });
        drop(editing.alone(&RunId::from_entropy(2)).await);
        tokio::task::yield_now().await;
        assert!(!second.is_finished(), "two change one run");
        drop(first);
        second.await.unwrap();
        drop(editing.alone(&RunId::from_entropy(3)).await);
        assert_eq!(editing.0.lock().unwrap().len(), 1, "a run that nobody changes is forgotten");
    }
}
