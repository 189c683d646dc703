use std::{
    fmt,
    io::{ErrorKind, Write as _},
};

use clade_accounts::AccountError;
use clade_bundle::BundleError;
use clade_engine::EngineError;
use clade_export::ExportError;
use clade_filter::FilterError;
use clade_runfile::Problems;
use clade_store::StoreError;

use crate::{
    again::completed,
    exit,
    output::{Output, harmless},
};

/// Why a command ended without doing what was asked, with the exit code that says so.
#[derive(Debug)]
pub enum Failure {
    /// The command line asks for what cannot be.
    Usage(String),
    /// The run file or its data is wrong.
    Problems(Problems),
    /// Something failed.
    Error(String),
    /// The database refers to what it does not have.
    Lost {
        /// What kind of thing it is.
        what: &'static str,
        /// Its name.
        name: String,
        /// The database, where it is known.
        database: Option<String>,
    },
    /// Everything was said already; only the code is left.
    Exit(u8),
}

impl Failure {
    /// The process's exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Problems(_) => exit::USAGE,
            Self::Error(_) | Self::Lost { .. } => exit::ERROR,
            Self::Exit(code) => *code,
        }
    }

    /// The same with the database named that a command was about.
    pub fn about(self, database: Option<String>) -> Self {
        match self {
            Self::Lost { what, name, database: None } => Self::Lost { what, name, database },
            other => other,
        }
    }

    /// Says what went wrong: for people on stderr, for machines as a line on stdout too.
    pub fn tell(&self, output: &Output) {
        if let Self::Exit(_) = self {
            return;
        }
        let message = completed(&self.to_string());
        if output.json {
            let error = serde_json::json!({ "message": message, "exit_code": self.code() });
            output.json_line(&serde_json::json!({ "error": error }));
        }
        drop(writeln!(std::io::stderr().lock(), "error: {}", harmless(&message)));
    }

    /// A failure of the file system, with the file and what to do.
    pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Error(format!("cannot {doing} {}: {error}; {}", path.display(), advice(error.kind())))
    }
}

fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "check the path",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "give yourself the right, or name another place",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room there, or name another place",
        ErrorKind::IsADirectory => "it is a folder: name a file",
        ErrorKind::NotADirectory => "a part of the path is a file: name another place",
        _ => "name another place",
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Error(message) => f.write_str(message),
            Self::Problems(problems) => problems.fmt(f),
            Self::Lost { what, name, database } => {
                let database = database.as_deref().unwrap_or("the database");
                write!(
                    f,
                    "{database} is damaged: it refers to the {what} {name} and does not have it; `clade doctor` checks the whole of it, and a copy \
                     that `clade backup` made can be put in its place; another folder begins anew (--data-dir)"
                )
            }
            Self::Exit(_) => Ok(()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            // nobody asks for these by name: the store itself refers to them
            StoreError::NotFound { what: what @ ("example" | "text"), name } => {
                Self::Lost { what, name, database: None }
            }
            StoreError::NotFound { .. } | StoreError::Exists { .. } | StoreError::Ambiguous { .. } => {
                Self::Usage(error.to_string())
            }
            _ => Self::Error(error.to_string()),
        }
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => error.into(),
            AccountError::Machine(_) => Self::Error(error.to_string()),
            _ => Self::Usage(error.to_string()),
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Finished { .. }
            | EngineError::NoCandidate { .. }
            | EngineError::NotBegun { .. }
            | EngineError::NoData { .. }
            | EngineError::EmptySnapshot { .. }
            | EngineError::Setup(_) => Self::Usage(error.to_string()),
            _ => Self::Error(error.to_string()),
        }
    }
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Store(error) => error.into(),
            BundleError::Io { .. } => Self::Error(error.to_string()),
            _ => Self::Usage(error.to_string()),
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            _ => Self::Error(error.to_string()),
        }
    }
}

impl From<FilterError> for Failure {
    fn from(error: FilterError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Problems(problems)
    }
}
