use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
};

use clade_sandbox::{
    Language, Limits, LocalBackend, LocalSettings, SandboxBackend, SandboxError, SandboxSpec, SnapshotId,
    find_interpreter,
};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{machine::Machine, routes, toolbox::Toolbox};

/// How the fake behaves.
#[derive(Debug, Clone)]
pub struct FakeSettings {
    /// The jails that it executes in.
    pub local: LocalSettings,
    /// The key that it takes.
    pub key: String,
    /// Whether its sandboxes are like virtual machines: to be kept, they have to be stopped.
    pub machines: bool,
    /// The address to listen at; port 0 takes a free one.
    pub address: String,
}

/// Why the fake cannot do it.
#[derive(Debug, thiserror::Error)]
pub enum FakeError {
    /// The jail.
    #[error("could not {0}")]
    Sandbox(#[from] SandboxError),
    /// The network.
    #[error("cannot listen: {0}")]
    Listen(#[from] std::io::Error),
}

/// A fake of Daytona that listens on this machine. Dropping it ends it and all its sandboxes.
pub struct Fake {
    /// Where its API is, as `DAYTONA_API_URL` names it.
    pub url: String,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

/// What the fake knows.
pub(crate) struct State {
    pub settings: FakeSettings,
    toolbox_url: Mutex<String>,
    pub machines: Mutex<BTreeMap<String, Machine>>,
    /// Kept states by name: id and state of the jail.
    pub snapshots: Mutex<BTreeMap<String, (String, SnapshotId)>>,
    backend: LocalBackend,
    python: String,
    next: AtomicU64,
    /// How many of the next requests for a sandbox are refused.
    pub refusals: AtomicU32,
    /// Whether new sandboxes stay in their first state.
    held: AtomicBool,
    /// Whether sandboxes can be forked, and how many forks were made so far.
    forks: AtomicBool,
    forked: AtomicU32,
    /// Sandboxes made so far, and most at once.
    made: AtomicU32,
    most: AtomicU32,
}

impl State {
    pub(crate) fn machines(&self) -> MutexGuard<'_, BTreeMap<String, Machine>> {
        self.machines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn snapshots(&self) -> MutexGuard<'_, BTreeMap<String, (String, SnapshotId)>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the sandboxes' own interfaces are, as clients are told.
    pub(crate) fn toolbox_url(&self) -> String {
        self.toolbox_url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_toolbox_url(&self, url: String) {
        *self.toolbox_url.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    /// An id in the form of the service's.
    pub(crate) fn new_id(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("00000000-0000-4000-8000-{number:012x}")
    }

    /// Makes a sandbox, and shows it as it is just then: still creating.
    pub(crate) async fn make(
        &self,
        wish: Value,
        from: Option<&SnapshotId>,
        parent: Option<String>,
    ) -> Result<Value, FakeError> {
        // its own limits are far; those of programs are kept by whoever runs them
        let limits = Limits { memory_mb: 2048, processes: 512, disk_mb: 512, ..Limits::default() };
        let spec = SandboxSpec { limits, ..SandboxSpec::default() };
        let jail = self.backend.create(&spec, from).await?;
        let toolbox = Toolbox::start(&*jail, &self.python).await?;
        let (id, is_fork) = (self.new_id(), parent.is_some());
        let labels = wish["labels"].as_object().into_iter().flatten();
        let labels = labels.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
        let mut machine = Machine {
            name: wish["name"].as_str().unwrap_or(&id).to_owned(),
            id: id.clone(),
            labels,
            state: "creating",
            parent,
            wish,
            jail: Arc::new(tokio::sync::Mutex::new(Some(jail))),
            toolbox: Some(Arc::new(toolbox)),
        };
        let shown = machine.shown(&self.toolbox_url());
        if !self.held.load(Ordering::Relaxed) {
            machine.state = "started";
        }
        let living = {
            let mut machines = self.machines();
            machines.insert(id, machine);
            u32::try_from(machines.len()).unwrap_or(u32::MAX)
        };
        self.made.fetch_add(1, Ordering::Relaxed);
        self.forked.fetch_add(u32::from(is_fork), Ordering::Relaxed);
        self.most.fetch_max(living, Ordering::Relaxed);
        Ok(shown)
    }

    pub(crate) fn forks(&self) -> bool {
        self.forks.load(Ordering::Relaxed)
    }

    /// Starts the toolbox of a sandbox that was stopped.
    pub(crate) async fn start(&self, id: &str) -> Result<(), FakeError> {
        let Some(jail) = self.machines().get(id).map(|machine| machine.jail.clone()) else { return Ok(()) };
        let jail = jail.lock().await;
        let Some(jail) = jail.as_deref() else { return Ok(()) };
        let toolbox = Toolbox::start(jail, &self.python).await?;
        if let Some(machine) = self.machines().get_mut(id) {
            (machine.toolbox, machine.state) = (Some(Arc::new(toolbox)), "started");
        }
        Ok(())
    }

    /// Forgets a kept state.
    pub(crate) async fn forget(&self, snapshot: &SnapshotId) -> Result<(), FakeError> {
        Ok(self.backend.delete_snapshot(snapshot).await?)
    }
}

impl Fake {
    /// Starts it.
    ///
    /// # Errors
    /// Where this machine has no Python, or the address is taken.
    pub async fn start(mut settings: FakeSettings) -> Result<Self, FakeError> {
        let python = find_interpreter(Language::Python, "python3")?;
        settings.local.read_only.extend(python.read_only);
        let listener = TcpListener::bind(&settings.address).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State {
            backend: LocalBackend::new(settings.local.clone()),
            python: python.program.display().to_string(),
            toolbox_url: Mutex::new(format!("{base}/toolbox")),
            settings,
            machines: Mutex::default(),
            snapshots: Mutex::default(),
            next: AtomicU64::new(1),
            refusals: AtomicU32::new(0),
            held: AtomicBool::new(false),
            forks: AtomicBool::new(true),
            forked: AtomicU32::new(0),
            made: AtomicU32::new(0),
            most: AtomicU32::new(0),
        });
        let router = routes::router(state.clone());
        let serving = tokio::spawn(async move {
            // it ends with this object
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url: format!("{base}/api"), state, serving })
    }

    /// Sandboxes that are there.
    #[must_use]
    pub fn living(&self) -> usize {
        self.state.machines().len()
    }

    /// Sandboxes made so far.
    #[must_use]
    pub fn made(&self) -> u32 {
        self.state.made.load(Ordering::Relaxed)
    }

    /// Most sandboxes that were there at once.
    #[must_use]
    pub fn most(&self) -> u32 {
        self.state.most.load(Ordering::Relaxed)
    }

    /// The labels of each sandbox that is there.
    #[must_use]
    pub fn labels(&self) -> Vec<BTreeMap<String, String>> {
        self.state.machines().values().map(|machine| machine.labels.clone()).collect()
    }

    /// From now on sandboxes stay `creating`, as where the service has no machine free for long.
    pub fn hold(&self) {
        self.state.held.store(true, Ordering::Relaxed);
    }

    /// From now on no sandbox can be forked, as with those classes of the service that are no virtual machines.
    pub fn forbid_forks(&self) {
        self.state.forks.store(false, Ordering::Relaxed);
    }

    /// Forks made so far; they count as [made](Self::made) too.
    #[must_use]
    pub fn forked(&self) -> u32 {
        self.state.forked.load(Ordering::Relaxed)
    }

    /// The names of the kept states.
    #[must_use]
    pub fn kept(&self) -> Vec<String> {
        self.state.snapshots().keys().cloned().collect()
    }

    /// Tells clients that the sandboxes' own interfaces are elsewhere, such as behind a proxy.
    pub fn show_toolbox_at(&self, url: &str) {
        self.state.set_toolbox_url(url.to_owned());
    }

    /// Refuses the next requests for a sandbox as the service does where there are too many.
    pub fn refuse(&self, requests: u32) {
        self.state.refusals.store(requests, Ordering::Relaxed);
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.serving.abort();
        self.state.machines().clear();
    }
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fake").field("url", &self.url).finish_non_exhaustive()
    }
}
