use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::DaytonaSettings;
use super::api::{Api, ApiError};
use super::inside::{AgentError, Inside};
use super::sandbox::{DaytonaSandbox, until};
use crate::{
    Capabilities, Isolation, Keeps, Network, Sandbox, SandboxBackend, SandboxError, SandboxFuture, SandboxSpec,
    SnapshotId,
};

/// Makes sandboxes at Daytona.
#[derive(Debug)]
pub struct DaytonaBackend {
    api: Arc<Api>,
    stopping: CancellationToken,
}

impl DaytonaBackend {
    /// The name in run files and records.
    pub const NAME: &'static str = "daytona";

    /// A backend with these settings. Nothing is asked yet.
    #[must_use]
    pub fn new(settings: DaytonaSettings) -> Self {
        Self { api: Arc::new(Api::new(settings)), stopping: CancellationToken::new() }
    }

    /// The same, which waits for no new sandbox once `stopping` is cancelled: one that has not started is deleted.
    #[must_use]
    pub fn stopped_by(self, stopping: CancellationToken) -> Self {
        Self { stopping, ..self }
    }

    fn labels(&self, spec: &SandboxSpec) -> BTreeMap<String, String> {
        self.api.settings().labels.clone().into_iter().chain(spec.labels.clone()).collect()
    }

    /// The body of the request for a sandbox.
    fn wish(&self, spec: &SandboxSpec, from: Option<&SnapshotId>) -> Value {
        let settings = self.api.settings();
        let mut wish = json!({
            "user": "root",
            "labels": self.labels(spec),
            "env": {},
            "public": false,
            "volumes": [],
            "autoStopInterval": 15,
            "autoDeleteInterval": 0,
            "ttlMinutes": settings.ttl_minutes,
        });
        if let Some(target) = &settings.target {
            wish["target"] = target.as_str().into();
        }
        match &spec.network {
            Network::None => wish["networkBlockAll"] = true.into(),
            Network::Hosts(hosts) => wish["domainAllowList"] = hosts.join(",").into(),
        }
        match (from, &spec.image) {
            (Some(snapshot), _) => wish["snapshot"] = snapshot.0.as_str().into(),
            (None, Some(image)) => {
                wish["buildInfo"] = json!({"dockerfileContent": format!("FROM {image}\n"), "contextHashes": []});
                // resources may be named only where no snapshot does it
                wish["memory"] = spec.limits.memory_mb.div_ceil(1024).max(1).into();
                wish["disk"] = spec.limits.disk_mb.div_ceil(1024).max(1).into();
            }
            (None, None) => {}
        }
        wish
    }

    async fn make(&self, spec: &SandboxSpec, from: Option<&SnapshotId>) -> Result<Box<dyn Sandbox>, SandboxError> {
        spec.limits.check().map_err(SandboxError::BadSpec)?;
        if let Some(image) = &spec.image
            && (image.is_empty() || image.contains(|c: char| c.is_whitespace() || c.is_control()))
        {
            return Err(SandboxError::BadSpec(format!("`{image}` is no name of an image")));
        }
        if let Some(snapshot) = from {
            let missing = || SandboxError::NoSnapshot(snapshot.0.clone());
            let known = match is_name(snapshot) {
                true => {
                    self.api.snapshot_state(&snapshot.0).await.map_err(|error| step("look for a snapshot", &error))?
                }
                false => None,
            };
            known.ok_or_else(missing)?;
        }
        if self.stopping.is_cancelled() {
            return Err(SandboxError::PutDown);
        }
        let made = self.api.create(&self.wish(spec, from), &self.stopping).await.map_err(|error| {
            if self.stopping.is_cancelled() { SandboxError::PutDown } else { step("ask for it", &error) }
        })?;
        // from here on it exists, and is deleted where it does not come to work
        let id = made.id.clone();
        let entered = tokio::select! {
            entered = self.enter(made) => entered,
            () = self.stopping.cancelled() => Err(SandboxError::PutDown),
        };
        match entered {
            Ok(inside) => Ok(Box::new(DaytonaSandbox::new(inside, spec.limits, self.labels(spec)))),
            Err(error) => {
                // the first error is the one to tell
                let _ = self.api.delete(&id).await;
                Err(error)
            }
        }
    }

    async fn enter(&self, made: super::api::Machine) -> Result<Inside, SandboxError> {
        let machine = match made.state.as_str() {
            "started" => made,
            _ => until(&self.api, &made.id, &["started"]).await.map_err(|error| step("wait for its start", &error))?,
        };
        let toolbox = self.api.toolbox(&machine).await.map_err(|error| step("find it", &error))?;
        Inside::enter(self.api.clone(), machine.id, toolbox).await.map_err(|error| {
            let detail = match error {
                AgentError::Refused(detail) => detail,
                AgentError::Lost(error) => error.to_string(),
            };
            SandboxError::Create { step: "start the agent inside, which needs `python3` there".to_owned(), detail }
        })
    }
}

impl SandboxBackend for DaytonaBackend {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            isolation: Isolation::Machine,
            network_hosts: true,
            images: true,
            snapshot: Keeps::Files,
            snapshot_is_cheap: false,
            streaming: true,
        }
    }

    fn create<'a>(
        &'a self,
        spec: &'a SandboxSpec,
        from: Option<&'a SnapshotId>,
    ) -> SandboxFuture<'a, Box<dyn Sandbox>> {
        Box::pin(self.make(spec, from))
    }

    fn has_snapshot<'a>(&'a self, snapshot: &'a SnapshotId) -> SandboxFuture<'a, bool> {
        Box::pin(async move {
            let failed = |error: ApiError| SandboxError::Snapshot { doing: "look for", detail: error.to_string() };
            Ok(is_name(snapshot) && self.api.snapshot_state(&snapshot.0).await.map_err(failed)?.is_some())
        })
    }

    fn delete_snapshot<'a>(&'a self, snapshot: &'a SnapshotId) -> SandboxFuture<'a, ()> {
        Box::pin(async move {
            if !is_name(snapshot) {
                return Ok(());
            }
            let failed = |error: ApiError| SandboxError::Snapshot { doing: "delete", detail: error.to_string() };
            self.api.delete_snapshot(&snapshot.0).await.map_err(failed)
        })
    }
}

/// Whoever names a snapshot may not name a path.
fn is_name(snapshot: &SnapshotId) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    !snapshot.0.is_empty() && snapshot.0.bytes().all(plain) && !snapshot.0.contains("..")
}

fn step(step: &str, error: &ApiError) -> SandboxError {
    match error.status {
        Some(401 | 403) => SandboxError::CannotIsolate {
            missing: format!("Daytona refuses the key: {}", error.message),
            fix: "check DAYTONA_API_KEY and what that key may do".to_owned(),
        },
        _ => SandboxError::Create { step: format!("Daytona: {step}"), detail: error.to_string() },
    }
}
