use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bytes::Bytes;
use futures::future::FutureExt;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::{Receiver, Sender};

use super::archives;
use super::host::{Processes, Socket};
use super::jail::cgroup::Kills;
use super::protocol::{Answer, FileTask, Request};
use crate::{
    AtWork, Command, Ended, Ending, Execution, Finished, InsidePath, Limit, Limits, Output, Sandbox, SandboxError,
    SandboxFuture, SnapshotId, Time, Used,
};

/// How long after its wall limit an execution's end may be reported.
const GRACE: Duration = Duration::from_secs(20);
/// What is said of a request of ours that cannot be made.
const FILE_TASK: &str = "a file task";
/// Bytes that a file task may say of what went wrong.
const COMPLAINTS: u64 = 4096;
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

    /// Unpacks an archive of [`FileTask::Save`], which is read from where it is.
    pub async fn restore(&self, archive: &mut File) -> Result<(), SandboxError> {
        let task = Request::Files(FileTask::Restore);
        let Execution { mut stdin, stdout, mut stderr, ending } =
            self.request(&task, FILE_TASK, COMPLAINTS, None).await?;
        drop(stdout);
        let give = async {
            // one that fails does not read to the end
            let _ = tokio::io::copy(archive, &mut stdin).await;
            let _ = stdin.shutdown().await;
            drop(stdin);
        };
        let mut said = Vec::new();
        let (_, _) = tokio::join!(give, stderr.read_to_end(&mut said));
        done(ending.await?.ended, &said).map_err(|detail| SandboxError::Snapshot { doing: "unpack", detail })
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
        let execution = self.request(&Request::Files(task), FILE_TASK, output + COMPLAINTS, None).await?;
        let Finished { ended, stdout, stderr, .. } = execution.finish(stdin).await?;
        Ok(done(ended, &stderr).map(|()| stdout))
    }

    fn disk_bytes(&self) -> u64 {
        u64::from(self.limits.disk_mb) * 1024 * 1024
    }

    async fn keep(&self) -> Result<SnapshotId, SandboxError> {
        let failed = |detail: String| SandboxError::Snapshot { doing: "make", detail };
        let io = |error: std::io::Error| failed(format!("{}: {error}", self.snapshots.display()));
        tokio::fs::create_dir_all(&self.snapshots).await.map_err(io)?;
        let half = archives::half(&self.snapshots, &self.id);
        let most = u64::from(self.limits.disk_mb) * ARCHIVE;
        let Execution { stdin, mut stdout, mut stderr, ending } =
            self.request(&Request::Files(FileTask::Save), FILE_TASK, most + COMPLAINTS, None).await?;
        drop(stdin);
        let mut said = Vec::new();
        // whoever fails ends the task: what it still has to say is not read then
        let taken = tokio::try_join!(archives::take_in(&mut stdout, &half), stderr.read_to_end(&mut said));
        let kept = match taken {
            Ok((id, _)) => match ending.await.map(|ending| done(ending.ended, &said)) {
                Ok(Ok(())) => {
                    tokio::fs::rename(&half, archives::place(&self.snapshots, &id)).await.map_err(io).map(|()| id)
                }
                Ok(Err(detail)) => Err(failed(detail)),
                Err(error) => Err(error),
            },
            Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                Err(failed(Ended::Limit(Limit::Output).words()))
            }
            Err(error) => Err(io(error)),
        };
        if kept.is_err() {
            let _ = tokio::fs::remove_file(&half).await;
        }
        kept
    }
}

/// Whether a file task did what it should; its words where it did not.
fn done(ended: Ended, said: &[u8]) -> Result<(), String> {
    if ended == Ended::Exited(0) {
        return Ok(());
    }
    let said = String::from_utf8_lossy(said).trim().trim_start_matches("sandbox: ").to_owned();
    Err(if said.is_empty() { ended.words() } else { said })
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
