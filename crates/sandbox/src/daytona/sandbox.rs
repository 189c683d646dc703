use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::api::{Api, ApiError};
use super::execution::Programs;
use super::inside::{AgentError, Inside};
use crate::{Command, Execution, InsidePath, Limits, Sandbox, SandboxError, SandboxFuture, SnapshotId};

/// Content up to this size goes along with the request.
const SMALL: usize = 48 * 1024;
/// The first wait between two looks at a state; each next one is half as long again.
const LOOK: Duration = Duration::from_millis(50);
/// The longest.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// A sandbox of Daytona.
#[derive(Debug)]
pub(super) struct DaytonaSandbox {
    inside: Arc<Inside>,
    programs: Arc<Programs>,
    limits: Limits,
    files: AtomicU64,
    destroyed: AtomicBool,
}

/// A file's content, or where it lies.
#[derive(Debug, Deserialize)]
struct Fetched {
    data: Option<String>,
    target: Option<String>,
}

impl DaytonaSandbox {
    pub(super) fn new(inside: Inside, limits: Limits) -> Self {
        let inside = Arc::new(inside);
        let programs = Arc::new(Programs::new(inside.clone()));
        Self { inside, programs, limits, files: AtomicU64::new(0), destroyed: AtomicBool::new(false) }
    }

    fn number(&self) -> u64 {
        self.files.fetch_add(1, Ordering::Relaxed)
    }

    async fn put_file(&self, path: &InsidePath, content: &[u8]) -> Result<(), AgentError> {
        if content.len() <= SMALL {
            let asked = json!({"path": path.as_str(), "data": BASE64.encode(content)});
            return self.inside.ask::<Value>("put", &asked).await.map(drop);
        }
        let name = format!("put-{}", self.number());
        self.inside.upload(&name, content).await?;
        self.inside.ask::<Value>("put", &json!({"path": path.as_str(), "source": name})).await.map(drop)
    }

    async fn get_file(&self, path: &InsidePath) -> Result<Bytes, AgentError> {
        let most = u64::from(self.limits.disk_mb) * 1024 * 1024;
        let asked = json!({"path": path.as_str(), "most": most, "target": format!("get-{}", self.number())});
        let found: Fetched = self.inside.ask("get", &asked).await?;
        match (found.data, found.target) {
            (Some(data), _) => {
                BASE64.decode(data).map(Bytes::from).map_err(|error| AgentError::Refused(error.to_string()))
            }
            (None, Some(target)) => {
                let content = self.inside.download(&target).await;
                let dropped: Result<Value, AgentError> = self.inside.ask("drop", &json!({ "target": target })).await;
                dropped.and(content)
            }
            (None, None) => Err(AgentError::Refused("the agent gave nothing".to_owned())),
        }
    }

    async fn keep(&self) -> Result<SnapshotId, SandboxError> {
        let failed = |error: ApiError| match error.is_missing() {
            true => SandboxError::Gone(error.to_string()),
            false => SandboxError::Snapshot { doing: "make", detail: error.to_string() },
        };
        let (api, id) = (&self.inside.api, self.inside.id.as_str());
        let name = SnapshotId(format!("{}{id}-{}", api.settings().prefix_of_states(), self.number()));
        match api.snapshot(id, &name.0).await {
            Ok(()) => {}
            // a virtual machine has to be stopped for it, a container has not
            Err(error) if matches!(error.status, Some(400 | 409 | 422)) => {
                api.order(id, "stop").await.map_err(failed)?;
                until(api, id, &["stopped"]).await.map_err(failed)?;
                api.snapshot(id, &name.0).await.map_err(failed)?;
            }
            Err(error) => return Err(failed(error)),
        }
        let machine = until(api, id, &["started", "stopped"]).await.map_err(failed)?;
        if machine.state == "stopped" {
            api.order(id, "start").await.map_err(failed)?;
            until(api, id, &["started"]).await.map_err(failed)?;
            self.inside.settle().await.map_err(|error| match error {
                AgentError::Refused(detail) => SandboxError::Gone(detail),
                AgentError::Lost(error) => error,
            })?;
        }
        let deadline = Instant::now() + api.settings().patience;
        let mut look = LOOK;
        loop {
            match api.snapshot_state(&name.0).await.map_err(failed)?.as_deref() {
                Some("active" | "inactive" | "") => return Ok(name),
                Some(state @ ("error" | "build_failed")) => {
                    let detail = format!("snapshot {} is in state {state}", name.0);
                    return Err(SandboxError::Snapshot { doing: "make", detail });
                }
                _ if Instant::now() > deadline => {
                    let detail = format!("snapshot {} was not ready in time", name.0);
                    return Err(SandboxError::Snapshot { doing: "make", detail });
                }
                _ => tokio::time::sleep(look).await,
            }
            look = (look * 3 / 2).min(LONGEST_LOOK);
        }
    }
}

impl Sandbox for DaytonaSandbox {
    fn id(&self) -> &str {
        &self.inside.id
    }

    fn start<'a>(&'a self, command: &'a Command) -> SandboxFuture<'a, Execution> {
        Box::pin(self.programs.start(command, self.limits))
    }

    fn put<'a>(&'a self, path: &'a InsidePath, content: Bytes) -> SandboxFuture<'a, ()> {
        Box::pin(async move { self.put_file(path, &content).await.map_err(|error| of_file("put", path, error)) })
    }

    fn get<'a>(&'a self, path: &'a InsidePath) -> SandboxFuture<'a, Bytes> {
        Box::pin(async move { self.get_file(path).await.map_err(|error| of_file("get", path, error)) })
    }

    fn cpu(&self) -> SandboxFuture<'_, Duration> {
        Box::pin(self.programs.cpu())
    }

    fn snapshot(&self) -> SandboxFuture<'_, SnapshotId> {
        Box::pin(self.keep())
    }

    fn destroy(self: Box<Self>) -> SandboxFuture<'static, ()> {
        Box::pin(async move {
            self.destroyed.store(true, Ordering::Release);
            let lost = |error: ApiError| SandboxError::Gone(error.to_string());
            let (api, id) = (&self.inside.api, self.inside.id.as_str());
            api.delete(id).await.map_err(lost)?;
            match until(api, id, &["destroyed"]).await {
                Err(error) if !error.is_missing() => Err(lost(error)),
                _ => Ok(()),
            }
        })
    }
}

impl Drop for DaytonaSandbox {
    fn drop(&mut self) {
        if self.destroyed.load(Ordering::Acquire) {
            return;
        }
        // without a runtime, or where this process ends first, it is swept later or ends by its own time
        if let Ok(runtime) = Handle::try_current() {
            let inside = self.inside.clone();
            runtime.spawn(async move { inside.api.delete(&inside.id).await });
        }
    }
}

fn of_file(doing: &'static str, path: &InsidePath, error: AgentError) -> SandboxError {
    match error {
        AgentError::Refused(detail) => SandboxError::File { doing, path: path.to_string(), detail },
        AgentError::Lost(error) => error,
    }
}

/// Waits until a sandbox is in one of these states.
pub(super) async fn until(api: &Api, id: &str, states: &[&str]) -> Result<super::api::Machine, ApiError> {
    let deadline = Instant::now() + api.settings().patience;
    let mut look = LOOK;
    loop {
        let machine = api.get(id).await?;
        if states.contains(&machine.state.as_str()) {
            return Ok(machine);
        }
        let failed =
            |message: String| ApiError { asked: format!("sandbox {id}"), status: None, code: String::new(), message };
        if ["error", "build_failed"].contains(&machine.state.as_str()) {
            return Err(failed(format!("it is in state {}: {}", machine.state, machine.error_reason)));
        }
        if Instant::now() > deadline {
            return Err(failed(format!(
                "it is still in state {}, and should be {}",
                machine.state,
                states.join(" or ")
            )));
        }
        tokio::time::sleep(look).await;
        look = (look * 3 / 2).min(LONGEST_LOOK);
    }
}
