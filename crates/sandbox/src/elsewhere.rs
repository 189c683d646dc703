//! What stands for the local jail on systems that are not Linux: the same names, which say that there is none.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::{
    Capabilities, Check, Isolation, Keeps, Language, Report, Sandbox, SandboxBackend, SandboxError, SandboxFuture,
    SandboxSpec, SnapshotId,
};

const MISSING: &str = "the local sandbox is made of namespaces, which only Linux has";
const FIX: &str = "use a backend that makes sandboxes elsewhere, or run on Linux";

/// Where the local jail would find what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSettings {
    /// A binary that calls [`jail_main`] first.
    pub helper: PathBuf,
    /// Folders beside the system's that are there to read.
    pub read_only: Vec<PathBuf>,
    /// The folder of the snapshots.
    pub snapshots: PathBuf,
}

impl LocalSettings {
    /// The running binary as the helper, no other folders than the system's.
    #[must_use]
    pub fn new(snapshots: impl Into<PathBuf>) -> Self {
        Self { helper: PathBuf::new(), read_only: Vec::new(), snapshots: snapshots.into() }
    }
}

/// Makes no sandboxes here, and says why.
#[derive(Debug)]
pub struct LocalBackend;

impl LocalBackend {
    /// The name in run files and records.
    pub const NAME: &'static str = "local";

    /// A backend that refuses.
    #[must_use]
    pub fn new(_: LocalSettings) -> Self {
        Self
    }

    /// None.
    ///
    /// # Errors
    /// Never.
    pub fn snapshots_older_than(&self, _: std::time::Duration) -> Result<Vec<SnapshotId>, SandboxError> {
        Ok(Vec::new())
    }
}

impl SandboxBackend for LocalBackend {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            isolation: Isolation::MinimumProcess,
            network_hosts: false,
            images: false,
            snapshot: Keeps::Nothing,
            snapshot_is_cheap: false,
            streaming: false,
        }
    }

    fn create<'a>(&'a self, _: &'a SandboxSpec, _: Option<&'a SnapshotId>) -> SandboxFuture<'a, Box<dyn Sandbox>> {
        let refusal = SandboxError::CannotIsolate { missing: MISSING.to_owned(), fix: FIX.to_owned() };
        Box::pin(std::future::ready(Err(refusal)))
    }

    fn has_snapshot<'a>(&'a self, _: &'a SnapshotId) -> SandboxFuture<'a, bool> {
        Box::pin(std::future::ready(Ok(false)))
    }

    fn delete_snapshot<'a>(&'a self, _: &'a SnapshotId) -> SandboxFuture<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// An interpreter on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The program.
    pub program: PathBuf,
    /// The folders that it needs beside the system's.
    pub read_only: Vec<PathBuf>,
}

/// Finds none, since there is no sandbox that it could be shown in.
///
/// # Errors
/// Always [`SandboxError::NoInterpreter`].
pub fn find_interpreter(_: Language, name: &str) -> Result<Interpreter, SandboxError> {
    Err(SandboxError::NoInterpreter { name: name.to_owned(), detail: MISSING.to_owned() })
}

/// Says what is missing.
pub async fn examine(_: LocalSettings) -> Report {
    let checks = vec![Check::bad("jail", MISSING, FIX)];
    Report { backend: LocalBackend::NAME.to_owned(), isolation: None, weaker: None, checks }
}

/// No process is started as a stage of a jail here.
#[must_use]
pub fn jail_main() -> Option<ExitCode> {
    None
}
