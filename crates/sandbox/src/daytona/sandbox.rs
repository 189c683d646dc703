use std::collections::BTreeMap;
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
use super::keep::keep;
use crate::{AtWork, Command, Execution, InsidePath, Limits, Sandbox, SandboxError, SandboxFuture, SnapshotId};

/// Content up to this size goes along with the request.
const SMALL: usize = 48 * 1024;
/// The first wait between two looks at a state; each next one is half as long again.
pub(super) const LOOK: Duration = Duration::from_millis(50);
/// The longest.
pub(super) const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// A sandbox of Daytona.
#[derive(Debug)]
pub(super) struct DaytonaSandbox {
    inside: Arc<Inside>,
    programs: Arc<Programs>,
    limits: Limits,
    labels: BTreeMap<String, String>,
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
    /// One whose agent is there, with the labels that it was made with.
    pub(super) fn new(inside: Inside, limits: Limits, labels: BTreeMap<String, String>) -> Self {
        let inside = Arc::new(inside);
        let programs = Arc::new(Programs::new(inside.clone()));
        Self { inside, programs, limits, labels, files: AtomicU64::new(0), destroyed: AtomicBool::new(false) }
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

    fn at_work(&self) -> SandboxFuture<'_, AtWork> {
        Box::pin(self.programs.at_work())
    }

    fn snapshot(&self) -> SandboxFuture<'_, SnapshotId> {
        let name = format!("{}{}-{}", self.inside.api.settings().prefix_of_states(), self.inside.id, self.number());
        Box::pin(keep(&self.inside, &self.labels, SnapshotId(name)))
    }

    fn destroy(self: Box<Self>) -> SandboxFuture<'static, ()> {
        Box::pin(async move {
            self.destroyed.store(true, Ordering::Release);
            end(&self.inside.api, &self.inside.id).await.map_err(|error| SandboxError::Gone(error.to_string()))
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

/// Deletes a sandbox and waits until it is gone.
pub(super) async fn end(api: &Api, id: &str) -> Result<(), ApiError> {
    api.delete(id).await?;
    until_gone(api, id).await
}

/// Waits until a sandbox that was deleted is gone.
pub(super) async fn until_gone(api: &Api, id: &str) -> Result<(), ApiError> {
    match until(api, id, &["destroyed"]).await {
        Err(error) if !error.is_missing() => Err(error),
        _ => Ok(()),
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
