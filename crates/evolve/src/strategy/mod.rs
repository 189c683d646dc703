//! Searches. A [`Strategy`] takes events and gives commands; it knows no provider and does no IO.
//!
//! Ids, parents and seeds of a generation are fixed when it is planned, and planning happens only on events, so neither
//! the order in which answers come back nor a restart changes the path of a search.

mod auto;
mod capo;
mod comparison;
mod de;
mod desk;
mod generations;
mod genetic;
mod gepa;
mod grid;
mod hill_climb;
mod mipro;
mod opro;
mod promptbreeder;
mod random;
mod stopping;
mod weights;

use clade_domain::{CandidateId, RunEvent, RunSpec, StopReason, StrategySpec};

pub use auto::Auto;
pub use capo::Capo;
pub use de::De;
pub use generations::Generational;
pub use genetic::Genetic;
pub use gepa::Gepa;
use grid::scorer;
pub use grid::{Grid, model_override};
pub use hill_climb::HillClimb;
pub use mipro::Mipro;
pub use opro::Opro;
pub use promptbreeder::Promptbreeder;
pub use random::Random;

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

    /// Whether it fixes its size by the budget as it begins: then it has to be known what a trial costs.
    fn lays_itself_out(&self) -> bool {
        true
    }

    /// Who would meet validation if the search had to end now, best first. Empty leaves the choice to the run: whoever scores
    /// best among the candidates that met about as many examples as any.
    fn leaders(&self) -> Vec<CandidateId> {
        Vec::new()
    }

    /// The next wish. What was wished for is not wished again; a strategy built anew from the same events wishes for
    /// everything that has no result among them.
    fn next(&mut self, state: &RunState, plan: &Plan) -> Wish;
}

/// Whether another task model or judge takes over in this generation, from 1.
fn model_changes(state: &RunState, generation: u32) -> bool {
    scorer(state, generation) != scorer(state, generation.saturating_sub(1))
}

/// The strategy that a run file names.
#[must_use]
pub fn build(spec: &RunSpec) -> Box<dyn Strategy> {
    match &spec.optimize.strategy {
        StrategySpec::Auto(settings) => Box::new(Auto::new(settings.clone())),
        StrategySpec::Genetic(settings) => Box::new(Genetic::new(settings.clone())),
        StrategySpec::Random(settings) => Box::new(Random::new(settings.clone())),
        StrategySpec::HillClimb(settings) => Box::new(HillClimb::new(settings.clone())),
        StrategySpec::Gepa(settings) => Box::new(Gepa::new(settings.clone())),
        StrategySpec::Capo(settings) => Box::new(Capo::new(settings.clone())),
        StrategySpec::De(settings) => Box::new(Generational::new(De::new(settings.clone()))),
        StrategySpec::Opro(settings) => Box::new(Generational::new(Opro::new(settings.clone()))),
        StrategySpec::Promptbreeder(settings) => Box::new(Generational::new(Promptbreeder::new(settings.clone()))),
        StrategySpec::Mipro(settings) => Box::new(Mipro::new(settings.clone())),
    }
}
