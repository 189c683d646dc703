use std::{io, path::Path};

use clade_store::StoreError;

/// Result codes of SQLite, from <https://www.sqlite.org/rescode.html>.
mod code {
    pub const PERM: i32 = 3;
    pub const BUSY: i32 = 5;
    pub const READONLY: i32 = 8;
    pub const IOERR: i32 = 10;
    pub const CORRUPT: i32 = 11;
    pub const FULL: i32 = 13;
    pub const CANTOPEN: i32 = 14;
    pub const NOTADB: i32 = 26;
    /// The shared memory beside the write-ahead log could not grow: in practice a full disk.
    pub const IOERR_SHMSIZE: i32 = 4874;
}

/// What SQLite said, in the store's words.
pub(crate) fn fault(path: &Path, doing: &'static str, error: &sqlx::Error) -> StoreError {
    let shown = || path.display().to_string();
    let detail = error.to_string();
    match error {
        sqlx::Error::Database(database) => {
            let found = code_of(&**database);
            let detail = database.message().to_owned();
            match (found, found & 0xff) {
                (code::IOERR_SHMSIZE, _) | (_, code::FULL) => StoreError::Full { path: shown() },
                (_, code::IOERR) => StoreError::Backend {
                    doing,
                    detail: format!(
                        "{}: {detail}; see whether a limit on the size of files (`ulimit -f`), a quota or the disk itself stands in the way",
                        path.display()
                    ),
                },
                (_, code::CORRUPT | code::NOTADB) => StoreError::Corrupt { path: shown(), detail },
                (_, code::READONLY | code::PERM | code::CANTOPEN) => StoreError::ReadOnly { path: shown(), detail },
                _ => StoreError::Backend { doing, detail },
            }
        }
        sqlx::Error::Io(error) => io_fault(path, doing, error),
        _ => StoreError::Backend { doing, detail },
    }
}

/// Whether another connection held the file.
pub(crate) fn busy(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|database| code_of(database) & 0xff == code::BUSY)
}

/// The extended result code, 0 where there is none.
fn code_of(error: &dyn sqlx::error::DatabaseError) -> i32 {
    error.code().and_then(|code| code.parse().ok()).unwrap_or(0)
}

/// What the file system said, in the store's words.
pub(crate) fn io_fault(path: &Path, doing: &'static str, error: &io::Error) -> StoreError {
    let shown = || path.display().to_string();
    let detail = error.to_string();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full { path: shown() },
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { path: shown(), detail }
        }
        _ => StoreError::Backend {
            doing,
            detail: format!("{}: {detail}; check the path, or name another place", path.display()),
        },
    }
}

/// A value that this program cannot read.
pub(crate) fn unreadable(path: &Path, what: &str, error: &impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable { what: what.to_owned(), place: path.display().to_string(), detail: error.to_string() }
}
