//! Searches. A [`Strategy`] takes events and gives commands; it knows no provider and does no IO.
//!
//! Ids, parents and seeds of a generation are fixed when it is planned, and planning happens only on events, so neither
//! the order in which answers come back nor a restart changes the path of a search.

mod genetic;
mod grid;

use clade_domain::{CandidateId, RunEvent, RunSpec, StopReason, StrategySpec};

pub use genetic::Genetic;
pub use grid::{Grid, model_override};

use crate::{Plan, ProposeCommand, RunState};

/// What a strategy wants next.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Have an operator write a candidate.
    Propose(Box<ProposeCommand>),
    /// Evaluate one cell on the search's part of the data.
    Evaluate(crate::EvaluateCommand),
    /// Journal a decision.
    Record(Box<RunEvent>),
    /// End the search with these finalists, best first.
    Finish {
        /// Why.
        reason: StopReason,
        /// Who meets validation.
        finalists: Vec<CandidateId>,
    },
    /// Nothing until something under way ends.
    Wait,
}

/// A search: events in, wishes out.
pub trait Strategy: Send {
    /// Takes note of an event, already applied to `state`. Plans are made here and only here.
    fn apply(&mut self, state: &RunState, plan: &Plan, event: &RunEvent);

    /// The next wish. What was wished for is not wished again; a strategy built anew from the same events wishes for
    /// everything that has no result among them.
    fn next(&mut self, state: &RunState, plan: &Plan) -> Wish;
}

/// The strategy that a run file names.
#[must_use]
pub fn build(spec: &RunSpec) -> Box<dyn Strategy> {
    match &spec.optimize.strategy {
        StrategySpec::Genetic(settings) => Box::new(Genetic::new(settings.clone())),
    }
}
