//! Rules by which a search in generations ends before its budget does.

use clade_domain::{CandidateId, Split, StopReason};

use super::model_changes;
use crate::{RunState, state::minimises};

/// A score from which an example counts as solved.
pub(super) const SOLVED: f64 = 0.999;

/// Whether a candidate has the score that the run file asks for.
pub(super) fn target_reached(state: &RunState, candidate: CandidateId) -> bool {
    let score = state.score(candidate, Split::Train);
    state.spec().optimize.stop.target_score.is_some_and(|target| score.is_some_and(|score| score >= target))
}

/// Whether a candidate is right on all it met, and nothing else than that counts.
pub(super) fn solved(state: &RunState, candidate: CandidateId) -> bool {
    !minimises(state) && state.score(candidate, Split::Train).is_some_and(|score| score >= SOLVED)
}

/// Why a search ends that found nothing to do for too long, by the best of its last generation.
pub(super) fn idle(state: &RunState) -> StopReason {
    let best = state.generations().last().and_then(|closed| closed.survivors.first().copied());
    let best = best.unwrap_or(CandidateId(0));
    if solved(state, best) { StopReason::NothingToGain } else { StopReason::NothingNew }
}

/// Whether so many generations brought no new best as the run file allows.
pub(super) fn stalled(state: &RunState) -> bool {
    let Some(patience) = state.spec().optimize.stop.no_improvement else { return false };
    // generations of another model are no measure
    let since = state.generations().iter().rposition(|g| g.generation > 0 && model_changes(state, g.generation));
    let generations = &state.generations()[since.unwrap_or(0)..];
    let recent = generations.len().saturating_sub(patience as usize);
    let best = |of: &[crate::state::ClosedGeneration]| {
        of.iter().filter_map(|g| g.fitness.first().copied()).fold(f64::NEG_INFINITY, f64::max)
    };
    recent > 0 && best(&generations[recent..]) <= best(&generations[..recent])
}

/// The rules that hold for every search that closes generations with comparable fitness.
pub(super) fn rule(state: &RunState) -> Option<StopReason> {
    let best = *state.generations().last()?.survivors.first()?;
    if target_reached(state, best) {
        return Some(StopReason::TargetReached);
    }
    if solved(state, best) {
        return Some(StopReason::NothingToGain);
    }
    stalled(state).then_some(StopReason::NoImprovement)
}
