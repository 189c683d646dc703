use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use clade_store::StoreError;
use sqlx::{Connection, SqliteConnection};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    ids::Ids,
    transaction::{Outcome, Transaction},
    work::Work,
};
use crate::{fault::fault, pace::Pace};

/// Most pieces of work that wait.
const MOST: usize = 1024;

struct Job {
    work: Work,
    reply: oneshot::Sender<Outcome>,
}

enum Message {
    Job(Job),
    Close,
}

impl Message {
    /// Trials and answers come in crowds, everything else by itself.
    fn is_alone(&self) -> bool {
        match self {
            Self::Job(Job { work: Work::Append { entries, .. }, .. }) => {
                entries.iter().any(|entry| &*entry.kind != "trial_finished")
            }
            Self::Job(job) => !matches!(job.work, Work::Answer(_)),
            Self::Close => true,
        }
    }
}

/// The way to the writing task.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
    task: Mutex<Option<JoinHandle<()>>>,
    /// Why nothing can be written, where that is so from the start.
    refusal: Option<(PathBuf, String)>,
}

impl Writer {
    /// One that refuses everything: the file may only be read.
    pub fn refusing(path: PathBuf, detail: String) -> Self {
        let (queue, _) = mpsc::channel(1);
        Self { queue, task: Mutex::default(), refusal: Some((path, detail)) }
    }

    /// Starts the task on its connection. `written` is told of each round.
    pub fn start(path: PathBuf, connection: SqliteConnection, written: Arc<Notify>) -> Self {
        let (queue, waiting) = mpsc::channel(MOST);
        let task = Task { path, connection, written, ids: Ids::default(), transactions: 0 };
        Self { queue, task: Mutex::new(Some(tokio::spawn(task.run(waiting)))), refusal: None }
    }

    /// Ready when the work is committed. Dropping the future abandons the answer, never the work.
    pub async fn write(&self, work: Work) -> Outcome {
        if let Some((path, detail)) = &self.refusal {
            return Err(StoreError::ReadOnly { path: path.display().to_string(), detail: detail.clone() });
        }
        let (reply, done) = oneshot::channel();
        self.queue.send(Message::Job(Job { work, reply })).await.map_err(|_| closed())?;
        done.await.map_err(|_| closed())?
    }

    /// Waits until everything accepted is committed, and ends the task. Again: nothing.
    pub async fn close(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // an error here means that the task has ended already
            drop(self.queue.send(Message::Close).await);
            drop(task.await);
        }
    }
}

fn closed() -> StoreError {
    StoreError::Backend { doing: "write", detail: "it is closed".into() }
}

struct Task {
    path: PathBuf,
    connection: SqliteConnection,
    written: Arc<Notify>,
    ids: Ids,
    transactions: u64,
}

impl Task {
    async fn run(mut self, mut waiting: mpsc::Receiver<Message>) {
        let mut messages = Vec::with_capacity(MOST);
        let mut pace = Pace::new();
        while pace.gather(&mut waiting, &mut messages, Message::is_alone).await > 0 {
            let mut jobs = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Job(job) => jobs.push(job),
                    // nothing new is taken from here on; what was accepted is still written
                    Message::Close => waiting.close(),
                }
            }
            self.carry_out(jobs).await;
            self.written.notify_one();
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(store.path = %self.path.display(), %error, "the database was not closed in order");
        }
    }

    async fn carry_out(&mut self, jobs: Vec<Job>) {
        match self.transact(jobs.iter().map(|job| &job.work)).await {
            Ok(outcomes) => jobs.into_iter().zip(outcomes).for_each(|(job, outcome)| answer(job.reply, outcome)),
            // also for a single one: what was remembered of its run may have been stale, and is forgotten now
            Err(error) if may_be_one_piece(&error) => {
                for Job { work, reply } in jobs {
                    let alone = self.transact(std::iter::once(&work)).await;
                    let outcome = alone.map(|mut outcomes| outcomes.pop().unwrap_or(Ok(0)));
                    answer(reply, outcome.unwrap_or_else(|error| Err(self.fault(&error))));
                }
            }
            Err(error) => jobs.into_iter().for_each(|job| answer(job.reply, Err(self.fault(&error)))),
        }
    }

    async fn transact<'w>(&mut self, works: impl Iterator<Item = &'w Work>) -> Result<Vec<Outcome>, sqlx::Error> {
        self.transactions += 1;
        self.ids.trim();
        Transaction::new(&mut self.connection, &mut self.ids, self.transactions).run(works).await
    }

    fn fault(&self, error: &sqlx::Error) -> StoreError {
        fault(&self.path, "write", error)
    }
}

/// Nobody listens where the caller gave up; the work is done all the same.
fn answer(reply: oneshot::Sender<Outcome>, outcome: Outcome) {
    drop(reply.send(outcome));
}

/// Whether the pieces may fare better one by one: the disk is full, a value is too big, or a key is taken.
fn may_be_one_piece(error: &sqlx::Error) -> bool {
    const FULL: i32 = 13;
    const TOO_BIG: i32 = 18;
    const CONSTRAINT: i32 = 19;
    let code = error.as_database_error().and_then(|e| e.code()).and_then(|code| code.parse::<i32>().ok());
    matches!(code.map(|code| code & 0xff), Some(FULL | TOO_BIG | CONSTRAINT))
}
