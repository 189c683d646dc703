use std::{fs, io::Read, path::Path, time::Duration};

use clade_store::StoreError;
use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    Durability, SqliteOptions,
    fault::{fault, io_fault},
};

/// How long a process waits for another one's transaction.
const PATIENCE: Duration = Duration::from_secs(20);
const PAGE_BYTES: u64 = 4096;

/// The connection that writes. It makes the file where there is none.
pub(crate) async fn writing(path: &Path, options: &SqliteOptions) -> Result<SqliteConnection, StoreError> {
    looks_like_sqlite(path)?;
    let synchronous = match options.durability {
        Durability::Normal => SqliteSynchronous::Normal,
        Durability::Full => SqliteSynchronous::Full,
    };
    let mut connect = common(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        // 4 MB of pages, and a log of about 16 MB before it is carried into the file
        .pragma("cache_size", "-4096")
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864");
    if let Some(bytes) = options.max_bytes {
        connect = connect.pragma("max_page_count", (bytes / PAGE_BYTES).max(1).to_string());
    }
    connect.connect().await.map_err(|error| fault(path, "open the database", &error))
}

/// How connections that only read are opened.
pub(crate) fn reading(path: &Path) -> SqliteConnectOptions {
    common(path).pragma("query_only", "ON").pragma("cache_size", "-2048").row_buffer_size(512)
}

fn common(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(false)
        .busy_timeout(PATIENCE)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// Refuses a file that is something else before SQLite touches it.
fn looks_like_sqlite(path: &Path) -> Result<(), StoreError> {
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_fault(path, "open the database", &error)),
    };
    let mut head = Vec::new();
    file.by_ref().take(16).read_to_end(&mut head).map_err(|error| io_fault(path, "read the database", &error))?;
    if head.is_empty() || head == b"SQLite format 3\0" {
        return Ok(());
    }
    let detail = "the file does not begin as a SQLite database does".to_owned();
    Err(StoreError::Corrupt { path: path.display().to_string(), detail })
}
