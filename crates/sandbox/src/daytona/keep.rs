use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::api::{Api, ApiError};
use super::inside::{AgentError, Inside};
use super::sandbox::{LONGEST_LOOK, LOOK, end, until};
use crate::{SandboxError, SnapshotId};

/// How long a sandbox that is stopped to be kept may lie before Daytona deletes it, in minutes, for the case that nobody goes on with it.
const LIES: u32 = 60;

/// Keeps the files of a sandbox under a name. It goes on, and what runs inside too, except for a virtual machine that cannot be forked.
pub(super) async fn keep(
    inside: &Inside,
    labels: &BTreeMap<String, String>,
    name: SnapshotId,
) -> Result<SnapshotId, SandboxError> {
    let (api, id) = (&inside.api, inside.id.as_str());
    match api.snapshot(id, &name.0).await {
        Ok(()) => {
            until(api, id, &["started"]).await.map_err(failed)?;
            ready(api, &name).await?;
        }
        // a virtual machine has to be stopped for it, a container has not
        Err(error) if is_refusal(&error) => match api.fork(id, &name.0).await {
            Ok(fork) => {
                let fork = Fork { api: api.clone(), id: fork.id };
                let kept = fork.keep(labels, &name).await;
                // the parent could not be deleted before its fork
                kept.and(fork.end().await.map_err(failed))?;
            }
            Err(error) if is_refusal(&error) => stopped(inside, &name).await?,
            Err(error) => return Err(failed(error)),
        },
        Err(error) => return Err(failed(error)),
    }
    Ok(name)
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn failed(error: ApiError) -> SandboxError {
    match error.is_missing() {
        true => SandboxError::Gone(error.to_string()),
        false => SandboxError::Snapshot { doing: "make", detail: error.to_string() },
    }
}

/// Whether Daytona does not do this to such a sandbox, or in its present state.
fn is_refusal(error: &ApiError) -> bool {
    matches!(error.status, Some(400 | 403..=405 | 409 | 422 | 501))
}

/// A copy of a sandbox that is there to be kept. Dropping it deletes it.
struct Fork {
    api: Arc<Api>,
    id: String,
}

impl Fork {
    async fn keep(&self, labels: &BTreeMap<String, String>, name: &SnapshotId) -> Result<(), SandboxError> {
        let failed = |error: ApiError| SandboxError::Snapshot { doing: "make", detail: error.to_string() };
        let (api, id) = (&self.api, self.id.as_str());
        let machine = until(api, id, &["started"]).await.map_err(failed)?;
        // by them it is found where this process is killed
        if machine.labels != *labels {
            api.label(id, labels).await.map_err(failed)?;
        }
        lay_down(api, id, name).await.map_err(failed)?;
        ready(api, name).await
    }

    async fn end(&self) -> Result<(), ApiError> {
        end(&self.api, &self.id).await
    }
}

impl Drop for Fork {
    fn drop(&mut self) {
        if let Ok(runtime) = Handle::try_current() {
            let (api, id) = (self.api.clone(), self.id.clone());
            // one that is gone already is no error
            runtime.spawn(async move { api.delete(&id).await });
        }
    }
}

/// Stops a sandbox, keeps it and starts it again.
async fn stopped(inside: &Inside, name: &SnapshotId) -> Result<(), SandboxError> {
    let api = &inside.api;
    let kept = lay_down(api, &inside.id, name).await;
    let started = start_again(inside).await;
    // where it could not even be stopped, that is the error to tell
    kept.map_err(failed)?;
    started?;
    ready(api, name).await
}

async fn start_again(inside: &Inside) -> Result<(), SandboxError> {
    let (api, id) = (&inside.api, inside.id.as_str());
    api.order(id, "start").await.map_err(failed)?;
    until(api, id, &["started"]).await.map_err(failed)?;
    api.delete_after(id, 0).await.map_err(failed)?;
    inside.settle().await.map_err(|error| match error {
        AgentError::Refused(detail) => SandboxError::Gone(detail),
        AgentError::Lost(error) => error,
    })
}

/// Stops a sandbox and begins to keep it. It is one that would be deleted as soon as it is stopped.
async fn lay_down(api: &Api, id: &str, name: &SnapshotId) -> Result<(), ApiError> {
    api.delete_after(id, LIES).await?;
    api.order(id, "stop").await?;
    until(api, id, &["stopped"]).await?;
    api.snapshot(id, &name.0).await?;
    until(api, id, &["stopped"]).await.map(drop)
}

/// Waits until a sandbox can start from what was kept.
async fn ready(api: &Api, name: &SnapshotId) -> Result<(), SandboxError> {
    let failed = |detail: String| SandboxError::Snapshot { doing: "make", detail };
    let deadline = Instant::now() + api.settings().patience;
    let mut look = LOOK;
    loop {
        match api.snapshot_state(&name.0).await.map_err(|error| failed(error.to_string()))?.as_deref() {
            Some("active" | "inactive" | "") => return Ok(()),
            Some(state @ ("error" | "build_failed")) => {
                return Err(failed(format!("snapshot {} is in state {state}", name.0)));
            }
            _ if Instant::now() > deadline => return Err(failed(format!("snapshot {} was not ready in time", name.0))),
            _ => tokio::time::sleep(look).await,
        }
        look = (look * 3 / 2).min(LONGEST_LOOK);
    }
}
