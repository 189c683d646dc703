//! The run loop: dispatcher, executors, budget ledger, resume.
//!
//! [`Runner`] is a run in this process: it replays the journal into the pure [`clade_evolve::Conductor`], asks it for
//! commands up to the free capacity, has them carried out, appends what happened and applies it. This crate is the only
//! one that spawns work. Deliberately absent: algorithms, wire formats, terminals.

mod answers;
mod ask;
mod clients;
mod code;
mod create;
mod error;
mod journal;
mod outcome;
mod progress;
mod proposal;
mod replay;
mod report;
mod runner;
mod shelf;
mod trial;

pub use answers::StoredAnswers;
pub use clients::Clients;
pub use code::{CodeHost, CodeSettings};
pub use create::{NewRun, branch_run, create_run, first_row};
pub use error::EngineError;
pub use outcome::RunOutcome;
pub use progress::Progress;
pub use replay::{replay, replay_state};
pub use report::{BestPrompt, EvaluatedPrompt, OperatorReport, RunReport, row_of};
pub use runner::{Control, Runner, RunnerSettings};

/// The time now. The one place where this crate reads the clock of the day.
#[must_use]
pub fn now() -> clade_domain::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    clade_domain::Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
