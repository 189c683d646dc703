use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use clade_sandbox::{Command, Sandbox, Time};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    sync::oneshot,
    task::JoinHandle,
};

use crate::FakeError;

const TOOLBOX: &str = include_str!("toolbox.py");

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// The toolbox inside one sandbox. Dropping it ends everything that it started.
pub(crate) struct Toolbox {
    stdin: tokio::sync::Mutex<std::pin::Pin<Box<dyn AsyncWrite + Send>>>,
    waiting: Waiting,
    next: AtomicU64,
    listening: JoinHandle<()>,
}

impl Toolbox {
    pub(crate) async fn start(jail: &dyn Sandbox, python: &str) -> Result<Self, FakeError> {
        let command = Command::new([python, "-I", "-u", "-c", TOOLBOX]).time(Time::Session);
        let execution = jail.start(&command).await?;
        execution.stdout.allow(u64::MAX);
        let waiting = Waiting::default();
        let answered = waiting.clone();
        let (stdout, stderr, ending) = (execution.stdout, execution.stderr, execution.ending);
        let listening = tokio::spawn(async move {
            tokio::select! {
                () = listen(stdout, &answered) => {}
                () = read_away(stderr) => {}
                _ = ending => {}
            }
            // whoever still waits is told by this that nobody answers
            answered.lock().unwrap_or_else(PoisonError::into_inner).clear();
        });
        Ok(Self { stdin: tokio::sync::Mutex::new(execution.stdin), waiting, next: AtomicU64::new(0), listening })
    }

    /// The answer to a request; `None` where the sandbox went away.
    pub(crate) async fn ask(&self, operation: &str, arguments: Value) -> Option<Value> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (tell, told) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, tell);
        let line = json!({"id": id, "operation": operation, "arguments": arguments}).to_string() + "\n";
        let sent = {
            let mut stdin = self.stdin.lock().await;
            stdin.write_all(line.as_bytes()).await.is_ok()
        };
        if !sent || self.listening.is_finished() {
            return None;
        }
        told.await.ok()
    }
}

impl Toolbox {
    /// Ends everything that it started. Whoever still waits for an answer is told that nobody gives one.
    pub(crate) fn end(&self) {
        self.listening.abort();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for Toolbox {
    fn drop(&mut self) {
        self.end();
    }
}

async fn listen(stdout: impl AsyncRead + Unpin, waiting: &Waiting) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(mut message) = serde_json::from_str::<Value>(&line) else { continue };
        let Some(id) = message["id"].as_u64() else { continue };
        let tell = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(tell) = tell {
            // whoever asked may have gone
            drop(tell.send(message["answer"].take()));
        }
    }
}

/// Reads what nobody wants, so that nobody waits for a reader.
async fn read_away(mut stderr: clade_sandbox::Output) {
    use tokio::io::AsyncReadExt;
    let mut part = [0; 4096];
    loop {
        stderr.allow(u64::MAX);
        match stderr.read(&mut part).await {
            Ok(length) if length > 0 => {}
            _ => std::future::pending::<()>().await,
        }
    }
}
