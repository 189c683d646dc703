use clade_domain::{CandidateId, Direction, Objective, RunMode, Split, Usd};
use clade_evolve::{RunState, state::objective_value};
use clade_store::Estimate;
use schemars::JsonSchema;
use serde::Serialize;

/// What a candidate was paid for, and what was measured of it beside its score.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Measured {
    /// What writing it cost; null where a price is unknown.
    proposal_cost: Option<Usd>,
    /// What those of its answers cost that were paid for, on whatever split, judges included; null where a price is unknown.
    answers_cost: Option<Usd>,
    /// How many answers those are: what the cache gave for nothing is not among them.
    answers_paid: u64,
    /// The run's objectives in their order, then the named scores of its checks; on the split that all candidates of its run meet: train in
    /// a search, test in an evaluation. What was not measured is left out.
    measures: Vec<Measure>,
}

/// A value of an objective or of a named score.
#[derive(Debug, Serialize, JsonSchema)]
struct Measure {
    /// As the run file names it: `score`, a metric, `prompt_tokens`, `cost` (USD a trial), or `latency` (milliseconds a trial).
    name: String,
    /// Which way the run wants it; null where it is none of its objectives.
    direction: Option<Direction>,
    /// The mean over its trials; the tokens themselves for `prompt_tokens`.
    mean: f64,
    /// Lower end of the 95 % interval; null of what is no score.
    low: Option<f64>,
    /// Upper end of it.
    high: Option<f64>,
}

impl Measured {
    /// Of one candidate.
    pub fn of(state: &RunState, candidate: CandidateId) -> Self {
        let costs = state.unit_costs();
        let (answers_paid, answers_cost) = costs.answers(candidate);
        Self {
            proposal_cost: costs.writing(candidate),
            answers_cost,
            answers_paid,
            measures: measures(state, candidate),
        }
    }
}

fn measures(state: &RunState, candidate: CandidateId) -> Vec<Measure> {
    let split = match state.spec().mode {
        RunMode::Optimize => Split::Train,
        RunMode::Evaluate => Split::Test,
    };
    let objectives = &state.spec().optimize.objectives;
    let declared = objectives.iter().filter_map(|objective| {
        let mean = objective_value(state, candidate, split, &objective.metric)?;
        Some(measure(state, candidate, split, (&objective.metric, Some(objective.direction)), mean))
    });
    let named = state.cells(candidate).map(|cells| cells.named_scores(split)).unwrap_or_default();
    let others = named
        .into_iter()
        .filter(|(name, _)| objectives.iter().all(|objective| objective.metric != *name))
        .map(|(name, mean)| measure(state, candidate, split, (&name, None), mean));
    declared.chain(others).collect()
}

fn measure(
    state: &RunState,
    candidate: CandidateId,
    split: Split,
    (name, direction): (&str, Option<Direction>),
    mean: f64,
) -> Measure {
    let interval = interval(state, candidate, split, name, mean);
    let (low, high) = interval.map(|found| (found.low, found.high)).unzip();
    Measure { name: name.to_owned(), direction, mean, low, high }
}

/// The interval of a score. Checks may give scores outside [0, 1], which it does not hold for.
fn interval(state: &RunState, candidate: CandidateId, split: Split, name: &str, mean: f64) -> Option<Estimate> {
    if Objective::MEASURED.contains(&name) || !(0.0..=1.0).contains(&mean) {
        return None;
    }
    let cells = state.cells(candidate)?;
    let trials = match cells.named_trials(split, name) {
        0 => cells.trials(split),
        named => named,
    };
    Estimate::of(mean * f64::from(trials), trials, cells.examples(split).min(trials))
}
