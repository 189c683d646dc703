use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bytes::Bytes;
use futures::future::FutureExt;
use tokio::net::unix::pipe::{Receiver, Sender};

use super::host::{Processes, Socket};
use super::jail::cgroup::Kills;
use super::protocol::{Answer, FileTask, Request};
use crate::{
    AtWork, Command, Ended, Ending, Execution, Finished, InsidePath, Limit, Limits, Output, Sandbox, SandboxError,
    SandboxFuture, SnapshotId, Time, Used,
};

/// How long after its wall limit an execution's end may be reported.
const GRACE: Duration = Duration::from_secs(20);
/// What an archive of a working folder may be longer than its files, in bytes for each MiB of the disk limit.
const ARCHIVE: u64 = 2 * 1024 * 1024;

/// A jail on this machine.
#[derive(Debug)]
pub struct LocalSandbox {
    id: String,
    processes: Processes,
    limits: Limits,
    snapshots: PathBuf,
}

impl LocalSandbox {
    pub fn new(id: String, processes: Processes, limits: Limits, snapshots: PathBuf) -> Self {
        Self { id, processes, limits, snapshots }
    }

    /// Unpacks an archive of [`FileTask::Save`].
    pub async fn restore(&self, archive: &[u8]) -> Result<(), SandboxError> {
        let done = self.file_task(FileTask::Restore, archive, 0).await?;
        done.map(|_| ()).map_err(|detail| SandboxError::Snapshot { doing: "unpack", detail })
    }

    /// Hands a request to init; the answer is the execution's ending.
    async fn request(
        &self,
        request: &Request,
        program: &str,
        output: u64,
        deadline: Option<Duration>,
    ) -> Result<Execution, SandboxError> {
        let lost = |error: std::io::Error| SandboxError::NotRunnable {
            program: program.to_owned(),
            detail: error.to_string(),
        };
        let kills = self.processes.kills();
        let (answer, answer_inside) = Socket::pair().map_err(lost)?;
        let (stdin_inside, stdin) = std::io::pipe().map_err(lost)?;
        let (stdout, stdout_inside) = std::io::pipe().map_err(lost)?;
        let (stderr, stderr_inside) = std::io::pipe().map_err(lost)?;
        let given = [answer_inside.as_fd(), stdin_inside.as_fd(), stdout_inside.as_fd(), stderr_inside.as_fd()];
        self.processes.control().send(request, &given).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidInput => lost(error),
            _ => SandboxError::Gone(error.to_string()),
        })?;
        let left = Arc::new(AtomicU64::new(output));
        let read = |pipe: std::io::PipeReader| {
            Receiver::from_owned_fd(OwnedFd::from(pipe)).map(|pipe| Output::new(pipe, Arc::clone(&left)))
        };
        Ok(Execution {
            stdin: Box::pin(Sender::from_owned_fd(OwnedFd::from(stdin)).map_err(lost)?),
            stdout: read(stdout).map_err(lost)?,
            stderr: read(stderr).map_err(lost)?,
            ending: ending(answer, program.to_owned(), deadline, kills).boxed(),
        })
    }

    /// What a file task wrote, or its words where it failed.
    async fn file_task(
        &self,
        task: FileTask,
        stdin: &[u8],
        output: u64,
    ) -> Result<Result<Vec<u8>, String>, SandboxError> {
        // its complaints share the allowance
        let execution = self.request(&Request::Files(task), "a file task", output + 4096, None).await?;
        let Finished { ended, stdout, stderr, .. } = execution.finish(stdin).await?;
        if ended == Ended::Exited(0) {
            return Ok(Ok(stdout));
        }
        let said = String::from_utf8_lossy(&stderr).trim().trim_start_matches("sandbox: ").to_owned();
        Ok(Err(if said.is_empty() { ended.words() } else { said }))
    }

    fn disk_bytes(&self) -> u64 {
        u64::from(self.limits.disk_mb) * 1024 * 1024
    }

    async fn keep(&self) -> Result<SnapshotId, SandboxError> {
        let failed = |detail: String| SandboxError::Snapshot { doing: "make", detail };
        let most = u64::from(self.limits.disk_mb) * ARCHIVE;
        let archive = self.file_task(FileTask::Save, &[], most).await?.map_err(failed)?;
        let id = named_by(&archive);
        let io = |error: std::io::Error| failed(format!("{}: {error}", self.snapshots.display()));
        tokio::fs::create_dir_all(&self.snapshots).await.map_err(io)?;
        // equal states share one file, and nobody sees half of it
        let half = self.snapshots.join(format!("{}.{}.part", id.0, self.id));
        tokio::fs::write(&half, &archive).await.map_err(io)?;
        tokio::fs::rename(&half, archive_of(&self.snapshots, &id)).await.map_err(io)?;
        Ok(id)
    }
}

impl Sandbox for LocalSandbox {
    fn id(&self) -> &str {
        &self.id
    }

    fn start<'a>(&'a self, command: &'a Command) -> SandboxFuture<'a, Execution> {
        Box::pin(async move {
            let (wall, session) = match command.time {
                Time::Limited => (Some(self.limits.wall()), false),
                Time::Within(wall) => (Some(wall.min(self.limits.wall())), false),
                Time::Session => (None, true),
            };
            let request = Request::Run {
                program: command.program.clone(),
                env: command.env.clone(),
                wall_ms: wall.map(|wall| u64::try_from(wall.as_millis()).unwrap_or(u64::MAX)),
                session,
            };
            let deadline = wall.map(|wall| wall + GRACE);
            self.request(&request, command.name(), self.limits.output_bytes(), deadline).await
        })
    }

    fn put<'a>(&'a self, path: &'a InsidePath, content: Bytes) -> SandboxFuture<'a, ()> {
        Box::pin(async move {
            let done = self.file_task(FileTask::Put(path.as_str().to_owned()), &content, 0).await?;
            done.map(|_| ()).map_err(|detail| SandboxError::File { doing: "put", path: path.to_string(), detail })
        })
    }

    fn get<'a>(&'a self, path: &'a InsidePath) -> SandboxFuture<'a, Bytes> {
        Box::pin(async move {
            let done = self.file_task(FileTask::Get(path.as_str().to_owned()), &[], self.disk_bytes()).await?;
            done.map(Bytes::from).map_err(|detail| SandboxError::File { doing: "get", path: path.to_string(), detail })
        })
    }

    fn at_work(&self) -> SandboxFuture<'_, AtWork> {
        Box::pin(async move {
            let gone = |error: std::io::Error| SandboxError::Gone(error.to_string());
            let (answer, answer_inside) = Socket::pair().map_err(gone)?;
            self.processes.control().send(&Request::Look, &[answer_inside.as_fd()]).await.map_err(gone)?;
            drop(answer_inside);
            match answer.receive::<Answer>().await.map_err(gone)? {
                Some(Answer::AtWork(found)) => Ok(found),
                _ => Err(SandboxError::Gone("its first process has ended".to_owned())),
            }
        })
    }

    fn snapshot(&self) -> SandboxFuture<'_, SnapshotId> {
        Box::pin(self.keep())
    }

    fn destroy(self: Box<Self>) -> SandboxFuture<'static, ()> {
        Box::pin(self.processes.end())
    }
}

/// The archive of a snapshot. What it holds must be what its name is the hash of: answers are shared by that name.
pub async fn read_snapshot(folder: &Path, snapshot: &SnapshotId) -> Result<Vec<u8>, SandboxError> {
    let path = archive_of(folder, snapshot);
    let archive = if is_hash(snapshot) { tokio::fs::read(&path).await.ok() } else { None };
    let archive = archive.ok_or_else(|| SandboxError::NoSnapshot(snapshot.0.clone()))?;
    if named_by(&archive) != *snapshot {
        let detail = format!(
            "{} is not what was kept under its name; delete it: what would start from it then starts empty",
            path.display()
        );
        return Err(SandboxError::Snapshot { doing: "read", detail });
    }
    Ok(archive)
}

/// Whether the archive of a snapshot is there.
pub fn has_snapshot(folder: &Path, snapshot: &SnapshotId) -> bool {
    is_hash(snapshot) && archive_of(folder, snapshot).is_file()
}

/// The snapshots in a folder whose archive was written longer ago than this; none where there is no folder.
pub fn snapshots_older_than(folder: &Path, age: Duration) -> std::io::Result<Vec<SnapshotId>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let snapshot = SnapshotId(name.strip_suffix(".tar").unwrap_or_default().to_owned());
        // a clock that was set back makes nothing old
        let is_old = entry.metadata()?.modified()?.elapsed().is_ok_and(|elapsed| elapsed >= age);
        if is_hash(&snapshot) && is_old {
            found.push(snapshot);
        }
    }
    found.sort();
    Ok(found)
}

/// Deletes the archive of a snapshot, if there is one.
pub async fn delete_snapshot(folder: &Path, snapshot: &SnapshotId) -> Result<(), SandboxError> {
    if !is_hash(snapshot) {
        return Ok(());
    }
    match tokio::fs::remove_file(archive_of(folder, snapshot)).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(SandboxError::Snapshot { doing: "delete", detail: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// A snapshot's name is the hash of its archive.
fn named_by(archive: &[u8]) -> SnapshotId {
    SnapshotId(blake3::hash(archive).to_hex().to_string())
}

fn archive_of(folder: &Path, snapshot: &SnapshotId) -> PathBuf {
    folder.join(format!("{}.tar", snapshot.0))
}

/// Whoever names a snapshot may not name a path.
fn is_hash(snapshot: &SnapshotId) -> bool {
    snapshot.0.len() == 64 && snapshot.0.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Waits for init's answer. Dropping the future closes the socket, which ends the program.
async fn ending(
    answer: Socket,
    program: String,
    deadline: Option<Duration>,
    kills: Option<Kills>,
) -> Result<Ending, SandboxError> {
    let receive = answer.receive::<Answer>();
    let received = match deadline {
        Some(deadline) => tokio::time::timeout(deadline, receive)
            .await
            .map_err(|_| SandboxError::Gone("it did not end a program in time".to_owned()))?,
        None => receive.await,
    };
    match received {
        Ok(Some(Answer::Ended(ending))) => Ok(ending),
        Ok(Some(Answer::Busy)) => Err(SandboxError::Busy { program }),
        Ok(Some(Answer::NotRunnable(detail))) => Err(SandboxError::NotRunnable { program, detail }),
        // what the program had the kernel hold goes last, and init may be ended in its place
        Ok(None) if kills.is_some_and(|kills| kills.were_more()) => {
            Ok(Ending { ended: Ended::Limit(Limit::Memory), used: Used::default() })
        }
        Ok(Some(Answer::AtWork(_)) | None) => Err(SandboxError::Gone("its first process has ended".to_owned())),
        Err(error) => Err(SandboxError::Gone(error.to_string())),
    }
}
