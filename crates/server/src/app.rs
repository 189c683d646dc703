use std::{net::IpAddr, ops::Deref, path::PathBuf, sync::Arc};

use clade_accounts::{Accounts, Secret, Vault};
use clade_domain::SandboxCeiling;
use clade_engine::{Hub, States};
use clade_models::{Environment, HostNames};
use clade_store::{Lineage, Store};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    editing::Editing,
    fanout::Fanouts,
    figures::Figures,
    hosts::Hosts,
    layouts::Layouts,
    mcp::Tools,
    outside::Outside,
    patron::WorkspacePatron,
    presence::Presence,
    rate::Rates,
    reach::{Reach, Reachable},
    recheck::Rechecks,
    start::StartLink,
    webhooks::Outbox,
};

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The person at this machine, by a link that is printed once, or a token of theirs.
    Single,
    /// People with accounts.
    Accounts,
    /// Everybody, as the person at this machine.
    Anonymous,
}

impl Mode {
    /// As one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Accounts => "accounts",
            Self::Anonymous => "anonymous",
        }
    }
}

/// What a server is made of.
pub struct Settings {
    /// The system of record.
    pub store: Arc<dyn Store>,
    /// The family tree over it.
    pub lineage: Lineage,
    /// Who may come in.
    pub mode: Mode,
    /// Where people may sign in beside this server.
    pub outside: Outside,
    /// Seals the keys of providers.
    pub vault: Vault,
    /// The folder for what is neither in the store nor of one request: sandboxes.
    pub data: PathBuf,
    /// Where the person at this machine has their keys. Used in `Single` and `Anonymous` mode alone.
    pub environment: Environment,
    /// The most that run files of those who sign in may ask of a sandbox. Used in `Accounts` mode alone.
    pub sandbox_most: SandboxCeiling,
    /// The address that people use, such as `https://clade.example.org`; none is the one that is listened on.
    pub public_url: Option<String>,
    /// Proxies that are believed where they say whose request they pass on (`X-Forwarded-For`).
    pub trusted_proxies: Vec<IpAddr>,
    /// Requests a second that a caller may send on and on; four times as many at once.
    pub rate: f64,
    /// Where webhooks, and the addresses that a workspace lets its runs call, may lead.
    pub reach: Reachable,
    /// Who looks up the names of hosts there.
    pub names: HostNames,
    /// Which tools agents have at `/mcp`.
    pub mcp: Tools,
    /// Answers that processes share which have no system of record in common.
    pub sharing: Option<Arc<clade_engine::Sharing>>,
    /// The program's version.
    pub version: String,
}

/// What every request works with.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The parts of [`App`].
pub struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) lineage: Lineage,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) patron: WorkspacePatron,
    pub(crate) states: States,
    pub(crate) mode: Mode,
    pub(crate) outside: Outside,
    pub(crate) hosts: Hosts,
    pub(crate) start: StartLink,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) editing: Editing,
    pub(crate) rates: Rates,
    pub(crate) presence: Presence,
    pub(crate) fanouts: Fanouts,
    pub(crate) figures: Figures,
    pub(crate) layouts: Layouts,
    pub(crate) rechecks: Rechecks,
    pub(crate) outbox: Outbox,
    pub(crate) reach: Reach,
    pub(crate) mcp: Tools,
    pub(crate) version: String,
    pub(crate) closing: CancellationToken,
    /// Connections, and what goes on beside them, which a server that closes waits for.
    pub(crate) work: TaskTracker,
    pub(crate) code: clade_engine::CodeHere,
}

impl App {
    /// A server that listens nowhere yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let Settings { store, lineage, mode, outside, vault, data, environment, .. } = settings;
        let Settings { public_url, trusted_proxies, rate, reach, names, mcp, sharing, sandbox_most, version, .. } =
            settings;
        let reach = Reach { reachable: reach, names };
        let accounts = Arc::new(Accounts::new(store.clone()));
        let vault = Arc::new(vault);
        let code = clade_engine::CodeHere::new(&data).of_a_server();
        let outbox = Outbox { store: store.clone(), accounts: accounts.clone(), ring: Arc::default() };
        let patron = WorkspacePatron {
            accounts: accounts.clone(),
            vault: vault.clone(),
            environment: (mode != Mode::Accounts).then_some(environment),
            code: code.clone(),
            most: sandbox_most,
            outbox: outbox.clone(),
            sharing,
            reach: reach.clone(),
        };
        Self(Arc::new(Inner {
            hub: Hub::new(store.clone(), Arc::new(patron.clone()), version.clone()),
            patron,
            store,
            lineage,
            accounts,
            vault,
            states: States::default(),
            mode,
            outside,
            hosts: Hosts::new(public_url),
            start: StartLink::default(),
            trusted_proxies,
            editing: Editing::default(),
            rates: Rates::new(rate),
            presence: Presence::default(),
            fanouts: Fanouts::default(),
            figures: Figures::default(),
            layouts: Layouts::default(),
            rechecks: Rechecks::default(),
            outbox,
            reach,
            mcp,
            version,
            closing: CancellationToken::new(),
            work: TaskTracker::new(),
            code,
        }))
    }

    /// Goes on with the runs that an earlier server was carrying out, and from now on with those of servers that die. Returns how many it
    /// went on with at once.
    ///
    /// # Errors
    /// Where the runs cannot be read.
    pub async fn resume(&self) -> Result<usize, clade_engine::EngineError> {
        let resumed = self.hub.resume().await;
        self.hub.watch();
        resumed
    }

    /// The runs that go on here.
    #[must_use]
    pub fn running(&self) -> Vec<clade_domain::RunId> {
        self.hub.running()
    }

    /// Puts all runs down, so that a later process goes on with them.
    pub async fn close(&self) {
        self.closing.cancel();
        self.hub.close(crate::serve::GRACE).await;
    }

    /// A secret that opens `/start` once for the person at this machine.
    ///
    /// # Errors
    /// Where the machine has no random bytes.
    pub fn start_link(&self) -> Result<Secret, clade_accounts::AccountError> {
        let secret = Secret::new("")?;
        self.start.set(secret.hash());
        Ok(secret)
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
