use clade_domain::{CandidateId, Direction, Objective, Split};

use super::RunState;

/// A candidate's value of an objective on a split: a mean over its trials, or estimated tokens for `prompt_tokens`.
/// `None` where it was not evaluated there or has no such metric.
#[must_use]
pub fn objective_value(state: &RunState, candidate: CandidateId, split: Split, metric: &str) -> Option<f64> {
    if metric == "prompt_tokens" {
        return state.candidate(candidate).map(|c| f64::from(clade_text::template::prompt_tokens(&c.prompt)));
    }
    let cells = state.cells(candidate)?;
    let totals = cells.totals.get(&split).filter(|totals| totals.trials > 0)?;
    let n = f64::from(totals.trials);
    match metric {
        "score" => Some(totals.score.get() / n),
        "cost" => Some(totals.cost.get() / n),
        "latency" => Some(totals.latency_ms / n),
        name => Some(totals.named(name).unwrap_or_else(|| totals.score.get() / n)),
    }
}

/// A candidate's fitness on a split: the weighted mean of its maximised objectives minus the weighted sum of its minimised
/// ones, each relative to the first prompt's value (Zehle et al. 2025, CAPO, penalise length the same way). Higher
/// is better; with the default objective it is the mean score in [0, 1]. `None` where it was not evaluated there.
#[must_use]
pub fn fitness(state: &RunState, candidate: CandidateId, split: Split) -> Option<f64> {
    let mut gained = 0.0;
    let mut weights = 0.0;
    for objective in directed(state, Direction::Maximize) {
        gained += objective.weight * objective_value(state, candidate, split, &objective.metric)?;
        weights += objective.weight;
    }
    Some(if weights > 0.0 { gained / weights } else { 0.0 } - penalty(state, candidate, split)?)
}

/// What a candidate costs in fitness by taking another one's place: the difference of what their minimised objectives take off on
/// train. Below 0 it saves. 0 where nothing is minimised, or one of the two has no value yet. `cost` and `latency` are means
/// over the examples that each met.
#[must_use]
pub fn price(state: &RunState, candidate: CandidateId, instead_of: CandidateId) -> f64 {
    let of = |id| penalty(state, id, Split::Train);
    of(candidate).zip(of(instead_of)).map_or(0.0, |(new, old)| new - old)
}

/// Whether a run has something else than scores to look after.
#[must_use]
pub fn minimises(state: &RunState) -> bool {
    directed(state, Direction::Minimize).any(|objective| objective.weight > 0.0)
}

/// The weighted sum of the minimised objectives, each relative to the first prompt's value.
fn penalty(state: &RunState, candidate: CandidateId, split: Split) -> Option<f64> {
    let mut penalty = 0.0;
    for objective in directed(state, Direction::Minimize) {
        let value = objective_value(state, candidate, split, &objective.metric)?;
        let first = objective_value(state, CandidateId(0), split, &objective.metric).unwrap_or(value);
        penalty += objective.weight * if first > 0.0 { value / first } else { value };
    }
    Some(penalty)
}

fn directed(state: &RunState, direction: Direction) -> impl Iterator<Item = &Objective> {
    state.spec().optimize.objectives.iter().filter(move |objective| objective.direction == direction)
}
