use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{sync::Notify, task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;

/// How long after a write the log is carried into the file, at most so often.
const AFTER: Duration = Duration::from_millis(500);

/// Carries the log into the file while others go on reading and writing: what a power cut may take is then the last second, and closing has
/// little left to do. On a connection of its own, which is opened when there is something to carry for the first time.
#[derive(Debug)]
pub(crate) struct Carrier {
    ending: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Carrier {
    /// Starts the task; `written` is told of each round of writing.
    pub fn start(path: PathBuf, connect: SqliteConnectOptions, written: Arc<Notify>) -> Self {
        let ending = CancellationToken::new();
        let task = tokio::spawn(carry(path, connect, written, ending.clone()));
        Self { ending, task: Mutex::new(Some(task)) }
    }

    /// Ends the task. Again: nothing.
    pub async fn close(&self) {
        self.ending.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // an error here means that the task has ended already
            drop(task.await);
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.ending.cancel();
    }
}

async fn carry(path: PathBuf, connect: SqliteConnectOptions, written: Arc<Notify>, ending: CancellationToken) {
    let mut connection = None;
    let due = async || {
        written.notified().await;
        sleep(AFTER).await;
    };
    while ending.run_until_cancelled(due()).await.is_some() {
        // whoever commits carries the log too once it is long, and whoever closes last: a failure costs time, nothing else
        if let Err(error) = checkpoint(&mut connection, &connect).await {
            tracing::debug!(store.path = %path.display(), %error, "the log was not carried into the file");
        }
    }
    if let Some(connection) = connection {
        drop(connection.close().await);
    }
}

/// As far as readers allow, without waiting for anybody: <https://www.sqlite.org/pragma.html#pragma_wal_checkpoint>.
async fn checkpoint(
    connection: &mut Option<SqliteConnection>,
    connect: &SqliteConnectOptions,
) -> Result<(), sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        none => none.insert(connect.connect().await?),
    };
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await.map(drop)
}
