use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use rustix::thread::CapabilitySet;
use tokio::sync::OnceCell;

use super::archives;
use super::host::Processes;
use super::jail::cgroup;
use super::protocol::{Identity, JailConfig};
use super::sandbox::LocalSandbox;
use crate::{
    Capabilities, Isolation, Keeps, Limits, Network, Sandbox, SandboxBackend, SandboxError, SandboxFuture, SandboxSpec,
    SnapshotId,
};

/// Where the local jail finds what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSettings {
    /// A binary that calls [`jail_main`](super::jail_main) first: by default the one that runs.
    pub helper: PathBuf,
    /// Folders and files beside the system's that are there to read, such as an interpreter's. Everybody may read them inside.
    pub read_only: Vec<PathBuf>,
    /// The folder of the snapshots; made when the first one is.
    pub snapshots: PathBuf,
}

impl LocalSettings {
    /// The running binary as the helper, no other folders than the system's.
    #[must_use]
    pub fn new(snapshots: impl Into<PathBuf>) -> Self {
        // the link names the binary that runs, also after an update has replaced the file
        Self { helper: PathBuf::from("/proc/self/exe"), read_only: Vec::new(), snapshots: snapshots.into() }
    }
}

/// The waits after tries to make a first jail that failed.
const PAUSES: [Duration; 3] = [Duration::from_millis(50), Duration::from_millis(200), Duration::ZERO];

/// Makes sandboxes on this machine.
#[derive(Debug)]
pub struct LocalBackend {
    settings: LocalSettings,
    made: AtomicU32,
    /// How well it isolates, once that was tried out.
    reached: OnceCell<Isolation>,
}

impl LocalBackend {
    /// The name in run files and records.
    pub const NAME: &'static str = "local";

    /// A backend with these settings. Nothing is started yet.
    #[must_use]
    pub fn new(settings: LocalSettings) -> Self {
        Self { settings, made: AtomicU32::new(0), reached: OnceCell::new() }
    }

    /// A backend that makes no jails, even where it could: what a machine gives that cannot make any, to those who accept
    /// [`Isolation::MinimumProcess`].
    #[must_use]
    pub fn without_jail(settings: LocalSettings) -> Self {
        Self { reached: OnceCell::new_with(Some(Isolation::MinimumProcess)), ..Self::new(settings) }
    }

    /// The weaker level is taken only where it is accepted and a jail cannot be made.
    async fn level(&self, accepted: Isolation) -> Isolation {
        if accepted > Isolation::MinimumProcess {
            return self.capabilities().isolation;
        }
        // a machine that makes none fails each time; one that is short of something for a moment does not
        let try_out = async {
            for pause in PAUSES {
                match self.make_at(Isolation::Namespaces, &Limits::default()).await {
                    Err(SandboxError::Create { .. }) => tokio::time::sleep(pause).await,
                    _ => return Isolation::Namespaces,
                }
            }
            Isolation::MinimumProcess
        };
        *self.reached.get_or_init(|| try_out).await
    }

    async fn make_at(&self, level: Isolation, limits: &Limits) -> Result<LocalSandbox, SandboxError> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let id = format!("local-{}-{number}", std::process::id());
        let open = level == Isolation::MinimumProcess;
        let name = format!("{number}-{:016x}", unguessable());
        let group = cgroup::make(&name, limits).map_err(|error| SandboxError::Create {
            step: "make its control group".to_owned(),
            detail: error.to_string(),
        })?;
        let config = JailConfig {
            limits: *limits,
            read_only: self.settings.read_only.clone(),
            identity: if open && !may_change_user() { Identity::Own } else { identity(number) },
            // below a folder that other users can enter too
            open: open.then(|| PathBuf::from(format!("/tmp/promptclade-{name}"))),
            group: group.as_ref().map(|held| held.group().clone()),
        };
        let processes = Processes::start(&self.settings.helper, &config, group).await?;
        Ok(LocalSandbox::new(id, processes, *limits, self.settings.snapshots.clone()))
    }

    /// The snapshots that were kept longer ago than this.
    ///
    /// # Errors
    /// [`SandboxError::Snapshot`] where their folder cannot be read.
    pub fn snapshots_older_than(&self, age: Duration) -> Result<Vec<SnapshotId>, SandboxError> {
        archives::older_than(&self.settings.snapshots, age)
            .map_err(|error| SandboxError::Snapshot { doing: "look for", detail: error.to_string() })
    }

    fn check(&self, spec: &SandboxSpec, has: Isolation) -> Result<(), SandboxError> {
        spec.limits.check().map_err(SandboxError::BadSpec)?;
        let unsupported = |what: &str, fix: &str| SandboxError::Unsupported {
            backend: Self::NAME,
            what: what.to_owned(),
            fix: fix.to_owned(),
        };
        if spec.network != Network::None {
            return Err(unsupported(
                "a network",
                "leave `network: none`, or use a backend that can hold it to a list of hosts",
            ));
        }
        if spec.image.is_some() {
            return Err(unsupported("an image", "leave `image` out: the system's programs are there"));
        }
        if has < spec.isolation { Err(SandboxError::too_weak(has, spec.isolation)) } else { Ok(()) }
    }

    async fn make(&self, spec: &SandboxSpec, from: Option<&SnapshotId>) -> Result<Box<dyn Sandbox>, SandboxError> {
        let level = self.level(spec.isolation).await;
        self.check(spec, level)?;
        let archive = match from {
            Some(snapshot) => Some(archives::open(&self.settings.snapshots, snapshot).await?),
            None => None,
        };
        let sandbox = self.make_at(level, &spec.limits).await?;
        if let Some(mut archive) = archive {
            sandbox.restore(&mut archive).await?;
        }
        Ok(Box::new(sandbox))
    }
}

impl SandboxBackend for LocalBackend {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            isolation: self.reached.get().copied().unwrap_or(Isolation::Namespaces),
            network_hosts: false,
            images: false,
            snapshot: Keeps::Files,
            snapshot_is_cheap: true,
            streaming: true,
        }
    }

    fn isolation(&self, accepted: Isolation) -> BoxFuture<'_, Isolation> {
        Box::pin(self.level(accepted))
    }

    fn create<'a>(
        &'a self,
        spec: &'a SandboxSpec,
        from: Option<&'a SnapshotId>,
    ) -> SandboxFuture<'a, Box<dyn Sandbox>> {
        Box::pin(self.make(spec, from))
    }

    fn has_snapshot<'a>(&'a self, snapshot: &'a SnapshotId) -> SandboxFuture<'a, bool> {
        Box::pin(async move { Ok(archives::has(&self.settings.snapshots, snapshot)) })
    }

    fn delete_snapshot<'a>(&'a self, snapshot: &'a SnapshotId) -> SandboxFuture<'a, ()> {
        Box::pin(archives::delete(&self.settings.snapshots, snapshot))
    }
}

/// The ids that are spread over sandboxes at one time.
const IDS: u32 = 1 << 20;
/// Ids above this are special or read as negative numbers somewhere.
const HIGHEST_ID: u32 = 2_147_000_000;

/// Who the code is outside. An ordinary user can only lend its own id. Root lends none: each sandbox gets one of the highest ids
/// that root may give away, which no account has, so that limits per user hold for it and no file belongs to it.
fn identity(number: u32) -> Identity {
    if !rustix::process::geteuid().is_root() {
        return Identity::Own;
    }
    let offset = std::process::id().wrapping_mul(4099).wrapping_add(number) % IDS;
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    foreign_id(&map, offset).map_or(Identity::Own, Identity::Foreign)
}

/// Whether this process may run programs as another user, end them and remove what they leave.
fn may_change_user() -> bool {
    let needed = CapabilitySet::SETUID
        | CapabilitySet::SETGID
        | CapabilitySet::CHOWN
        | CapabilitySet::KILL
        | CapabilitySet::DAC_OVERRIDE;
    rustix::thread::capabilities(None).is_ok_and(|has| has.effective.contains(needed))
}

/// A number that others on this machine cannot guess: of the keys with which this process hashes.
fn unguessable() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// An id from the end of the longest range of user_namespaces(7), `/proc/pid/uid_map`; `None` where only root's own is there.
fn foreign_id(map: &str, offset: u32) -> Option<u32> {
    let ranges = map.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().filter_map(|field| field.parse::<u32>().ok());
        let (first, _, length) = (fields.next()?, fields.next()?, fields.next()?);
        Some((length.min(HIGHEST_ID.saturating_sub(first)), first))
    });
    let (length, first) = ranges.max()?;
    (length > 1).then(|| first + length - 1 - offset % IDS.min(length / 2).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lends_ids_that_no_account_has() {
        let table = [
            ("         0          0 4294967295\n", 0, Some(HIGHEST_ID - 1)),
            ("         0          0 4294967295\n", 7, Some(HIGHEST_ID - 8)),
            ("0 1000 1\n1 100000 65536\n", 3, Some(65_533)),
            ("0 1000 1\n", 3, None),
            ("", 3, None),
        ];
        for (map, offset, expected) in table {
            assert_eq!(foreign_id(map, offset), expected, "{map}");
        }
    }
}
