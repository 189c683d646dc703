//! What stands for the local jail on systems that are not Linux: the same names, which say that there is none.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::{
    Capabilities, Check, Isolation, Keeps, Language, Report, Sandbox, SandboxBackend, SandboxError, SandboxFuture,
    SandboxSpec, SnapshotId,
};

const MISSING: &str = "the local sandbox is made of namespaces, which only Linux has";
const NOT_EVEN: &str =
    "the weaker level is made of limits, system call filters and lists of processes, which are Linux's too";
const FIX: &str = "set DAYTONA_API_KEY, and `backend: daytona` or `auto` has Daytona make sandboxes elsewhere; or run clade on Linux, where it also takes `isolation: minimum-process`";

/// Where the local jail would find what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSettings {
    /// A binary that calls [`jail_main`] first.
    pub helper: PathBuf,
    /// Folders and files beside the system's that are there to read.
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
    /// The folders and files that it needs beside the system's.
    pub read_only: Vec<PathBuf>,
    /// What it says of itself.
    pub version: String,
}

/// Finds none, since there is no sandbox that it could be shown in.
///
/// # Errors
/// Always [`SandboxError::NoInterpreter`].
pub fn find_interpreter(_: Language, name: &str) -> Result<Interpreter, SandboxError> {
    Err(SandboxError::NoInterpreter { name: name.to_owned(), detail: MISSING.to_owned() })
}

/// The same.
///
/// # Errors
/// Always [`SandboxError::NoInterpreter`].
pub async fn find_interpreter_at(
    _: &LocalSettings,
    _: Isolation,
    language: Language,
    path: &str,
) -> Result<Interpreter, SandboxError> {
    find_interpreter(language, path)
}

/// Says what is missing.
pub async fn examine(_: LocalSettings) -> Report {
    let checks = vec![Check::bad("jail", MISSING, FIX), Check::bad("minimum-process", NOT_EVEN, FIX)];
    Report { backend: LocalBackend::NAME.to_owned(), isolation: None, weaker: None, checks }
}

/// There are no control groups here.
#[must_use]
pub fn sweep_control_groups() -> usize {
    0
}

/// No process is started as a stage of a jail here.
#[must_use]
pub fn jail_main() -> Option<ExitCode> {
    None
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// Nothing here waits.
    fn at_once<T>(future: impl Future<Output = T>) -> T {
        match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn says_what_is_missing_and_offers_daytona() {
        let report = at_once(examine(LocalSettings::new("snapshots")));
        assert_eq!((report.isolation, report.weaker), (None, None));
        let named = |words: &str| words.contains("DAYTONA_API_KEY") && words.contains("minimum-process");
        assert!(report.checks.iter().all(|check| !check.good && named(&check.fix)), "{report:?}");
        let backend = LocalBackend::new(LocalSettings::new("snapshots"));
        for isolation in [Isolation::Namespaces, Isolation::MinimumProcess] {
            let wanted = SandboxSpec { isolation, ..SandboxSpec::default() };
            let refused = at_once(backend.create(&wanted, None)).err().map(|error| error.to_string());
            assert!(refused.as_deref().is_some_and(named), "{refused:?}");
        }
        let error = find_interpreter(Language::Python, "python3").unwrap_err().to_string();
        assert!(error.contains("only Linux has"), "{error}");
    }
}
