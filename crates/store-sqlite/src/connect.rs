use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use clade_store::StoreError;
use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    Durability, SqliteOptions,
    fault::{fault, io_fault},
    migrate::APPLICATION_ID,
};

/// How long a process waits for another one's transaction.
const PATIENCE: Duration = Duration::from_secs(20);
const PAGE_BYTES: u64 = 4096;

/// The header of a database file, from <https://www.sqlite.org/fileformat.html#the_database_header>.
const HEADER_BYTES: u64 = 100;
const APPLICATION_ID_AT: usize = 68;

/// The connection that writes. It makes the file where there is none.
pub(crate) async fn writing(path: &Path, options: &SqliteOptions) -> Result<SqliteConnection, StoreError> {
    looks_like_ours(path)?;
    let synchronous = match options.durability {
        Durability::Normal => SqliteSynchronous::Normal,
        Durability::Full => SqliteSynchronous::Full,
    };
    let mut connect = common(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .statement_cache_capacity(64)
        // 4 MB of pages; a log of about 32 MB before it is carried into the file: hot pages are then carried once, not often
        .pragma("cache_size", "-4096")
        .pragma("wal_autocheckpoint", "8000")
        .pragma("journal_size_limit", "67108864");
    if let Some(bytes) = options.max_bytes {
        connect = connect.pragma("max_page_count", (bytes / PAGE_BYTES).max(1).to_string());
    }
    connect.connect().await.map_err(|error| fault(path, "open the database", &error))
}

/// How connections that only read are opened, each with its own cache of about 3 MB.
pub(crate) fn reading(path: &Path) -> SqliteConnectOptions {
    common(path).pragma("query_only", "ON").pragma("cache_size", "-3072").row_buffer_size(512)
}

fn common(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(false)
        .busy_timeout(PATIENCE)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// Refuses a file that is something else before SQLite touches it: asking for a write-ahead log already changes it.
fn looks_like_ours(path: &Path) -> Result<(), StoreError> {
    let failed = |error| io_fault(path, "read the database", &error);
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let corrupt =
        |detail: &str| Err(StoreError::Corrupt { path: path.display().to_string(), detail: detail.to_owned() });
    let mut head = Vec::new();
    file.by_ref().take(HEADER_BYTES).read_to_end(&mut head).map_err(failed)?;
    if head.is_empty() {
        return Ok(());
    }
    if !head.starts_with(b"SQLite format 3\0") {
        return corrupt("the file does not begin as a SQLite database does");
    }
    // until a log is carried into the file for the first time, our mark may be in the log alone: then SQLite must read it
    let mark = head
        .get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4)
        .map_or(0, |bytes| bytes.iter().fold(0, |id, byte| (id << 8) | i64::from(*byte)));
    let log = fs::metadata(log_of(path)).is_ok_and(|log| log.len() > 0);
    let fresh = file.metadata().map_err(failed)?.len() <= PAGE_BYTES;
    if mark == APPLICATION_ID || (mark == 0 && (log || fresh)) {
        return Ok(());
    }
    corrupt("it is another program's database")
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}
