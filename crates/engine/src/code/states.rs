use clade_domain::{CandidateId, KeptState, SandboxMode};
use clade_sandbox::{Keeps, SandboxError};
use futures::future::join_all;

use super::CodeHost;
use crate::SandboxesKept;

impl CodeHost {
    /// Whether candidates have sandboxes of their own, whose states can be kept.
    pub(crate) fn keeps(&self) -> bool {
        self.spec.mode == SandboxMode::Always && self.backend.capabilities().snapshot != Keeps::Nothing
    }

    /// Whether keeping them costs next to nothing, so that nobody need ask for it.
    pub(crate) fn keeps_unasked(&self) -> bool {
        self.keeps() && self.backend.capabilities().snapshot_is_cheap
    }

    /// Keeps the states of the sandboxes that these candidates have at hand, each between two calls.
    pub(crate) async fn keep(&self, candidates: &[CandidateId]) -> SandboxesKept {
        let mut all = SandboxesKept::default();
        for (candidate, kept) in candidates.iter().zip(join_all(candidates.iter().map(|id| self.keep_one(*id))).await) {
            match kept {
                Ok(Some(state)) => all.states.push(state),
                Ok(None) => all.without.push(*candidate),
                Err(error) => {
                    tracing::warn!(%error, %candidate, "the state of a sandbox could not be kept");
                    let before = if all.detail.is_empty() { "" } else { "; " };
                    all.detail.push_str(&format!("{before}{candidate}: could not {error}"));
                }
            }
        }
        all
    }

    async fn keep_one(&self, candidate: CandidateId) -> Result<Option<KeptState>, SandboxError> {
        let kept = match self.pools.of(candidate) {
            Some(pool) => pool.keep().await?,
            None => self.homes.keep(candidate).await?,
        };
        Ok(kept.map(|(sandbox, state)| KeptState { candidate, sandbox, state: state.0 }))
    }
}
