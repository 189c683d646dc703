//! The host's side of a jail: starting the stages and speaking with init.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, Shutdown, SocketFlags, SocketType};
use serde::{Deserialize, Serialize};
use tokio::io::Interest;
use tokio::net::UnixStream;

use super::jail::{INIT, OUTER, cgroup};
use super::protocol::{Hello, INSIDE_ID, Identity, JailConfig, STAGE_ENVIRONMENT, receive, send};
use crate::SandboxError;

/// How long init may take to greet, and to end once it is told to. Both take milliseconds on an idle machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long init may take to end by itself where a sandbox without a jail is dropped.
const ENDING: Duration = Duration::from_secs(2);

/// One end of a packet socket. The type is that of a stream for its readiness alone: nothing is read or written as one.
#[derive(Debug)]
pub struct Socket(UnixStream);

impl Socket {
    /// A pair of sockets: ours, and the one to give away.
    pub fn pair() -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) =
            rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        let ours = std::os::unix::net::UnixStream::from(ours);
        ours.set_nonblocking(true)?;
        Ok((Self(UnixStream::from_std(ours)?), theirs))
    }

    /// Sends a message with descriptors.
    pub async fn send(&self, message: &impl Serialize, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        self.0.async_io(Interest::WRITABLE, || send(&self.0, message, descriptors)).await
    }

    /// The next message, or `None` once the other side is gone.
    pub async fn receive<T: for<'a> Deserialize<'a>>(&self) -> io::Result<Option<T>> {
        let received = self.0.async_io(Interest::READABLE, || receive(&self.0)).await?;
        Ok(received.map(|(message, _)| message))
    }
}

/// A jail's processes, as the host holds them. Dropping it kills them.
#[derive(Debug)]
pub struct Processes {
    /// The outer stage, or init where there is no jail.
    outer: Child,
    control: Socket,
    /// Whether what is inside ends when the first process is killed.
    jailed: bool,
    /// Its control group, which goes last.
    group: Option<cgroup::Held>,
}

impl Processes {
    /// Starts the stages and waits until init takes requests.
    pub async fn start(helper: &Path, config: &JailConfig, group: Option<cgroup::Held>) -> Result<Self, SandboxError> {
        let jailed = config.open.is_none();
        let (control, theirs) = Socket::pair().map_err(|error| failed("make its control socket", &error))?;
        let text = serde_json::to_string(config).map_err(|error| failed("write its configuration", &error))?;
        let outer = Command::new(helper)
            .arg0(if jailed { OUTER } else { INIT })
            .arg(text)
            .env_clear()
            .envs([STAGE_ENVIRONMENT])
            .current_dir("/")
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| failed("start the helper", &error))?;
        let processes = Self { outer, control, jailed, group };
        match tokio::time::timeout(PATIENCE, processes.greet(config)).await {
            Ok(greeted) => greeted.map(|()| processes),
            Err(_) => Err(failed("wait for the jail", &"it did not answer within 20 s")),
        }
    }

    async fn greet(&self, config: &JailConfig) -> Result<(), SandboxError> {
        loop {
            let hello = self.control.receive::<Hello>().await.map_err(|error| failed("wait for the jail", &error))?;
            match (hello, config.identity) {
                (Some(Hello::Ready), _) => return Ok(()),
                (Some(Hello::Unshared), Identity::Foreign(id)) => {
                    map_users(self.outer.id(), id).map_err(|error| failed("map the jail's users", &error))?;
                    self.control
                        .send(&Hello::Mapped, &[])
                        .await
                        .map_err(|error| failed("map the jail's users", &error))?;
                }
                (Some(Hello::Failed { step, detail }), _) => return Err(SandboxError::Create { step, detail }),
                (other, _) => return Err(failed("wait for the jail", &format!("it said {other:?}"))),
            }
        }
    }

    /// The socket for requests.
    pub fn control(&self) -> &Socket {
        &self.control
    }

    /// What the kernel ends inside from here on because memory is short, where it counts that.
    pub fn kills(&self) -> Option<cgroup::Kills> {
        self.group.as_ref().and_then(|held| held.group().gauge().ok()).map(cgroup::Kills::from_now_on)
    }

    /// Ends everything inside and waits until nothing is left.
    pub async fn end(mut self) -> Result<(), SandboxError> {
        let _ = rustix::net::shutdown(self.control.0.as_fd(), Shutdown::Write);
        // the kernel lets go of init's end of the socket only once everything inside is dead
        let gone = async { while let Ok(Some(Hello::Ready)) = self.control.receive::<Hello>().await {} };
        let in_time = tokio::time::timeout(PATIENCE, gone).await.is_ok();
        if !in_time {
            return Err(SandboxError::Gone("it did not end within 20 s of being told to and was killed".to_owned()));
        }
        self.outer.wait().map(|_| ()).map_err(|error| SandboxError::Gone(error.to_string()))
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        if !self.jailed {
            // nobody else would end what it watches; that takes a millisecond or two
            let _ = rustix::net::shutdown(self.control.0.as_fd(), Shutdown::Write);
            let deadline = Instant::now() + ENDING;
            while matches!(self.outer.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        // a process that was waited for already is left alone by both; init follows its parent
        let _ = self.outer.kill();
        let _ = self.outer.wait();
    }
}

/// Inside, root is root only until the program starts, so that it may look into folders that are closed to others.
fn map_users(pid: u32, id: u32) -> io::Result<()> {
    let text = format!("0 0 1\n{INSIDE_ID} {id} 1\n");
    std::fs::write(format!("/proc/{pid}/uid_map"), &text)?;
    std::fs::write(format!("/proc/{pid}/gid_map"), &text)
}

fn failed(step: &str, detail: &impl ToString) -> SandboxError {
    SandboxError::Create { step: step.to_owned(), detail: detail.to_string() }
}
