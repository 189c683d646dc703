use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use futures::future::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::AbortHandle;

use super::inside::{AgentError, Inside, Said};
use crate::{AtWork, Command, Ending, Execution, Limits, Output, SandboxError, Time};

/// Bytes of a stream that wait to be read by whoever holds its other end.
const BUFFER: usize = 64 * 1024;
/// Most bytes of standard input in one request.
const INPUT: usize = 48 * 1024;
/// How long the agent waits for something to be said before it answers.
const PATIENCE_MS: u64 = 4_000;
/// How much longer than it may take a program is listened to: time for requests, on a service that may be slow.
const GRACE: Duration = Duration::from_secs(120);

/// Who has the one place for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    Running,
    /// Given up by whoever waited for it, and not ended yet.
    Ending,
}

/// Programs of one sandbox, one at a time.
#[derive(Debug)]
pub(super) struct Programs {
    inside: Arc<Inside>,
    place: watch::Sender<Place>,
    started: AtomicU64,
}

impl Programs {
    pub(super) fn new(inside: Arc<Inside>) -> Self {
        Self { inside, place: watch::Sender::new(Place::Free), started: AtomicU64::new(0) }
    }

    /// Starts a program.
    pub(super) async fn start(self: &Arc<Self>, command: &Command, limits: Limits) -> Result<Execution, SandboxError> {
        if !self.take_place().await {
            let program = command.name().to_owned();
            return Ok(without_streams(async move { Err(SandboxError::Busy { program }) }.boxed()));
        }
        let run = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        let wall = wall(command, limits);
        let watcher = match self.inside.watch(&task(run, command, limits, wall)).await {
            Ok(watcher) => watcher,
            Err(error) => {
                self.place.send_replace(Place::Free);
                return Err(error);
            }
        };
        let (stdin, input) = duplex(BUFFER);
        let (out, stdout) = duplex(BUFFER);
        let (err, stderr) = duplex(BUFFER);
        let (tell, told) = oneshot::channel();
        let over = Arc::new(AtomicBool::new(false));
        let pump = Pump {
            programs: self.clone(),
            run,
            watcher,
            // whoever watches it inside ends it before
            wall: wall.map(|wall| wall + GRACE),
            program: command.name().to_owned(),
            over: over.clone(),
        };
        let task = tokio::spawn(pump.go(input, out, err, tell));
        let guard = Guard { programs: self.clone(), run, over, task: task.abort_handle() };
        let left = Arc::new(AtomicU64::new(limits.output_bytes()));
        Ok(Execution {
            stdin: Box::pin(stdin),
            stdout: Output::new(stdout, Arc::clone(&left)),
            stderr: Output::new(stderr, left),
            ending: async move {
                let _guard = guard;
                told.await.unwrap_or_else(|_| Err(SandboxError::Gone("nobody watches it any more".to_owned())))
            }
            .boxed(),
        })
    }

    /// What is at work of the program that was started last, with all that it started.
    pub(super) async fn at_work(&self) -> Result<AtWork, SandboxError> {
        let run = self.started.load(Ordering::Relaxed);
        let Seen { cpu_ms, processes } = self.inside.ask("look", &json!({ "run": run })).await.map_err(lost)?;
        Ok(AtWork { cpu: Duration::from_millis(cpu_ms), processes })
    }

    /// Whether there was a place; one that is about to become free is waited for.
    async fn take_place(&self) -> bool {
        let mut watched = self.place.subscribe();
        loop {
            let mut found = Place::Running;
            self.place.send_if_modified(|place| {
                found = *place;
                let free = *place == Place::Free;
                if free {
                    *place = Place::Running;
                }
                free
            });
            match found {
                Place::Free => return true,
                Place::Running => return false,
                Place::Ending => {
                    // the sender is this object's own
                    if watched.wait_for(|place| *place != Place::Ending).await.is_err() {
                        return false;
                    }
                }
            }
        }
    }
}

/// What the agent says of a program and all that it started.
#[derive(Debug, Deserialize)]
struct Seen {
    cpu_ms: u64,
    processes: u32,
}

fn wall(command: &Command, limits: Limits) -> Option<Duration> {
    match command.time {
        Time::Limited => Some(limits.wall()),
        Time::Within(wall) => Some(wall.min(limits.wall())),
        Time::Session => None,
    }
}

fn task(run: u64, command: &Command, limits: Limits, wall: Option<Duration>) -> Value {
    let mut env = serde_json::Map::new();
    for (name, value) in [("HOME", "/work"), ("LANG", "C.UTF-8"), ("TMPDIR", "/tmp")] {
        env.insert(name.to_owned(), value.into());
    }
    env.extend(command.env.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
    let millis = |wall: Duration| u64::try_from(wall.as_millis()).unwrap_or(u64::MAX);
    let session = command.time == Time::Session;
    json!({
        "run": run,
        "program": command.program,
        "env": env,
        "wall_ms": wall.map(millis),
        "cpu_s": (!session).then_some(limits.cpu_seconds),
        "output": (!session).then(|| limits.output_bytes()),
        "memory_mb": limits.memory_mb,
        "processes": limits.processes,
        "disk_mb": limits.disk_mb,
    })
}

fn without_streams(ending: futures::future::BoxFuture<'static, Result<Ending, SandboxError>>) -> Execution {
    let left = Arc::new(AtomicU64::new(0));
    Execution {
        stdin: Box::pin(tokio::io::sink()),
        stdout: Output::new(tokio::io::empty(), Arc::clone(&left)),
        stderr: Output::new(tokio::io::empty(), left),
        ending,
    }
}

/// Carries the streams of one program to and fro. A task of its own: requests go on while nobody looks at the streams.
struct Pump {
    programs: Arc<Programs>,
    run: u64,
    /// The command of the session that watches it.
    watcher: String,
    /// How long it is listened to at most.
    wall: Option<Duration>,
    program: String,
    over: Arc<AtomicBool>,
}

impl Pump {
    async fn go(
        self,
        input: DuplexStream,
        mut out: DuplexStream,
        mut err: DuplexStream,
        tell: oneshot::Sender<Result<Ending, SandboxError>>,
    ) {
        let listen = async {
            let (mut out_at, mut err_at) = (0, 0);
            let mut unwatched = None;
            loop {
                let wait = if unwatched.is_none() { PATIENCE_MS } else { 0 };
                let asked = json!({"run": self.run, "out": out_at, "err": err_at, "wait_ms": wait});
                let said: Said = self.programs.inside.ask("poll", &asked).await.map_err(lost)?;
                if said.is_nothing() {
                    if let Some(why) = unwatched {
                        return Err(SandboxError::Gone(why));
                    }
                    // code inside can end whoever watches it; what it said before that is fetched first
                    unwatched =
                        self.programs.inside.why_unwatched(&self.watcher).await.map_err(|error| lost(error.into()))?;
                    continue;
                }
                let (more_out, more_err) = said.outputs()?;
                out_at += more_out.len();
                err_at += more_err.len();
                if let Some(end) = said.end {
                    return Ok((end.of(&self.program), more_out, more_err));
                }
                // whoever does not listen any more is not waited for
                let _ = tokio::join!(err.write_all(&more_err), out.write_all(&more_out));
            }
        };
        let listen = async {
            let heard = match self.wall {
                // code inside can also tamper with whoever answers
                Some(wall) => tokio::time::timeout(wall, listen).await.unwrap_or_else(|_| {
                    Err(SandboxError::Gone("what watches programs did not end one that was over its time".to_owned()))
                }),
                None => listen.await,
            };
            heard.unwrap_or_else(|error| (Err(error), Vec::new(), Vec::new()))
        };
        let (ending, last_out, last_err) = {
            let talk = self.talk(input);
            tokio::pin!(listen, talk);
            tokio::select! {
                end = &mut listen => end,
                () = &mut talk => listen.await,
            }
        };
        self.over.store(true, Ordering::Release);
        self.programs.place.send_replace(Place::Free);
        // whoever waited may have gone; the streams may still be read
        drop(tell.send(ending));
        let _ = tokio::join!(err.write_all(&last_err), out.write_all(&last_out));
    }

    /// Hands on standard input until its end.
    async fn talk(&self, mut input: DuplexStream) {
        let mut at = 0;
        let mut part = vec![0; INPUT];
        loop {
            let Ok(length) = input.read(&mut part).await else { return };
            let data = BASE64.encode(part.get(..length).unwrap_or_default());
            let sent = json!({"run": self.run, "at": at, "data": data, "last": length == 0});
            let answer: Result<Value, AgentError> = self.programs.inside.ask("send", &sent).await;
            if answer.is_err() || length == 0 {
                // why it failed is seen where the program is listened to
                return;
            }
            at += length;
        }
    }
}

fn lost(error: AgentError) -> SandboxError {
    match error {
        AgentError::Refused(detail) => SandboxError::Gone(detail),
        AgentError::Lost(error) => error,
    }
}

/// Ends a program that nobody waits for any more.
struct Guard {
    programs: Arc<Programs>,
    run: u64,
    over: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.over.load(Ordering::Acquire) {
            return;
        }
        self.task.abort();
        self.programs.place.send_replace(Place::Ending);
        let (programs, run) = (self.programs.clone(), self.run);
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let _: Result<Value, AgentError> = programs.inside.ask("kill", &json!({ "run": run })).await;
                programs.place.send_replace(Place::Free);
            });
        }
    }
}
