//! Rules by which a search ends before its budget does. Both say what they say at a level of 5 % over the whole run, however often it is looked: look k
//! spends 1 / (k (k + 1)) of that, and all looks together no more than all of it (alpha spending: Lan and DeMets, Biometrika 70, 1983).

use clade_domain::{CandidateId, Split, StopReason};

use super::model_changes;
use crate::{
    RunState,
    state::{ClosedGeneration, minimises},
    statistics::{SIGNIFICANCE, lower_bound},
};

/// A score from which an example counts as solved.
pub(super) const SOLVED: f64 = 0.999;

/// The part of the level that the `k`-th look spends, from 1.
fn spent_at(k: usize) -> f64 {
    let k = k.max(1) as f64;
    SIGNIFICANCE / (k * (k + 1.0))
}

/// Whether a candidate is shown to have the mean train score that the run file asks for: the lower confidence bound of its own is not below it.
///
/// A look is a generation whose best is at the target or above, and is another prompt or has another score than at the look before: nothing could be claimed
/// at any other. What a look spends is divided by the prompts that were evaluated, since the best of many is the luckiest too. So in at
/// most about one run of twenty a search ends at a prompt that is below its target.
pub(super) fn target_reached(state: &RunState, candidate: CandidateId) -> bool {
    let Some(target) = state.spec().optimize.stop.target_score else { return false };
    let leads = |closed: &ClosedGeneration| Some((*closed.survivors.first()?, *closed.fitness.first()?));
    let mut at_target: Vec<_> =
        since_model(state).iter().filter_map(leads).filter(|(_, best)| *best >= target).collect();
    at_target.dedup();
    target_reached_at(state, candidate, at_target.len())
}

/// The same at a look whose number the caller knows, from 1.
pub(super) fn target_reached_at(state: &RunState, candidate: CandidateId, look: usize) -> bool {
    let Some(target) = state.spec().optimize.stop.target_score else { return false };
    if state.score(candidate, Split::Train).is_none_or(|score| score < target) {
        return false;
    }
    let met = |id| state.score(id, Split::Train).is_some();
    let prompts = state.candidates().filter(|candidate| met(candidate.id)).count();
    lower_bound(&train_scores(state, candidate), spent_at(look) / prompts.max(1) as f64) >= target
}

/// A candidate's mean score on each train example that it met.
fn train_scores(state: &RunState, candidate: CandidateId) -> Vec<f64> {
    let Some(cells) = state.cells(candidate) else { return Vec::new() };
    let mut examples: Vec<_> = cells.iter(candidate, state.repeat()).map(|(cell, _)| cell.example).collect();
    examples.dedup();
    examples.retain(|example| state.dataset().split(*example) == Some(Split::Train));
    examples.into_iter().filter_map(|example| cells.mean(example, state.repeat())).collect()
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

/// Rounds in a row without a new best after which a search ends that had `bests` of them, the first prompts' among them.
///
/// Patience `n` says which chance of a new best is worth another round: one so high that it would be missed `n` times in a row in 2.5 % of the cases, `q = 1 -
/// 0.025^(1/n)`. After each new best the wait begins anew, and with it another chance to give up too early; so the k-th wait lasts until what
/// a search with chance `q` would miss is `0.05 / (k (k + 1))`, and in at most one run of twenty it ends while its chance is still `q` or more.
pub(super) fn patience(n: u32, bests: usize) -> u32 {
    let rounds = f64::from(n) * spent_at(bests).ln() / spent_at(1).ln();
    // what is a whole number but for rounding is that number
    (rounds - 1e-9).ceil().clamp(1.0, f64::from(u32::MAX)) as u32
}

/// Whether so many rounds brought no new best as the run file allows.
pub(super) fn stale(state: &RunState, rounds: u32, bests: usize) -> bool {
    state.spec().optimize.stop.no_improvement.is_some_and(|n| rounds >= patience(n, bests))
}

/// The same by the best fitness of the generations that are closed.
pub(super) fn stalled(state: &RunState) -> bool {
    let (mut best, mut bests, mut rounds) = (f64::NEG_INFINITY, 0, 0);
    for closed in since_model(state) {
        match closed.fitness.first() {
            Some(fitness) if *fitness > best => (best, bests, rounds) = (*fitness, bests + 1, 0),
            _ => rounds += 1,
        }
    }
    stale(state, rounds, bests)
}

/// Generations of the model at hand: those of another are no measure.
fn since_model(state: &RunState) -> &[ClosedGeneration] {
    let all = state.generations();
    &all[all.iter().rposition(|g| g.generation > 0 && model_changes(state, g.generation)).unwrap_or(0)..]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_looks_together_spend_the_level() {
        let spent: f64 = (1..100_000).map(spent_at).sum();
        assert!(spent <= SIGNIFICANCE && spent > 0.999 * SIGNIFICANCE, "{spent}");
    }

    #[test]
    fn the_first_wait_is_as_long_as_asked_and_later_ones_are_longer() {
        let waits = |n| [1, 2, 3, 5, 10].map(|bests| patience(n, bests));
        assert_eq!(waits(1), [1, 2, 2, 2, 3]);
        assert_eq!(waits(6), [6, 8, 9, 11, 13]);
        assert_eq!(waits(40), [40, 52, 60, 70, 84]);
    }

    /// A search with a constant chance of a new best in each round, for so many rounds; how often it gives up.
    fn gives_up(chance: f64, n: u32, wait: impl Fn(usize) -> u32) -> f64 {
        use rand::{RngExt, SeedableRng};
        let runs = 4_000;
        let ended = (0..runs).filter(|run| {
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(*run);
            let (mut bests, mut missed) = (1, 0);
            (0..400 * n).any(|_| {
                match rng.random_bool(chance) {
                    true => (bests, missed) = (bests + 1, 0),
                    false => missed += 1,
                }
                missed >= wait(bests)
            })
        });
        ended.count() as f64 / runs as f64
    }

    #[test]
    fn a_search_that_still_improves_is_seldom_given_up() {
        for n in [2, 5, 20] {
            let chance = 1.0 - 0.025_f64.powf(1.0 / f64::from(n));
            let (counted, corrected) = (gives_up(chance, n, |_| n), gives_up(chance, n, |bests| patience(n, bests)));
            assert!(counted > 0.9 && corrected <= 0.055, "{n}: a plain count {counted}, corrected {corrected}");
        }
    }
}
