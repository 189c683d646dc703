use crate::{Ended, Limit, SandboxError};

/// Why a call brought no value. All but [`CallError::Sandbox`] are results of the trial, not of the machine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The function raised an error.
    #[error("call the function: {message}")]
    Failed {
        /// The error in one line.
        message: String,
        /// Where it came from.
        trace: String,
    },
    /// It went over a limit and was ended.
    #[error("call the function: it went over its limit `{}` and was ended; make it cheaper, or raise the limit", .0.name())]
    Limit(Limit),
    /// Its process ended before it returned.
    #[error("call the function: its process {} before it returned: {said}", .ended.words())]
    Died {
        /// How it ended.
        ended: Ended,
        /// The last that it said on standard error.
        said: String,
    },
    /// It sent what is no message.
    #[error("call the function: it wrote to the host's channel {0}")]
    Channel(String),
    /// The host gave it up.
    #[error("call the function: the host gave it up")]
    GivenUp,
    /// The sandbox could not be made or is gone.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

impl CallError {
    /// Whether the runner can take another call.
    #[must_use]
    pub fn leaves_the_runner(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}
