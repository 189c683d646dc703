use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use clade_domain::RunId;
use clade_store::{Store, StoreError, StoreFuture};
use sqlx::{
    ConnectOptions, Connection, Row, Sqlite, SqlitePool,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqlitePoolOptions, SqliteRow},
};
use tokio::sync::Notify;

use crate::{
    SqliteOptions,
    carrier::Carrier,
    connect,
    fault::{fault, io_fault},
    lookup::Lookup,
    projection::Projection,
    recent::Recent,
    writer::Writer,
};

/// Every role in one SQLite file. Cheap to share behind an `Arc`; many tasks use it at once.
#[derive(Debug)]
pub struct SqliteStore {
    pub(crate) path: PathBuf,
    pub(crate) locks: PathBuf,
    pub(crate) writer: Writer,
    /// None where nothing can be written.
    carrier: Option<Carrier>,
    pub(crate) lookup: Lookup,
    pub(crate) projection: Projection,
    pub(crate) recent: Recent,
    readers: SqlitePool,
    /// Numbers of runs read before; a run never changes its number.
    numbers: Mutex<HashMap<RunId, i64>>,
}

/// Most numbers remembered, which keeps memory flat.
const MOST_NUMBERS: usize = 4096;

impl SqliteStore {
    /// Opens the database at `path`, makes it and its folder where there are none, and brings an older format up to
    /// date. Costs a few milliseconds: connections that read are opened when they are first needed. Must be called
    /// inside a tokio runtime, which then runs three tasks until [`Store::close`].
    ///
    /// # Errors
    /// `Newer` for a later version's database, `Corrupt` for anything that is no database of ours, `ReadOnly` where the
    /// file or its folder cannot be written, `Full` where the disk is full.
    pub async fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| io_fault(folder, "make the data folder", &error))?;
        let connection = connect::writing(path, &options).await?;
        let written = Arc::new(Notify::new());
        let writer = Writer::start(path.to_owned(), connection, written.clone());
        let carrier = Carrier::start(path.to_owned(), connect::carrying(path), written);
        Ok(Self { carrier: Some(carrier), ..Self::around(path, writer, connect::reading(path), &options) })
    }

    /// Opens the database at `path` for reading; writing too, where that is allowed. Where it is not, everything that writes is refused with
    /// `ReadOnly`, the family tree among it.
    ///
    /// # Errors
    /// As [`Self::open`]; `ReadOnly` also where the file alone is not the whole: an older format, or a log beside it.
    pub async fn open_to_read(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        match Self::open(path, options.clone()).await {
            Err(StoreError::ReadOnly { detail, .. }) if connect::still(path).await? => {
                let writer = Writer::refusing(path.to_owned(), detail);
                Ok(Self::around(path, writer, connect::reading_still(path), &options))
            }
            opened => opened,
        }
    }

    fn around(path: &Path, writer: Writer, reading: SqliteConnectOptions, options: &SqliteOptions) -> Self {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let readers = SqlitePoolOptions::new()
            .min_connections(0)
            .max_connections(options.readers.max(1))
            .test_before_acquire(false)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(Duration::from_secs(60))
            .connect_lazy_with(reading.clone());
        Self {
            path: path.to_owned(),
            locks: folder.join("locks"),
            writer,
            carrier: None,
            lookup: Lookup::start(path.to_owned(), reading),
            projection: Projection::new(path),
            recent: Recent::default(),
            readers,
            numbers: Mutex::default(),
        }
    }

    /// Reads the whole file and checks that its trees and indices are sound. Takes about a second per gigabyte.
    ///
    /// # Errors
    /// `Corrupt` with the first thing that is wrong.
    pub async fn integrity(&self) -> Result<(), StoreError> {
        let found = self.rows("check the database", sqlx::query("PRAGMA integrity_check(1)")).await?;
        let verdict: String = match found.first() {
            Some(row) => row.try_get(0).map_err(|error| fault(&self.path, "check the database", &error))?,
            None => "no verdict".into(),
        };
        if verdict == "ok" {
            return Ok(());
        }
        Err(StoreError::Corrupt { path: self.path.display().to_string(), detail: verdict })
    }

    /// Writes a copy of the whole database, as it is at one moment, while others go on reading and writing. Only its user can read it.
    ///
    /// # Errors
    /// `Exists` where there is a file of that name; otherwise what the file system or the database says.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::Exists { what: "file", name: to.display().to_string() });
        }
        let failed = |error| fault(to, "write the backup", &error);
        let mut connection = connect::copying(&self.path).connect().await.map_err(failed)?;
        connect::make_private(to);
        let copy = sqlx::query("VACUUM INTO ?").bind(to.display().to_string());
        if let Err(error) = copy.execute(&mut connection).await {
            // half a copy is none
            drop(std::fs::remove_file(to));
            return Err(failed(error));
        }
        connection.close().await.map_err(failed)
    }

    /// The rows of a query on a connection that only reads.
    pub(crate) async fn rows(
        &self,
        doing: &'static str,
        query: Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        query.fetch_all(&self.readers).await.map_err(|error| fault(&self.path, doing, &error))
    }

    /// One value out of a row.
    pub(crate) fn value<'r, T>(&self, row: &'r SqliteRow, column: usize) -> Result<T, StoreError>
    where
        T: sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>,
    {
        row.try_get(column).map_err(|error| fault(&self.path, "read a row", &error))
    }

    /// The number of a run that was created; `NotFound` where there is none.
    pub(crate) async fn number(&self, run: &RunId) -> Result<i64, StoreError> {
        let known = self.numbers.lock().unwrap_or_else(PoisonError::into_inner).get(run).copied();
        if let Some(number) = known {
            return Ok(number);
        }
        let query = sqlx::query("SELECT no FROM runs WHERE id = ?").bind(run.as_str());
        let rows = self.rows("find a run", query).await?;
        let row = rows.first().ok_or_else(|| StoreError::no_run(run))?;
        let number = self.value(row, 0)?;
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if numbers.len() >= MOST_NUMBERS {
            numbers.clear();
        }
        numbers.insert(run.clone(), number);
        Ok(number)
    }
}

impl Store for SqliteStore {
    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(async {
            let carrier = async {
                if let Some(carrier) = &self.carrier {
                    carrier.close().await;
                }
            };
            tokio::join!(self.lookup.close(), self.readers.close(), self.projection.close(), carrier);
            // the writer last: the last connection to close carries the log into the file
            self.writer.close().await;
            Ok(())
        })
    }
}
