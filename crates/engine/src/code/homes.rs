use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use clade_domain::{CandidateId, Prompt};
use clade_sandbox::{InsidePath, Sandbox, SandboxError, SnapshotId};
use tokio::sync::OnceCell;

use super::host::CodeHost;

/// Most sandboxes that are kept for candidates that execute nothing.
const MOST: usize = 16;

/// The sandboxes of candidates that have no code, where each candidate is to have one: those used last.
#[derive(Default)]
pub(super) struct Homes(Mutex<Vec<(CandidateId, Home)>>);

type Home = Arc<OnceCell<Box<dyn Sandbox>>>;

impl Homes {
    /// Ends all of them.
    pub(super) async fn close(&self) {
        let homes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for (_, home) in homes {
            let Some(sandbox) = Arc::into_inner(home).and_then(OnceCell::into_inner) else { continue };
            if let Err(error) = sandbox.destroy().await {
                tracing::warn!(%error, "a sandbox could not be ended");
            }
        }
    }

    /// Keeps the state of a candidate's sandbox; `None` where it has none.
    pub(super) async fn keep(&self, candidate: CandidateId) -> Result<Option<(String, SnapshotId)>, SandboxError> {
        let home = {
            let homes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            homes.iter().find(|(known, _)| *known == candidate).map(|(_, home)| home.clone())
        };
        let Some(sandbox) = home.as_ref().and_then(|home| home.get()) else { return Ok(None) };
        Ok(Some((sandbox.id().to_owned(), sandbox.snapshot().await?)))
    }

    /// The name of a candidate's sandbox, which holds the run's files and the candidate's prompt, as JSON, in `prompt.json`.
    pub(super) async fn of(
        &self,
        host: &CodeHost,
        candidate: CandidateId,
        prompt: &Prompt,
    ) -> Result<String, SandboxError> {
        let home = {
            let mut homes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let home = match homes.iter().position(|(known, _)| *known == candidate) {
                Some(at) => homes.remove(at).1,
                None => Home::default(),
            };
            let spare = (homes.len() + 1).saturating_sub(MOST);
            homes.drain(..spare);
            homes.push((candidate, home.clone()));
            home
        };
        let sandbox = home
            .get_or_try_init(|| async {
                let sandbox = host.fresh(&mut None).await?;
                let text = serde_json::to_vec(prompt).unwrap_or_default();
                sandbox.put(&InsidePath::new("prompt.json")?, Bytes::from(text)).await?;
                Ok::<_, SandboxError>(sandbox)
            })
            .await?;
        Ok(sandbox.id().to_owned())
    }
}
