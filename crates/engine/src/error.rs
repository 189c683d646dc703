use clade_domain::{RunId, RunMode};
use clade_evolve::state::ReplayError;
use clade_models::{ModelError, ModelSetupError};
use clade_sandbox::SandboxError;
use clade_store::StoreError;

/// A model of a run cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct Unusable {
    /// Its id, as the run file has it.
    pub model: String,
    /// Why.
    pub error: ModelSetupError,
}

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
    /// A model cannot be used, before anything is spent.
    #[error(transparent)]
    Setup(#[from] Unusable),
    /// A key or a budget that the run needs cannot be had.
    #[error("{0}")]
    Keys(String),
    /// A run cannot be steered so.
    #[error("{0}")]
    Steer(String),
    /// The process that carried the run out ended before it said what came of an order.
    #[error(
        "whoever carried run `{run}` out ended before it answered; look at the run, and ask again where nothing came of it"
    )]
    Unheard {
        /// The run.
        run: RunId,
    },
    /// The run is not going on in this process.
    #[error("run `{run}` is not running here")]
    NotRunning {
        /// The run.
        run: RunId,
    },
    /// It is going on in this process already.
    #[error("run `{run}` is running already")]
    Running {
        /// The run.
        run: RunId,
    },
    /// Too many runs at once.
    #[error("{most} runs are going on already; pause one, or wait until one is finished")]
    Crowded {
        /// How many may.
        most: usize,
    },
    /// A snapshot from before the first candidate.
    #[error("snapshot `{snapshot}` of run `{run}` holds no candidate yet; take a later one")]
    EmptySnapshot {
        /// The run.
        run: RunId,
        /// The snapshot.
        snapshot: String,
    },
    /// A model that the run needs was not set up.
    #[error("no client for model `{model}`; it is not among the models of the run file")]
    NoClient {
        /// Its name.
        model: String,
    },
    /// A run of an older version has a check that names a judge which is none of its models.
    #[error(
        "a check asks the judge `{name}`, which is none of the run's models: the version that began it asked the run's own judge instead, and \
         scores of two judges do not mix; begin it anew by `clade run` with its run file, which finds the answers that were bought already"
    )]
    NoJudge {
        /// As the check names it.
        name: String,
    },
    /// The code of one check failed on one output.
    #[error("the code failed: {message}")]
    Code {
        /// What it said.
        message: String,
        /// Where it was executed; `None` where it did not come that far.
        ran: Option<Box<clade_domain::Ran>>,
    },
    /// Of the first trials of a session not one has a score, and each for want of a verdict.
    #[error(
        "not one of the first {trials} answers could be judged, lastly: {message}; mend the program, the check, its data or the judge and start again: \
         answers that were paid for are used again"
    )]
    Unjudged {
        /// How many.
        trials: u32,
        /// Why the last one has none.
        message: String,
    },
    /// No example of the session got an answer.
    #[error(
        "not one of the first {trials} examples has a score, lastly: {message}; see to the provider, then go on: answers that were paid for are \
         used again"
    )]
    Unanswered {
        /// How many.
        trials: u32,
        /// Why the last one has none.
        message: String,
    },
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
    #[error("run `{run}` is finished; `clade show {run}` has its result, {}", anew(run, *mode))]
    Finished {
        /// The run.
        run: RunId,
        /// What it did.
        mode: RunMode,
    },
    /// A candidate that was named is not in the run.
    #[error("run `{run}` has no candidate `{candidate}`; `clade lineage {run}` lists them")]
    NoCandidate {
        /// The run.
        run: RunId,
        /// What was asked for.
        candidate: String,
    },
    /// A candidate was named of a run that has none yet.
    #[error("run `{run}` has not begun and has no candidates yet; start it, and its first prompts are the first ones")]
    NotBegun {
        /// The run.
        run: RunId,
    },
    /// A run that was imported without its examples.
    #[error(
        "run `{run}` came here without its examples and can only be looked at; import it from a bundle that has them"
    )]
    NoData {
        /// The run.
        run: RunId,
    },
    /// What carried a trial or a proposal out broke down: a fault of ours.
    #[error("clade broke down at a call of run `{run}` ({message}): please report this with the run file")]
    Panicked {
        /// The run.
        run: RunId,
        /// The first words of the panic.
        message: String,
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

/// How to have more of what a finished run did.
fn anew(run: &RunId, mode: RunMode) -> String {
    match mode {
        RunMode::Optimize => format!("`clade branch {run}@best` starts another from it"),
        RunMode::Evaluate => "`clade eval` with its run file evaluates anew".to_owned(),
    }
}

impl EngineError {
    /// Whether another process holds the run.
    pub(crate) fn is_elsewhere(&self) -> bool {
        matches!(self, Self::Store(StoreError::Locked { .. } | StoreError::Conflict { .. }))
    }

    /// Whether only one request failed, and others may still be answered.
    pub(crate) fn is_of_one_request(&self) -> bool {
        matches!(self, Self::Code { .. } | Self::Model(ModelError::Request { .. } | ModelError::Temporary { .. }))
    }
}
