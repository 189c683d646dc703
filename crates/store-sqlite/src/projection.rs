use std::path::{Path, PathBuf};

use clade_lineage::LINEAGE_FORMAT;
use clade_store::StoreError;
use sqlx::{ConnectOptions, Connection, Executor, Row, SqliteConnection};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard, OnceCell};

use crate::{connect, fault::fault};

const SCHEMA: &str = include_str!("lineage.sql");
const DROP: &str = "DROP VIEW IF EXISTS lineage_readable; DROP TABLE IF EXISTS lineage_edges; DROP TABLE IF EXISTS lineage_nodes; \
                    DROP TABLE IF EXISTS lineage_runs; DROP TABLE IF EXISTS lineage_format; DROP TABLE IF EXISTS trial_index; \
                    DROP TABLE IF EXISTS trial_index_runs;";

/// The connection that keeps the family tree. It is not the writer's, so that a batch of the tree never fails or delays a batch of
/// a run by more than its own transaction; it is opened by whoever asks first.
#[derive(Debug)]
pub(crate) struct Projection {
    path: PathBuf,
    connection: OnceCell<Mutex<Option<SqliteConnection>>>,
}

impl Projection {
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), connection: OnceCell::new() }
    }

    /// The connection, with the tree's tables in this version's format: another version's are dropped, and filled anew by reading.
    pub async fn connection(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>, StoreError> {
        let open = async || {
            let mut connection = connect::projecting(&self.path).connect().await.map_err(|error| self.fault(&error))?;
            self.make(&mut connection).await?;
            Ok(Mutex::new(Some(connection)))
        };
        let guard = self.connection.get_or_try_init(open).await?.lock().await;
        let closed = |_| StoreError::Backend { doing: "keep the family tree", detail: "it is closed".into() };
        MutexGuard::try_map(guard, Option::as_mut).map_err(closed)
    }

    /// Makes sure that the tables are there: for who only reads them.
    pub async fn ready(&self) -> Result<(), StoreError> {
        match self.connection.initialized() {
            true => Ok(()),
            false => self.connection().await.map(drop),
        }
    }

    async fn make(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        if self.format(connection).await? == Some(i64::from(LINEAGE_FORMAT)) {
            return Ok(());
        }
        let failed = |error| self.fault(&error);
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        // read again: another process may have been first while this one waited for the transaction
        if self.format(&mut transaction).await? != Some(i64::from(LINEAGE_FORMAT)) {
            sqlx::raw_sql(DROP).execute(&mut *transaction).await.map_err(failed)?;
            sqlx::raw_sql(SCHEMA).execute(&mut *transaction).await.map_err(failed)?;
            let mark = sqlx::query("INSERT INTO lineage_format (format) VALUES (?)").bind(LINEAGE_FORMAT);
            mark.execute(&mut *transaction).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn format(&self, connection: &mut SqliteConnection) -> Result<Option<i64>, StoreError> {
        let there = "SELECT count(*) FROM sqlite_schema WHERE name = 'lineage_format'";
        let row = connection.fetch_one(there).await.map_err(|error| self.fault(&error))?;
        if row.get::<i64, _>(0) == 0 {
            return Ok(None);
        }
        let row =
            connection.fetch_optional("SELECT format FROM lineage_format").await.map_err(|error| self.fault(&error))?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Forgets everything that is kept.
    pub async fn clear(&self) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        let sql =
            "BEGIN IMMEDIATE; DELETE FROM lineage_edges; DELETE FROM lineage_nodes; DELETE FROM lineage_runs; COMMIT";
        sqlx::raw_sql(sql).execute(&mut *connection).await.map(drop).map_err(|error| self.fault(&error))
    }

    /// Closes the connection, if it was opened. The writer closes after it and carries the log into the file.
    pub async fn close(&self) {
        if let Some(connection) = self.connection.get() {
            // an error here means that it is closed already: every batch was committed by itself
            if let Some(connection) = connection.lock().await.take() {
                drop(connection.close().await);
            }
        }
    }

    pub fn fault(&self, error: &sqlx::Error) -> StoreError {
        fault(&self.path, "keep the family tree", error)
    }
}
