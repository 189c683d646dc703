//! The run loop: dispatcher, executors, budget ledger, resume.
//!
//! [`Runner`] is a run in this process: it replays the journal into the pure [`clade_evolve::Conductor`], asks it for
//! commands up to the free capacity, has them carried out, appends what happened and applies it. [`Hub`] carries several
//! runs at once, and [`LiveLog`] shows a journal as it grows. This crate is the only one that spawns work. Deliberately absent: algorithms, wire formats, terminals.

mod answered_by;
mod answers;
mod ask;
mod clients;
mod clock;
mod code;
mod control;
mod create;
mod diff;
mod ended_early;
mod error;
mod executors;
mod hub;
mod journal;
mod keeping;
mod leaving;
mod live;
mod mend;
mod obey;
mod operators;
mod orders;
mod outcome;
mod pairs;
mod point;
mod progress;
mod proof;
mod proposal;
mod pulse;
mod purses;
mod replay;
mod report;
mod row;
mod runner;
mod sandboxes_kept;
mod setup;
mod sharing;
mod shelf;
mod side;
mod standing;
mod states;
mod take_over;
mod trial;
mod tryout;
mod verdicts;

pub use answers::StoredAnswers;
pub use clients::Clients;
pub use code::{Checked, CodeHere, CodeHost, CodeSettings};
pub use control::Control;
pub use create::{NewRun, Owner, branch_run, clone_run, create_run, first_row};
pub use diff::{CandidateDiff, ComponentDiff, DiffRun, DiffSide, SplitDifference, diff, not_paired};
pub use error::{EngineError, Unusable};
pub use hub::{Hub, Patron};
pub use live::LiveLog;
pub use mend::{check_free, mend_row};
pub use operators::{GainShown, OperatorReport, Rate};
pub use orders::Order;
pub use outcome::{RunOutcome, spent_above, spent_limit};
pub use pairs::{Pair, pairs};
pub use point::{Point, SnapshotName, check_snapshot_name, find_candidate, find_point};
pub use progress::Progress;
pub use proof::unprovable;
pub use purses::Budgets;
pub use replay::{replay, replay_state, replay_state_until};
pub use report::{
    BestPrompt, Counts, EvaluatedPrompt, Finalist, FrontPrompt, RunReport, SandboxReport, account, settled,
};
pub use row::{estimate, row_of};
pub use runner::{Runner, RunnerSettings};
pub use sandboxes_kept::{SandboxesKept, sandboxes_kept};
pub use setup::{Keys, Setup, Shared};
pub use sharing::Sharing;
pub use side::{Side, SideWithState, Step};
pub use states::States;
pub use tryout::{Tried, TryOut};

/// The time now. The one place where this crate reads the clock of the day.
#[must_use]
pub fn now() -> clade_domain::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    clade_domain::Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
