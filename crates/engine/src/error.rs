use clade_domain::RunId;
use clade_evolve::state::ReplayError;
use clade_models::ModelError;
use clade_sandbox::SandboxError;
use clade_store::StoreError;

/// Why a run cannot go on in this process. What was paid for is stored; the run stays resumable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal.
    #[error("run `{run}` cannot be replayed: {source}")]
    Replay {
        /// The run.
        run: RunId,
        /// Why.
        source: ReplayError,
    },
    /// The run has no journal.
    #[error("run `{run}` has an empty journal; it was cut off while being created: start it again")]
    Empty {
        /// The run.
        run: RunId,
    },
    /// A model that the run needs cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A model that the run needs was not set up.
    #[error("no client for model `{model}`; it is not among the models of the run file")]
    NoClient {
        /// Its name.
        model: String,
    },
    /// The code of one check failed on one output.
    #[error("the code failed: {0}")]
    Code(String),
    /// Code of the run cannot be executed.
    #[error("could not {0}")]
    Sandbox(#[from] SandboxError),
    /// The run has code, and nobody to execute it.
    #[error("nobody executes the code of this run: it was set up without a sandbox")]
    NoSandbox,
    /// The data changed or went away while it was read.
    #[error("{0}")]
    Data(String),
    /// The run is complete already.
    #[error(
        "run `{run}` is finished; `clade show {run}` has its result, `clade branch {run}@c0` starts another from it"
    )]
    Finished {
        /// The run.
        run: RunId,
    },
    /// A candidate that was named is not in the run.
    #[error("run `{run}` has no candidate `{candidate}`; `clade lineage {run}` lists them")]
    NoCandidate {
        /// The run.
        run: RunId,
        /// What was asked for.
        candidate: String,
    },
    /// The search has nothing under way and wants nothing: a fault of ours.
    #[error(
        "run `{run}` is stuck at journal entry {length}: please report this with the output of `clade export {run}`"
    )]
    Stuck {
        /// The run.
        run: RunId,
        /// Entries so far.
        length: u64,
    },
}

impl EngineError {
    /// Whether only one request failed, and others may still be answered.
    pub(crate) fn is_of_one_request(&self) -> bool {
        matches!(self, Self::Code(_) | Self::Model(ModelError::Request { .. } | ModelError::Temporary { .. }))
    }
}
