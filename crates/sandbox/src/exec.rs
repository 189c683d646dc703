use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use crate::{Limit, SandboxError};

/// A program to run in a sandbox, in its working folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The program, looked up in the sandbox's `PATH` where it has no `/`, and its arguments.
    pub program: Vec<String>,
    /// The environment beside `PATH`, `HOME`, `LANG` and `TMPDIR`, which it may replace. Nothing is inherited.
    pub env: BTreeMap<String, String>,
    /// How its time is counted.
    pub time: Time,
}

/// How an execution's time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Time {
    /// The sandbox's limits on CPU and wall time hold.
    Limited,
    /// A shorter wall time.
    Within(Duration),
    /// It serves many requests: whoever sends them watches the time of each.
    Session,
}

impl Command {
    /// A program and its arguments, under the sandbox's limits.
    pub fn new(program: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { program: program.into_iter().map(Into::into).collect(), env: BTreeMap::new(), time: Time::Limited }
    }

    /// The same with one more variable in its environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// The same with its time counted so.
    #[must_use]
    pub fn time(mut self, time: Time) -> Self {
        self.time = time;
        self
    }

    /// The program's name, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        self.program.first().map_or("", String::as_str)
    }
}

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// By itself, with this exit code.
    Exited(i32),
    /// By this signal, which nobody here sent.
    Signalled(i32),
    /// It went over this limit.
    Limit(Limit),
    /// Nobody waited for it any more.
    Cancelled,
}

impl Ended {
    /// Whether it broke down by itself: SIGILL, SIGTRAP, SIGABRT, SIGBUS or SIGSEGV.
    #[must_use]
    pub fn is_a_crash(&self) -> bool {
        matches!(self, Self::Signalled(4..=7 | 11))
    }

    /// By a signal of Linux, signal(7). Two are the kernel's own way to end who went over a limit, should it be quicker than whoever watches.
    #[must_use]
    pub fn by_signal(signal: i32) -> Self {
        match signal {
            24 => Self::Limit(Limit::Cpu),
            25 => Self::Limit(Limit::Disk),
            other => Self::Signalled(other),
        }
    }
}

/// What an execution used, as far as the backend can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Used {
    /// Processor time of all its processes, in milliseconds.
    pub cpu_ms: u64,
    /// Time from start to end, in milliseconds.
    pub wall_ms: u64,
    /// The most memory seen at once, in KiB; 0 where it ended before anyone looked.
    pub memory_kb: u64,
}

/// How an execution ended and what it used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// How.
    pub ended: Ended,
    /// With what.
    pub used: Used,
}

/// A running program. Dropping it ends the program and all that it started.
pub struct Execution {
    /// Its standard input; dropping or shutting it down closes it.
    pub stdin: Pin<Box<dyn AsyncWrite + Send>>,
    /// Its standard output.
    pub stdout: Output,
    /// Its standard error.
    pub stderr: Output,
    /// Its end. Dropping this ends the program.
    pub ending: BoxFuture<'static, Result<Ending, SandboxError>>,
}

/// An execution that is over, with all its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// How it ended.
    pub ended: Ended,
    /// What it used.
    pub used: Used,
    /// Standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// Standard error, up to the limit.
    pub stderr: Vec<u8>,
}

impl Finished {
    /// Whether it exited with code 0.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.ended == Ended::Exited(0)
    }
}

impl Execution {
    /// Writes `stdin`, closes it, and reads until the end. A program that writes too much is ended.
    ///
    /// # Errors
    /// [`SandboxError::Gone`] where the sandbox went away meanwhile.
    pub async fn finish(self, stdin: &[u8]) -> Result<Finished, SandboxError> {
        let Self { stdin: mut input, mut stdout, mut stderr, ending } = self;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let write = async {
            // a program that does not read its input is free not to
            let _ = input.write_all(stdin).await;
            let _ = input.shutdown().await;
            drop(input);
        };
        let read = async { tokio::try_join!(stdout.read_to_end(&mut out), stderr.read_to_end(&mut err)).is_ok() };
        let mut ending = ending;
        let ending = {
            let io = async { tokio::join!(write, read).1 };
            tokio::pin!(io);
            tokio::select! {
                within = &mut io => if within { Some(ending.await?) } else { None },
                ending = &mut ending => {
                    // everything inside is dead by now, so what is left in the pipes has an end
                    let ending = ending?;
                    if io.await { Some(ending) } else { None }
                }
            }
        };
        let Ending { ended, used } =
            ending.unwrap_or(Ending { ended: Ended::Limit(Limit::Output), used: Used::default() });
        Ok(Finished { ended, used, stdout: out, stderr: err })
    }
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Execution")
    }
}

/// One of a program's outputs. Reading past the limit that both share is an error of kind
/// [`FileTooLarge`](std::io::ErrorKind::FileTooLarge); what is not read is not buffered here, so a flood stops at the pipe.
pub struct Output {
    inner: Pin<Box<dyn AsyncRead + Send>>,
    left: Arc<AtomicU64>,
    /// Something was read that did not fit. Nothing may follow that could tell so later.
    over: bool,
    /// Whether reading counts.
    counted: bool,
}

impl Output {
    /// An output that takes what it reads from what is `left` for all that share it, in bytes.
    #[must_use]
    pub fn new(inner: impl AsyncRead + Send + 'static, left: Arc<AtomicU64>) -> Self {
        Self { inner: Box::pin(inner), left, over: false, counted: true }
    }

    /// The same, where reading takes nothing from what is left: whoever reads it [counts](Self::count) what is to count.
    #[must_use]
    pub fn counted_by_its_reader(self) -> Self {
        Self { counted: false, ..self }
    }

    /// Takes so many bytes from what is left; `false` where that is less.
    #[must_use]
    pub fn count(&self, bytes: u64) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    /// Starts the count anew: an execution that serves many requests has the limit for each.
    pub fn allow(&self, bytes: u64) {
        self.left.store(bytes, Ordering::Relaxed);
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("left", &self.left).finish_non_exhaustive()
    }
}

impl AsyncRead for Output {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        if self.over {
            return Poll::Ready(Err(too_much()));
        }
        let before = buf.filled().len();
        std::task::ready!(self.inner.as_mut().poll_read(cx, buf))?;
        let read = (buf.filled().len() - before) as u64;
        if !self.counted || self.count(read) {
            return Poll::Ready(Ok(()));
        }
        self.over = true;
        let fits = usize::try_from(self.left.swap(0, Ordering::Relaxed)).unwrap_or(usize::MAX);
        buf.set_filled(before + fits.min(buf.filled().len() - before));
        if fits > 0 {
            return Poll::Ready(Ok(()));
        }
        Poll::Ready(Err(too_much()))
    }
}

fn too_much() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::FileTooLarge, "more output than `output_kb` allows")
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn what_goes_over_the_limit_is_told_though_nothing_follows() {
        let (mut inside, outside) = tokio::io::duplex(64);
        inside.write_all(b"0123456789").now_or_never().unwrap().unwrap();
        let mut output = Output::new(outside, Arc::new(AtomicU64::new(8)));
        let mut read = [0; 64];
        assert_eq!(output.read(&mut read).now_or_never().unwrap().unwrap(), 8);
        let next = output.read(&mut read).now_or_never().expect("it does not wait for more");
        assert_eq!(next.unwrap_err().kind(), std::io::ErrorKind::FileTooLarge);
    }
}
