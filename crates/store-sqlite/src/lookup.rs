use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{LazyLock, Mutex, PoisonError},
};

use clade_domain::ContentHash;
use clade_store::{PaidAnswer, StoreError};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    fault::fault,
    pace::Pace,
    roles::{ANSWER_COLUMNS, read_answer},
    rows::Values,
};

/// Most callers that wait.
const MOST: usize = 1024;

type Found = Result<Vec<Option<PaidAnswer>>, StoreError>;

enum Message {
    Ask { keys: Vec<ContentHash>, reply: oneshot::Sender<Found> },
    Close,
}

/// The way to the task that looks answers up. It takes what waits and serves it with one query, so that ten thousand
/// callers a second do not make ten thousand queries.
#[derive(Debug)]
pub(crate) struct Lookup {
    queue: mpsc::Sender<Message>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Lookup {
    /// Starts the task. It connects when it is first asked.
    pub fn start(path: PathBuf, connect: SqliteConnectOptions) -> Self {
        let (queue, waiting) = mpsc::channel(MOST);
        let task = Task { path, connect, connection: None };
        Self { queue, task: Mutex::new(Some(tokio::spawn(task.run(waiting)))) }
    }

    /// The answers with these keys, in order.
    pub async fn find(&self, keys: Vec<ContentHash>) -> Found {
        let (reply, found) = oneshot::channel();
        self.queue.send(Message::Ask { keys, reply }).await.map_err(|_| closed())?;
        found.await.map_err(|_| closed())?
    }

    /// Serves who waits, and ends the task. Again: nothing.
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
    StoreError::Backend { doing: "look up answers", detail: "it is closed".into() }
}

struct Task {
    path: PathBuf,
    connect: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
}

impl Task {
    async fn run(mut self, mut waiting: mpsc::Receiver<Message>) {
        let mut messages = Vec::with_capacity(MOST);
        let mut pace = Pace::new();
        while pace.gather(&mut waiting, &mut messages, |message| matches!(message, Message::Close)).await > 0 {
            let mut asks = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Ask { keys, reply } => asks.push((keys, reply)),
                    Message::Close => waiting.close(),
                }
            }
            self.serve(asks).await;
        }
        if let Some(connection) = self.connection {
            drop(connection.close().await);
        }
    }

    async fn serve(&mut self, asks: Vec<(Vec<ContentHash>, oneshot::Sender<Found>)>) {
        let keys: Vec<ContentHash> = asks.iter().flat_map(|(keys, _)| keys).copied().collect();
        let found = self.query(&keys).await;
        for (keys, reply) in asks {
            let own = match &found {
                Ok(found) => Ok(keys.iter().map(|key| found.get(key).cloned()).collect()),
                Err(error) => Err(fault(&self.path, "look up answers", error)),
            };
            // nobody listens where the caller gave up
            drop(reply.send(own));
        }
    }

    async fn query(&mut self, keys: &[ContentHash]) -> Result<HashMap<ContentHash, PaidAnswer>, sqlx::Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.connect.connect().await?),
        };
        let mut found = HashMap::new();
        let mut rest = keys;
        while !rest.is_empty() {
            let (size, sql) = statement(rest.len());
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            let mut values = Values::default();
            chunk.iter().try_for_each(|key| values.hash(*key))?;
            let rows = sqlx::query_with(sql, values.into_inner()).fetch_all(&mut *connection).await?;
            for row in &rows {
                let answer = read_answer(row)?;
                found.insert(answer.key, answer);
            }
            rest = after;
        }
        Ok(found)
    }
}

/// The smallest prepared statement that takes so many keys, or the largest. Places without a key are NULL, which equals
/// nothing.
fn statement(keys: usize) -> (usize, &'static str) {
    static STATEMENTS: LazyLock<[(usize, String); 4]> = LazyLock::new(|| {
        [1, 8, 32, 128].map(|size| {
            let places = vec!["?"; size].join(", ");
            (size, format!("SELECT {ANSWER_COLUMNS} WHERE answers.key IN ({places})"))
        })
    });
    let [.., largest] = &*STATEMENTS;
    let (size, sql) = STATEMENTS.iter().find(|(size, _)| *size >= keys).unwrap_or(largest);
    (*size, sql)
}
