use clade_domain::{CandidateId, RunMode, Spent, Split};
use clade_evolve::RunState;
use clade_store::{Estimate, RunSummary, Worth};

use crate::standing::Standing;

/// The run's row as the state has it; what the state does not know is kept from the old row.
#[must_use]
pub fn row_of(state: &RunState, spent: Spent, old: &RunSummary) -> RunSummary {
    let split = split_of(state);
    let standing = Standing::of(state, split);
    RunSummary {
        candidates: u32::try_from(state.candidates().len()).unwrap_or(u32::MAX),
        generation: state.generations().last().map_or(0, |g| g.generation),
        seed_score: state.measured().map_or(standing.seed_score, |e| Some(e.seed_score)),
        best_score: state.measured().map_or(standing.best_score, |e| Some(e.best_score)),
        improved: state.evidence().map(|e| e.improved),
        budget: Some(*state.budget()),
        worth: worth(state),
        model: match state.spec().mode {
            RunMode::Optimize => state.model_of(state.best()).map_or_else(|| old.model.clone(), ToOwned::to_owned),
            RunMode::Evaluate => old.model.clone(),
        },
        // people may have another model serve
        simulated: old.simulated || state.spec().models.all().iter().any(|model| model.id.starts_with("simulated")),
        spent,
        ..old.clone()
    }
}

/// The split that the scores of a run's row are of: test where the two prompts were compared on it, validation where a run that is over has no
/// test examples.
fn split_of(state: &RunState) -> Split {
    let met = |candidate| estimate(state, candidate, Split::Validation).is_some();
    match state.spec().mode {
        RunMode::Evaluate => Split::Test,
        RunMode::Optimize if state.measured().is_some() => Split::Test,
        RunMode::Optimize if state.evidence().is_some() && met(CandidateId(0)) && met(state.best()) => {
            Split::Validation
        }
        RunMode::Optimize => Split::Train,
    }
}

/// A candidate's mean score on a split with its 95 % interval; `None` where nothing of it was judged there.
#[must_use]
pub fn estimate(state: &RunState, candidate: CandidateId, split: Split) -> Option<Estimate> {
    let cells = state.cells(candidate)?;
    let trials = cells.trials(split);
    if trials == cells.failed(split) {
        return None;
    }
    Estimate::of(state.score(candidate, split)? * f64::from(trials), trials, cells.examples(split))
}

/// What the two scores of a run's row are worth: as its evidence has them, or else each prompt on all that it met.
fn worth(state: &RunState) -> Option<Worth> {
    let candidate = state.best();
    if let Some(found) = state.measured() {
        let of = |mean, [low, high]: [f64; 2]| Estimate { mean, low, high, trials: found.n, examples: found.n };
        let (seed, best) = (of(found.seed_score, found.seed_ci), of(found.best_score, found.best_ci));
        return Some(Worth { split: Split::Test, seed, candidate, best });
    }
    let split = split_of(state);
    let seed = estimate(state, CandidateId(0), split)?;
    Some(Worth { split, seed, candidate, best: estimate(state, candidate, split)? })
}
