use std::num::NonZero;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use super::tail::Tail;
use super::{BadLine, Call, CallError, FromInside, Lines, ModelHost, Source, ToInside};
use crate::{AtWork, Command, Ended, Ending, InsidePath, Language, Limit, Limits, Output, Sandbox, SandboxError, Time};

const PYTHON: &str = include_str!("runner.py");
const JAVASCRIPT: &str = include_str!("runner.js");

/// How many model calls of one call may be under way; more wait inside.
const ASKS_AT_ONCE: usize = 16;

/// The longest request to a model, in bytes of JSON: what the longest contexts of models hold. More than that is not held at once for one
/// call, but for the last of its requests.
const LONGEST_ASK: usize = 8 * 1024 * 1024;
/// How a request to a model begins, as both runners write it.
const ASK: &[u8] = b"{\"ask\":";

/// When processor time is looked at for the first time in a call, and the shortest pause between two looks.
const FIRST_LOOK: Duration = Duration::from_millis(250);
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// A call that took less has started no process: that takes longer.
const STARTING_A_PROCESS: Duration = Duration::from_micros(200);

/// How long an interpreter may take to start, where calls may not take longer. An idle machine needs less than a tenth of a second.
const STARTING: Duration = Duration::from_secs(30);

/// An interpreter in a sandbox that waits for calls. One call at a time.
pub struct Runner {
    sandbox: Box<dyn Sandbox>,
    command: Command,
    stdin: Pin<Box<dyn AsyncWrite + Send>>,
    lines: Lines<Output>,
    stderr: Output,
    ending: BoxFuture<'static, Result<Ending, SandboxError>>,
    limits: Limits,
    calls: u64,
    said: Tail,
    /// Files that calls may not change, and what they were.
    guarded: Option<(Vec<InsidePath>, Value)>,
    /// Something was meant for the inside that it did not take.
    spoiled: bool,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner")
            .field("sandbox", &self.sandbox.id())
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}

/// What a call brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    /// What the function returned.
    pub value: Value,
    /// The end of what it printed.
    pub said: String,
}

/// The number of a request to a model, its length, and what came of it.
type Answered = (u64, usize, Result<String, String>);

/// What happens next in a call.
enum Next {
    Message(FromInside),
    OutputEnded,
    Sent,
    Said(usize),
    Answered(Answered),
}

impl Runner {
    /// Starts an interpreter in a sandbox and waits until it takes calls.
    ///
    /// # Errors
    /// [`CallError::Sandbox`] where it cannot be started, [`CallError::Died`] where it does not work.
    pub async fn start(
        sandbox: Box<dyn Sandbox>,
        language: Language,
        program: &Path,
        limits: Limits,
    ) -> Result<Self, CallError> {
        let program = program.to_string_lossy().into_owned();
        let command = match language {
            Language::Python => Command::new([program.as_str(), "-I", "-c", PYTHON]),
            // its own idea of a heap's size comes from the machine's memory
            Language::JavaScript => {
                let heap = format!("--max-old-space-size={}", limits.memory_mb / 4 * 3);
                Command::new([program.as_str(), heap.as_str(), "-e", JAVASCRIPT])
            }
        };
        let command = command.time(Time::Session);
        let execution = sandbox.start(&command).await?;
        let mut runner = Self {
            sandbox,
            command,
            stdin: execution.stdin,
            lines: lines(execution.stdout, &limits),
            stderr: execution.stderr,
            ending: execution.ending,
            limits,
            calls: 0,
            said: Tail::default(),
            guarded: None,
            spoiled: false,
        };
        runner.greet().await.map(|()| runner)
    }

    async fn greet(&mut self) -> Result<(), CallError> {
        match self.exchange(None, &super::NoModels).await? {
            FromInside::Ready {} => Ok(()),
            _ => Err(CallError::Channel("an answer before it was ready".to_owned())),
        }
    }

    /// Ends the interpreter and everything that was started from it, and starts another one in the same sandbox.
    async fn restart(&mut self) -> Result<(), CallError> {
        self.ending = Box::pin(std::future::pending());
        let execution = self.sandbox.start(&self.command).await?;
        self.stdin = execution.stdin;
        self.lines = lines(execution.stdout, &self.limits);
        self.stderr = execution.stderr;
        self.ending = execution.ending;
        self.greet().await?;
        if let Some((files, were)) = self.guarded.take() {
            let are = self.look_at(&files).await?;
            self.spoiled |= are != were;
            self.guarded = Some((files, were));
        }
        Ok(())
    }

    /// Has these files looked at before each call from here on: where one was taken away or changed, calls end with [`CallError::Changed`]. It is seen by what the
    /// system says of a file, its time among it, and not by its content.
    ///
    /// # Errors
    /// As [`Runner::start`].
    pub async fn guard(&mut self, files: Vec<InsidePath>) -> Result<(), CallError> {
        let are = self.look_at(&files).await?;
        self.guarded = Some((files, are));
        Ok(())
    }

    async fn look_at(&mut self, files: &[InsidePath]) -> Result<Value, CallError> {
        self.calls += 1;
        let request = ToInside::Guard { id: self.calls, files: files.to_vec() };
        match self.exchange(Some(&request), &super::NoModels).await? {
            FromInside::Returned { id, value } if id == self.calls => Ok(value),
            _ => Err(CallError::Channel("an answer to a request that is not under way".to_owned())),
        }
    }

    /// Its sandbox, to put files into.
    #[must_use]
    pub fn sandbox(&self) -> &dyn Sandbox {
        &*self.sandbox
    }

    /// Calls a function. Processor time, wall time without the waiting for models, and output are limited for each call anew. Processes that it
    /// leaves behind are ended, and the interpreter with them: the next call has a new one.
    ///
    /// # Errors
    /// [`CallError`]; unless it [leaves the runner](CallError::leaves_the_runner), no other call will succeed. The same holds when
    /// the future is dropped before its end.
    pub async fn call(&mut self, call: &Call, host: &dyn ModelHost) -> Result<Returned, CallError> {
        self.calls += 1;
        let request = ToInside::Call { id: self.calls, call: call.clone() };
        self.ask(&request, host).await
    }

    /// Finds a function without calling it: the code of an inline one parses, a file can be loaded and has it.
    ///
    /// # Errors
    /// As [`Runner::call`]; [`CallError::Failed`] where there is no such function.
    pub async fn find(&mut self, source: &Source) -> Result<(), CallError> {
        self.calls += 1;
        let request = ToInside::Find { id: self.calls, source: source.clone() };
        self.ask(&request, &super::NoModels).await.map(drop)
    }

    async fn ask(&mut self, request: &ToInside, host: &dyn ModelHost) -> Result<Returned, CallError> {
        let (begun, asked) = (Instant::now(), self.calls);
        let message = self.exchange(Some(request), host).await?;
        let mut said = self.said.take();
        if begun.elapsed() >= STARTING_A_PROCESS && !self.spoiled {
            let left = self.end_what_is_left().await;
            self.spoiled |= left.is_err();
            if let Ok(left @ 1..) = left {
                said.push_str(&format!(
                    "[ended with the call: {left} processes that it had left behind, and its interpreter]\n"
                ));
            }
        }
        match message {
            FromInside::Returned { id, value } if id == asked => Ok(Returned { value, said }),
            FromInside::Failed { id, message, trace } if id == asked => Err(CallError::Failed { message, trace }),
            FromInside::Changed { id, path } if id == asked => Err(CallError::Changed(path)),
            _ => Err(CallError::Channel("an answer to a call that is not under way".to_owned())),
        }
    }

    /// How many processes beside the interpreter a call has left behind; it ends with them.
    async fn end_what_is_left(&mut self) -> Result<u32, CallError> {
        let left = self.sandbox.at_work().await?.processes.saturating_sub(1);
        if left > 0 {
            self.restart().await?;
        }
        Ok(left)
    }

    /// Whether it can take another call after one that returned or failed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.spoiled
    }

    /// Ends the interpreter and its sandbox.
    ///
    /// # Errors
    /// As [`Sandbox::destroy`].
    pub async fn destroy(self) -> Result<(), SandboxError> {
        self.sandbox.destroy().await
    }

    /// Sends a request and serves model calls until something else comes back.
    async fn exchange(&mut self, request: Option<&ToInside>, host: &dyn ModelHost) -> Result<FromInside, CallError> {
        let mut answers = FuturesUnordered::new();
        let result = self.serve(request, host, &mut answers).await;
        // what is being paid for is not thrown away, though nobody inside waits for it any more
        while answers.next().await.is_some() {}
        result
    }

    async fn serve<'h>(
        &mut self,
        request: Option<&ToInside>,
        host: &'h dyn ModelHost,
        answers: &mut FuturesUnordered<BoxFuture<'h, Answered>>,
    ) -> Result<FromInside, CallError> {
        self.lines.get_ref().allow(self.limits.output_bytes());
        self.said.take();
        let mut outbox = BytesMut::new();
        if let Some(request) = request {
            enqueue(&mut outbox, request)?;
        }
        let (mut asked, mut held) = (0, 0);
        let mut given_up = host.given_up();
        let (mut read, mut listen) = (true, true);
        let mut chunk = [0; 4096];
        let over = over_the_processor_time(&*self.sandbox, &self.limits);
        tokio::pin!(over);
        let mut left = match request {
            Some(ToInside::Call { .. } | ToInside::Find { .. }) => self.limits.wall(),
            // a short limit is meant for calls
            _ => self.limits.wall().max(STARTING),
        };
        loop {
            let since = Instant::now();
            let waits_for_models = !answers.is_empty();
            let next = tokio::select! {
                biased;
                () = &mut given_up => return Err(CallError::GivenUp),
                // before the message that it was printed before
                said = self.stderr.read(&mut chunk), if listen => match said {
                    Ok(length) => Next::Said(length),
                    Err(_) => return Err(CallError::Limit(Limit::Output)),
                },
                message = self.lines.next(), if read && answers.len() < ASKS_AT_ONCE && held < LONGEST_ASK => match message {
                    Ok(Some(message)) => Next::Message(message),
                    Ok(None) => Next::OutputEnded,
                    Err(BadLine::TooLong { longest }) if self.lines.is_another() => return Err(CallError::Request { most: longest }),
                    Err(bad) if bad.is_too_much() => return Err(CallError::Limit(Limit::Output)),
                    Err(bad) => return Err(CallError::Channel(bad.to_string())),
                },
                sent = self.stdin.write_buf(&mut outbox), if outbox.has_remaining() => {
                    if sent.is_err() {
                        // nobody reads any more: the ending says why
                        outbox.clear();
                    }
                    Next::Sent
                }
                Some(answered) = answers.next(), if waits_for_models => Next::Answered(answered),
                ending = &mut self.ending => return Err(died(ending, listen.then_some(&mut self.stderr), &mut self.said).await),
                error = &mut over => return Err(error),
                () = tokio::time::sleep(left), if !waits_for_models => return Err(CallError::Limit(Limit::Wall)),
            };
            if !waits_for_models {
                left = left.saturating_sub(since.elapsed());
            }
            match next {
                Next::Message(FromInside::Ask { id, ask }) => {
                    asked += 1;
                    let (granted, length) = (asked <= host.most_asks(), self.lines.length());
                    if granted {
                        // what a program says to its model is none of its output
                        self.lines.get_ref().allow(self.limits.output_bytes());
                    } else {
                        self.count(length)?;
                    }
                    held += length;
                    answers.push(Box::pin(async move {
                        let answer = if granted { host.chat(ask).await } else { Err(too_many(host)) };
                        (id, length, answer)
                    }));
                }
                Next::Message(message) => {
                    self.count(self.lines.length())?;
                    // half a line in the pipe would be taken for the beginning of the next one
                    self.spoiled = outbox.has_remaining();
                    return Ok(message);
                }
                Next::OutputEnded => read = false,
                Next::Sent => {}
                Next::Said(0) => listen = false,
                Next::Said(length) => self.said.push(chunk.get(..length).unwrap_or_default()),
                Next::Answered((id, length, answer)) => {
                    held -= length;
                    let answer = match answer {
                        Ok(text) => ToInside::Answer { id, text },
                        Err(reason) => ToInside::Refusal { id, reason },
                    };
                    enqueue(&mut outbox, &answer)?;
                }
            }
        }
    }

    /// Counts what was read and is no request to a model.
    fn count(&self, length: usize) -> Result<(), CallError> {
        let within = self.lines.get_ref().count(length as u64);
        within.then_some(()).ok_or(CallError::Limit(Limit::Output))
    }
}

fn lines(stdout: Output, limits: &Limits) -> Lines<Output> {
    let longest = usize::try_from(limits.output_bytes()).unwrap_or(usize::MAX);
    Lines::new(stdout.counted_by_its_reader(), longest).but(ASK, longest.max(LONGEST_ASK))
}

async fn died(ending: Result<Ending, SandboxError>, stderr: Option<&mut Output>, said: &mut Tail) -> CallError {
    // everything inside is dead, so its last words have an end
    let mut rest = Vec::new();
    if let Some(stderr) = stderr {
        let _ = tokio::time::timeout(Duration::from_secs(1), stderr.read_to_end(&mut rest)).await;
    }
    said.push(&rest);
    match ending {
        Ok(Ending { ended: Ended::Limit(limit), .. }) => CallError::Limit(limit),
        Ok(Ending { ended, .. }) => CallError::Died { ended, said: said.take().trim().to_owned() },
        Err(error) => CallError::Sandbox(error),
    }
}

/// Ready once more processor time was used than one call may. Most calls are over before anybody looks; the next look comes no sooner than the limit
/// can be reached.
async fn over_the_processor_time(sandbox: &dyn Sandbox, limits: &Limits) -> CallError {
    let most = Duration::from_secs(limits.cpu_seconds.into());
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let at_once = u32::try_from(processors).unwrap_or(u32::MAX).min(limits.processes).max(1);
    let mut begun = None;
    let mut pause = FIRST_LOOK;
    loop {
        tokio::time::sleep(pause).await;
        let now = match sandbox.at_work().await {
            Ok(AtWork { cpu, .. }) => cpu,
            Err(error) => return CallError::Sandbox(error),
        };
        let used = now.saturating_sub(*begun.get_or_insert(now));
        if used > most {
            return CallError::Limit(Limit::Cpu);
        }
        pause = ((most - used) / at_once).max(SHORTEST_PAUSE);
    }
}

fn too_many(host: &dyn ModelHost) -> String {
    format!("this call has asked models {} times, and more is not allowed", host.most_asks())
}

fn enqueue(outbox: &mut BytesMut, message: &ToInside) -> Result<(), CallError> {
    let text = serde_json::to_vec(message).map_err(|error| CallError::Channel(error.to_string()))?;
    outbox.extend_from_slice(&text);
    outbox.extend_from_slice(b"\n");
    Ok(())
}
