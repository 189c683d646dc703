use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::host::Processes;
use super::protocol::{Identity, JailConfig};
use super::sandbox::LocalSandbox;
use crate::{
    Capabilities, Isolation, Keeps, Network, Sandbox, SandboxBackend, SandboxError, SandboxFuture, SandboxSpec,
    SnapshotId,
};

/// Where the local jail finds what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSettings {
    /// A binary that calls [`jail_main`](super::jail_main) first: by default the one that runs.
    pub helper: PathBuf,
    /// Folders beside the system's that are there to read, such as an interpreter's. Everybody may read them inside.
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

/// Makes sandboxes on this machine.
#[derive(Debug)]
pub struct LocalBackend {
    settings: LocalSettings,
    made: AtomicU32,
}

impl LocalBackend {
    /// The name in run files and records.
    pub const NAME: &'static str = "local";

    /// A backend with these settings. Nothing is started yet.
    #[must_use]
    pub fn new(settings: LocalSettings) -> Self {
        Self { settings, made: AtomicU32::new(0) }
    }

    fn check(&self, spec: &SandboxSpec) -> Result<(), SandboxError> {
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
        let has = self.capabilities().isolation;
        if has < spec.isolation { Err(SandboxError::too_weak(has, spec.isolation)) } else { Ok(()) }
    }

    async fn make(&self, spec: &SandboxSpec, from: Option<&SnapshotId>) -> Result<Box<dyn Sandbox>, SandboxError> {
        self.check(spec)?;
        let archive = match from {
            Some(snapshot) => Some(super::sandbox::read_snapshot(&self.settings.snapshots, snapshot).await?),
            None => None,
        };
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let config =
            JailConfig { limits: spec.limits, read_only: self.settings.read_only.clone(), identity: identity(number) };
        let processes = Processes::start(&self.settings.helper, &config).await?;
        let id = format!("local-{}-{number}", std::process::id());
        let sandbox = LocalSandbox::new(id, processes, spec.limits, self.settings.snapshots.clone());
        if let Some(archive) = archive {
            sandbox.restore(&archive).await?;
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
            isolation: Isolation::Namespaces,
            network_hosts: false,
            images: false,
            snapshot: Keeps::Files,
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

    fn delete_snapshot<'a>(&'a self, snapshot: &'a SnapshotId) -> SandboxFuture<'a, ()> {
        Box::pin(super::sandbox::delete_snapshot(&self.settings.snapshots, snapshot))
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
