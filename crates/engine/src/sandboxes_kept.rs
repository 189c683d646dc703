use std::{sync::Arc, time::Duration};

use clade_domain::{CandidateId, KeptState, RunEvent, SandboxMode};
use clade_store::{SnapshotRow, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::{EngineError, replay_state};

/// How often a journal is looked at for what somebody else writes there.
const LOOK: Duration = Duration::from_millis(200);

/// What was kept of the sandboxes of a run's leading candidates, and why not all of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SandboxesKept {
    /// The states, those of the best first.
    pub states: Vec<KeptState>,
    /// Leading candidates that had no sandbox at that moment.
    pub without: Vec<CandidateId>,
    /// Why others could not be kept; empty where all could.
    pub detail: String,
}

impl SandboxesKept {
    pub(crate) fn event(self, snapshot: String) -> RunEvent {
        RunEvent::SandboxesKept { snapshot, states: self.states, without: self.without, detail: self.detail }
    }

    /// What is worth saying of it, a sentence each.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let named = |ids: Vec<CandidateId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let kept = named(self.states.iter().map(|state| state.candidate).collect());
        let mut words = vec![match kept.as_str() {
            "" => "no sandbox state is kept with it".to_owned(),
            kept => format!("with the sandbox states of {kept}; a branch from one of them starts from its state"),
        }];
        if !self.without.is_empty() {
            words.push(format!("no sandbox at that moment: {}", named(self.without.clone())));
        }
        if !self.detail.is_empty() {
            words.push(format!("not kept: {}", self.detail));
        }
        words
    }
}

/// The sandbox states that belong to a snapshot which was just taken: those that whoever carries the run on keeps for it, which is waited for, or
/// those that were kept when the run was put down. `None` where candidates of the run have no sandboxes of their own.
///
/// # Errors
/// Where the run cannot be read.
pub async fn sandboxes_kept(
    store: &Arc<dyn Store>,
    snapshot: &SnapshotRow,
    patience: Duration,
) -> Result<Option<SandboxesKept>, EngineError> {
    let state = replay_state(store, &snapshot.run).await?;
    let always = state.spec().sandbox.as_ref().is_some_and(|sandbox| sandbox.mode == SandboxMode::Always);
    if !always {
        return Ok(None);
    }
    let deadline = Instant::now() + patience;
    let mut from = snapshot.length;
    let mut goes_on = store.holder(snapshot.run.clone()).await?.is_some();
    while goes_on && Instant::now() < deadline {
        goes_on = store.holder(snapshot.run.clone()).await?.is_some();
        // read behind the look at the holder: what it wrote last is seen
        for entry in store.read(snapshot.run.clone(), from, 1_000).await? {
            from = entry.seq + 1;
            if let RunEvent::SandboxesKept { snapshot: name, states, without, detail } = entry.event
                && name == snapshot.name
            {
                return Ok(Some(SandboxesKept { states, without, detail }));
            }
        }
        if goes_on {
            sleep(LOOK).await;
        }
    }
    let state = replay_state(store, &snapshot.run).await?;
    let candidates = state.candidates().map(|candidate| candidate.id);
    let states: Vec<KeptState> =
        candidates.filter_map(|id| state.sandboxes().at(&snapshot.name, snapshot.length, id)).cloned().collect();
    let last = state.sandboxes().all().last().map(|kept| kept.detail.clone()).unwrap_or_default();
    let detail = match (goes_on, states.is_empty(), last.is_empty()) {
        (true, ..) => format!(
            "whoever carries the run on has not answered within {} s; what it still keeps is in the run's log",
            patience.as_secs()
        ),
        (false, true, true) => {
            "nobody asked for any while the run went on, and none was kept when it was put down".to_owned()
        }
        _ => last,
    };
    Ok(Some(SandboxesKept { states, without: Vec::new(), detail }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_kept_and_why_not_all() {
        let state = |candidate| KeptState { candidate, sandbox: "s".to_owned(), state: "0".to_owned() };
        let kept = SandboxesKept {
            states: vec![state(CandidateId(3)), state(CandidateId(0))],
            without: vec![CandidateId(4)],
            detail: "c5: could not make a snapshot: full".to_owned(),
        };
        assert_eq!(
            kept.words(),
            [
                "with the sandbox states of c3, c0; a branch from one of them starts from its state",
                "no sandbox at that moment: c4",
                "not kept: c5: could not make a snapshot: full",
            ]
        );
        assert_eq!(SandboxesKept::default().words(), ["no sandbox state is kept with it"]);
    }
}
