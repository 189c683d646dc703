use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::{Capabilities, Command, Execution, InsidePath, Isolation, SandboxError, SandboxSpec};

/// What every sandbox operation returns.
pub type SandboxFuture<'a, T> = BoxFuture<'a, Result<T, SandboxError>>;

/// Makes sandboxes. Cheap to call from many tasks at once.
pub trait SandboxBackend: Send + Sync {
    /// The name in run files and records, such as `local`.
    fn name(&self) -> &'static str;

    /// What it can do on this machine.
    fn capabilities(&self) -> Capabilities;

    /// How well its sandboxes separate code from the machine where this is the weakest isolation that is accepted. It is found out, where it
    /// depends on the machine.
    fn isolation(&self, accepted: Isolation) -> BoxFuture<'_, Isolation> {
        let _ = accepted;
        Box::pin(std::future::ready(self.capabilities().isolation))
    }

    /// A new sandbox with an empty working folder, or with the files of a snapshot.
    ///
    /// # Errors
    /// [`SandboxError::CannotIsolate`], [`SandboxError::Unsupported`] and [`SandboxError::BadSpec`] hold for every further try;
    /// [`SandboxError::Create`] may not. [`SandboxError::NoSnapshot`] where the snapshot is not there.
    fn create<'a>(&'a self, spec: &'a SandboxSpec, from: Option<&'a SnapshotId>)
    -> SandboxFuture<'a, Box<dyn Sandbox>>;

    /// Whether a snapshot is there.
    ///
    /// # Errors
    /// [`SandboxError::Snapshot`] where nobody can tell.
    fn has_snapshot<'a>(&'a self, snapshot: &'a SnapshotId) -> SandboxFuture<'a, bool>;

    /// Deletes a snapshot; one that is not there is no error.
    ///
    /// # Errors
    /// [`SandboxError::Snapshot`] where it cannot be deleted.
    fn delete_snapshot<'a>(&'a self, snapshot: &'a SnapshotId) -> SandboxFuture<'a, ()>;
}

/// One sandbox. Dropping it ends everything inside; [`Sandbox::destroy`] also waits until nothing of it is left.
pub trait Sandbox: Send + Sync {
    /// A name that no other sandbox of this process has, for records.
    fn id(&self) -> &str;

    /// Starts a program. One runs at a time; when it ends, so does everything that it started.
    ///
    /// # Errors
    /// [`SandboxError::Gone`]; from the [`ending`](Execution::ending) also [`SandboxError::Busy`] and
    /// [`SandboxError::NotRunnable`].
    fn start<'a>(&'a self, command: &'a Command) -> SandboxFuture<'a, Execution>;

    /// Writes a file below the working folder, with the folders on its way; possible while a program runs. Follows no links. What begins with `#!` can
    /// be run.
    ///
    /// # Errors
    /// [`SandboxError::File`] where something is in the way or the disk limit is reached; [`SandboxError::Gone`].
    fn put<'a>(&'a self, path: &'a InsidePath, content: Bytes) -> SandboxFuture<'a, ()>;

    /// Reads a file of at most `disk_mb` below the working folder; possible while a program runs. Follows no links.
    ///
    /// # Errors
    /// [`SandboxError::File`] where there is no plain file; [`SandboxError::Gone`].
    fn get<'a>(&'a self, path: &'a InsidePath) -> SandboxFuture<'a, Bytes>;

    /// What is at work inside.
    ///
    /// # Errors
    /// [`SandboxError::Gone`].
    fn at_work(&self) -> SandboxFuture<'_, AtWork>;

    /// Keeps what [`Capabilities::snapshot`] says. The sandbox goes on.
    ///
    /// # Errors
    /// [`SandboxError::Snapshot`], [`SandboxError::Unsupported`], or [`SandboxError::Gone`].
    fn snapshot(&self) -> SandboxFuture<'_, SnapshotId>;

    /// Ends everything inside and waits until no process, mount or file of it is left.
    ///
    /// # Errors
    /// [`SandboxError::Gone`] where its end could not be seen.
    fn destroy(self: Box<Self>) -> SandboxFuture<'static, ()>;
}

/// What is at work in a sandbox while a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AtWork {
    /// The processor time that was used inside, since a moment that stays the same for as long as a program runs: the difference of two readings is
    /// what was used between them.
    pub cpu: Duration,
    /// How many processes there are, that of the program among them; what has ended and nobody has waited for is none.
    pub processes: u32,
}

/// Names a kept state, also across processes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(pub String);
