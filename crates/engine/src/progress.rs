use std::borrow::Cow;

use clade_domain::{Budget, Candidate, CandidateId, Headroom, RunMode, Spent, Split};
use clade_evolve::{RunState, state::Phase};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::standing::Standing;

/// How a run stands, for people: a small copy that is renewed several times a second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// How far it is.
    #[schemars(extend("enum" = ["evaluating", "searching", "choosing", "proving", "finished"]))]
    pub phase: Cow<'static, str>,
    /// The generation at hand, and after the search the last one.
    pub generation: u32,
    /// Candidates so far.
    pub candidates: usize,
    /// Proposals that became candidates.
    pub accepted: usize,
    /// Proposals turned away.
    pub rejected: u32,
    /// Trials so far.
    pub trials: u64,
    /// Trials without a score.
    pub failed: u64,
    /// All trials of a plain evaluation; `None` in a search.
    pub trials_planned: Option<u64>,
    /// What was bought, answers still on their way into the journal included.
    pub spent: Spent,
    /// The limits.
    pub budget: Budget,
    /// The first prompt's score on the split of the phase, in [0, 1].
    pub seed_score: Option<f64>,
    /// The best candidate so far.
    pub best: CandidateId,
    /// Its score on the same split.
    pub best_score: Option<f64>,
    /// On how many examples that score rests.
    pub best_examples: u32,
    /// What there is to gain, once it was measured.
    pub headroom: Option<Headroom>,
    /// Calls and proposals under way.
    pub under_way: usize,
    /// Trials per second over the last seconds.
    pub rate: f64,
    /// Calls that were tried again.
    pub retries: u64,
    /// Calls that the provider turned away as too many.
    pub throttled: u64,
    /// Which model has not answered yet, why, and how long it is still waited for; `None` where all goes well.
    pub waiting: Option<String>,
}

impl Progress {
    pub(crate) fn of(state: &RunState, spent: Spent) -> Self {
        let split = match (state.spec().mode, state.phase()) {
            (RunMode::Evaluate, _) => Split::Test,
            (RunMode::Optimize, Phase::Search) => Split::Train,
            (RunMode::Optimize, Phase::Selection) => Split::Validation,
            (RunMode::Optimize, Phase::Evidence | Phase::Finished) => Split::Test,
        };
        let searching = state.phase() == Phase::Search;
        let standing = Standing::of(state, split);
        let planned = u64::from(state.repeat()) * state.dataset().len() as u64 * state.candidates().len() as u64;
        let made = |candidate: &Candidate| usize::from(candidate.operator.is_some());
        Self {
            phase: Cow::Borrowed(match state.phase() {
                Phase::Search if state.spec().mode == RunMode::Evaluate => "evaluating",
                Phase::Search => "searching",
                Phase::Selection => "choosing",
                Phase::Evidence => "proving",
                Phase::Finished => "finished",
            }),
            generation: state.generations().last().map_or(0, |closed| closed.generation + u32::from(searching)),
            candidates: state.candidates().len(),
            accepted: state.candidates().map(made).sum(),
            rejected: state.rejected_total(),
            trials: state.trials(),
            failed: state.failed(),
            trials_planned: (state.spec().mode == RunMode::Evaluate).then_some(planned),
            spent,
            budget: *state.budget(),
            seed_score: standing.seed_score,
            best: standing.best,
            best_score: standing.best_score,
            best_examples: standing.examples,
            headroom: state.headroom().cloned(),
            under_way: 0,
            rate: 0.0,
            retries: 0,
            throttled: 0,
            waiting: None,
        }
    }
}
