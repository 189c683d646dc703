use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clade_store::StoreError;
use sqlx::{
    ConnectOptions, Connection, Executor, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use crate::{
    Durability, SqliteOptions,
    fault::{busy, fault, io_fault},
    migrate::{APPLICATION_ID, known, migrate, version},
};

/// How long a process waits for another one's transaction.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a process that met another one at the making of the file stands back.
const MEETING: Duration = Duration::from_millis(5);
const PAGE_BYTES: u64 = 4096;

/// The header of a database file, from <https://www.sqlite.org/fileformat.html#the_database_header>.
const HEADER_BYTES: u64 = 100;
const APPLICATION_ID_AT: usize = 68;

/// The connection that writes, with the file in the newest format. It makes the file where there is none.
pub(crate) async fn writing(path: &Path, options: &SqliteOptions) -> Result<SqliteConnection, StoreError> {
    let age = looks_like_ours(path)?;
    let synchronous = match options.durability {
        Durability::Normal => SqliteSynchronous::Normal,
        Durability::Full => SqliteSynchronous::Full,
    };
    // there is nothing yet that a power cut could damage: the flushes of an empty file are left out where the log's are too
    let making = match (age, options.durability) {
        (Age::Empty, Durability::Normal) => SqliteSynchronous::Off,
        _ => synchronous,
    };
    if (age, options.durability) == (Age::Used, Durability::Full) {
        flush(path)?;
    }
    let mut connect = common(path)
        .create_if_missing(true)
        .synchronous(making)
        // under this name it comes after `synchronous`, which it must obey
        .pragma("main.journal_mode", "WAL")
        .statement_cache_capacity(64)
        // 4 MB of pages; a log of about 32 MB before it is carried into the file: hot pages are then carried once, not often
        .pragma("cache_size", "-4096")
        .pragma("wal_autocheckpoint", "8000")
        .pragma("journal_size_limit", "67108864");
    if let Some(bytes) = options.max_bytes {
        connect = connect.pragma("max_page_count", (bytes / PAGE_BYTES).max(1).to_string());
    }
    let failed = |error| fault(path, "open the database", &error);
    make_private(path);
    let mut connection = first_connection(&connect).await.map_err(failed)?;
    migrate(path, &mut connection).await?;
    if making != synchronous {
        connection.execute("PRAGMA synchronous = NORMAL").await.map_err(failed)?;
    }
    Ok(connection)
}

/// Makes the file, where there is none, so that only its user can read it; the log beside it gets the same rights from SQLite.
/// A file that is there keeps its rights: people may share it. What goes wrong here goes wrong again on opening it, which says it.
pub(crate) fn make_private(path: &Path) {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    drop(options.open(path));
}

/// Opens the file, again where another process makes it a log file at this moment: SQLite answers that meeting with "busy"
/// at once, whatever the busy timeout, because waiting could be a deadlock.
async fn first_connection(connect: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    let started = Instant::now();
    loop {
        match connect.connect().await {
            Err(error) if busy(&error) && started.elapsed() < PATIENCE => tokio::time::sleep(MEETING).await,
            done => return done,
        }
    }
}

/// Whoever made the file may have left its first page to the operating system.
fn flush(path: &Path) -> Result<(), StoreError> {
    let file = fs::File::options().write(true).open(path);
    file.and_then(|file| file.sync_all()).map_err(|error| io_fault(path, "flush the database", &error))
}

/// How connections that only read are opened, each with its own cache of about 3 MB.
pub(crate) fn reading(path: &Path) -> SqliteConnectOptions {
    common(path).pragma("query_only", "ON").pragma("cache_size", "-3072").row_buffer_size(512)
}

/// How connections are opened to a file that may not be written and has no log beside it: nothing can be put beside it either, and
/// nobody changes it meanwhile.
pub(crate) fn reading_still(path: &Path) -> SqliteConnectOptions {
    reading(path).read_only(true).immutable(true)
}

/// Whether the file of `path` is of ours and whole without a log beside it, so that it can be read without writing anything. Errors are
/// those of [`writing`].
pub(crate) async fn still(path: &Path) -> Result<bool, StoreError> {
    if looks_like_ours(path)? == Age::Empty || log_holds(path) {
        return Ok(false);
    }
    let failed = |error| fault(path, "open the database", &error);
    let mut connection = reading_still(path).connect().await.map_err(failed)?;
    let found = version(path, &mut connection).await?;
    drop(connection.close().await);
    Ok(found == known())
}

/// How a connection is opened that copies the whole file.
pub(crate) fn copying(path: &Path) -> SqliteConnectOptions {
    common(path)
}

/// How the connection is opened that carries the log into the file. It flushes whatever the durability: the log before, the file after.
pub(crate) fn carrying(path: &Path) -> SqliteConnectOptions {
    common(path).synchronous(SqliteSynchronous::Normal)
}

/// How the connection is opened that keeps the family tree: what a power cut takes from it is read anew.
pub(crate) fn projecting(path: &Path) -> SqliteConnectOptions {
    common(path).synchronous(SqliteSynchronous::Normal).pragma("cache_size", "-4096")
}

fn common(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(false)
        .busy_timeout(PATIENCE)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Empty,
    Used,
}

/// Refuses a file that is something else before SQLite touches it: asking for a write-ahead log already changes it.
fn looks_like_ours(path: &Path) -> Result<Age, StoreError> {
    let failed = |error| io_fault(path, "read the database", &error);
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Age::Empty),
        Err(error) => return Err(failed(error)),
    };
    let corrupt =
        |detail: &str| Err(StoreError::Corrupt { path: path.display().to_string(), detail: detail.to_owned() });
    let mut head = Vec::new();
    file.by_ref().take(HEADER_BYTES).read_to_end(&mut head).map_err(failed)?;
    if head.is_empty() {
        return Ok(Age::Empty);
    }
    if !head.starts_with(b"SQLite format 3\0") {
        return corrupt("the file does not begin as a SQLite database does");
    }
    // until a log is carried into the file for the first time, our mark may be in the log alone: then SQLite must read it
    let mark = head
        .get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4)
        .map_or(0, |bytes| bytes.iter().fold(0, |id, byte| (id << 8) | i64::from(*byte)));
    let log = log_holds(path);
    let fresh = file.metadata().map_err(failed)?.len() <= PAGE_BYTES;
    if mark == APPLICATION_ID || (mark == 0 && (log || fresh)) {
        return Ok(Age::Used);
    }
    corrupt("it is another program's database")
}

fn log_holds(path: &Path) -> bool {
    fs::metadata(log_of(path)).is_ok_and(|log| log.len() > 0)
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;

    #[tokio::test]
    async fn a_new_file_and_an_old_one_are_flushed_as_asked() {
        // the numbers of SQLite's documentation of the pragma
        for (durability, level) in [(Durability::Normal, 1_i64), (Durability::Full, 2)] {
            let folder = tempfile::tempdir().unwrap();
            let options = SqliteOptions { durability, ..SqliteOptions::default() };
            for age in ["new", "old"] {
                let mut connection = writing(&folder.path().join("clade.db"), &options).await.unwrap();
                let sql = "SELECT (SELECT synchronous FROM pragma_synchronous), \
                           (SELECT journal_mode FROM pragma_journal_mode)";
                let row = connection.fetch_one(sql).await.unwrap();
                assert_eq!(row.get::<i64, _>(0), level, "{durability:?}, {age}");
                assert_eq!(row.get::<String, _>(1), "wal", "{durability:?}, {age}");
                connection.close().await.unwrap();
            }
        }
    }
}
