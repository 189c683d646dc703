use clade_domain::RunId;
use clade_store::StoreError;

/// Why a bundle could not be written, read or imported.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is no bundle, or not as it was written.
    #[error("{what}; nothing was imported: export the run again, or fetch the file again")]
    Wrong {
        /// What is wrong, with the place.
        what: String,
    },
    /// Written by a newer version.
    #[error("the bundle has format {found}, this version reads up to {known}; update `clade`")]
    Newer {
        /// Its format.
        found: u32,
        /// The newest known.
        known: u32,
    },
    /// More than is taken.
    #[error("the bundle unpacks to {bytes} bytes, and at most {most} are taken; nothing was imported")]
    TooLarge {
        /// What it declares.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// The run is there.
    #[error("run `{run}` exists already; import under another name with --run-id NAME")]
    Exists {
        /// The run.
        run: RunId,
    },
    /// The examples that the store has under the data set's hash are others.
    #[error(
        "the store has other examples under the data set's hash {hash}; nothing was imported: do not trust this bundle"
    )]
    OtherExamples {
        /// The hash.
        hash: clade_domain::ContentHash,
    },
    /// The file cannot be read or written.
    #[error("cannot {doing} the bundle: {detail}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The system's words.
        detail: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BundleError {
    pub(crate) fn wrong(what: impl Into<String>) -> Self {
        Self::Wrong { what: what.into() }
    }

    pub(crate) fn writing(error: &std::io::Error) -> Self {
        Self::Io {
            doing: "write",
            detail: format!("{error}; check the path and the room there, or name another place"),
        }
    }
}
