use clade_domain::RunId;
use clade_store::StoreError;

/// Why a run could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no prompt yet.
    #[error("run `{run}` has no candidate yet; `clade resume {run}` goes on")]
    NoCandidate {
        /// The run.
        run: RunId,
    },
    /// A demonstration does not fit the prompt.
    #[error("cannot fill a demonstration: {0}")]
    Demonstration(String),
    /// A value of ours has no form in the format.
    #[error("cannot write a row: {0}")]
    Row(String),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
