use std::collections::BTreeSet;

use clade_domain::{CandidateId, RunEvent, RunId, RunMode, Split};
use clade_evolve::{RunState, state::fitness};
use clade_store::{Store, StoreError};
use tokio::task::JoinSet;

use crate::Clients;

/// Most candidates whose sandboxes are kept at once.
const MOST: usize = 8;

/// Keeps the states of sandboxes where somebody takes a snapshot of a run that goes on, in this process or another, and where the run
/// is put down. The store is asked for snapshots, since whoever takes one need not know where the run goes on.
pub(crate) struct Keeping {
    run: RunId,
    /// Snapshots that were served, or taken while the run rested.
    known: BTreeSet<String>,
    under_way: JoinSet<RunEvent>,
}

impl Keeping {
    /// For a run that is taken up.
    pub async fn of(run: RunId, store: &dyn Store) -> Result<Self, StoreError> {
        let taken = store.snapshots(run.clone()).await?;
        Ok(Self { run, known: taken.into_iter().map(|snapshot| snapshot.name).collect(), under_way: JoinSet::new() })
    }

    /// Begins to keep states where a snapshot was taken since the last look.
    pub async fn look(&mut self, store: &dyn Store, clients: &Clients, state: &RunState) -> Result<(), StoreError> {
        let Some(code) = clients.code_if_any().filter(|code| code.keeps()) else { return Ok(()) };
        for snapshot in store.snapshots(self.run.clone()).await? {
            if self.known.insert(snapshot.name.clone()) {
                let (code, kept) = (code.clone(), leading(state));
                self.under_way.spawn(async move { code.keep(&kept).await.event(snapshot.name) });
            }
        }
        Ok(())
    }

    /// What was kept next; `None` where nothing is under way.
    pub async fn next(&mut self) -> Option<RunEvent> {
        loop {
            match self.under_way.join_next().await? {
                Ok(event) => return Some(event),
                Err(error) => tracing::warn!(%error, "sandboxes could not be kept"),
            }
        }
    }

    /// What is kept as the run is put down: what was asked for lately, and where it costs next to nothing, whatever there is.
    pub async fn last(
        &mut self,
        store: &dyn Store,
        clients: &Clients,
        state: &RunState,
    ) -> Result<Vec<RunEvent>, StoreError> {
        self.look(store, clients, state).await?;
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        if let Some(code) = clients.code_if_any().filter(|code| code.keeps_unasked()) {
            let kept = code.keep(&leading(state)).await;
            // what could not be kept is said too; where there was nothing to keep there is nothing to say
            if !kept.states.is_empty() || !kept.detail.is_empty() {
                events.push(kept.event(String::new()));
            }
        }
        Ok(events)
    }
}

/// Whom the run keeps for now, the best first: the best, the finalists, the survivors of the last generation, then by fitness.
fn leading(state: &RunState) -> Vec<CandidateId> {
    let split = match state.spec().mode {
        RunMode::Evaluate => Split::Test,
        RunMode::Optimize => Split::Train,
    };
    let survivors = state.generations().last().map(|closed| closed.survivors.as_slice()).unwrap_or_default();
    let mut others: Vec<(CandidateId, f64)> =
        state.candidates().filter_map(|candidate| Some((candidate.id, fitness(state, candidate.id, split)?))).collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut leading = vec![state.best()];
    for id in state.finalists().iter().chain(survivors).copied().chain(others.into_iter().map(|(id, _)| id)) {
        if !leading.contains(&id) {
            leading.push(id);
        }
    }
    leading.truncate(MOST);
    leading
}
