use clade_domain::{ExampleId, MiproAuto, MiproSpec};

use crate::{Plan, RunState};

/// Share of the train examples that choose among combinations, where there is no set of their own (MIPROv2's default).
const CHOOSING: f64 = 0.8;
/// Most examples on which demonstrations are collected.
const MOST_BOOT: usize = 60;
/// Fewest examples that choose, where the budget is small.
const LEAST: usize = 10;
/// Calls that writing one prompt may take: the request, and asking once more after a broken answer.
const TRIES: f64 = 2.0;

/// How large a search is, fixed before it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// Instructions, and sets of demonstrations.
    pub(super) candidates: usize,
    /// Trials.
    pub(super) trials: u32,
    /// Examples of a trial.
    pub(super) minibatch: usize,
    /// Examples on which demonstrations are collected and that proposals see.
    pub(super) boot: Vec<ExampleId>,
    /// Examples that choose; none of them is in `boot`.
    pub(super) choosing: Vec<ExampleId>,
}

impl Layout {
    /// The size that the run file asks for, or the largest that the budget bears.
    pub(super) fn of(settings: &MiproSpec, state: &RunState, plan: &Plan) -> Self {
        let seeds = state.seeds().count();
        let trials = plan.allowance(state).trials;
        match settings.auto {
            Some(auto) => Self::sized(auto, settings, plan),
            None => MiproAuto::ALL
                .into_iter()
                .rev()
                .map(|auto| Self::sized(auto, settings, plan))
                .find(|layout| layout.cost(settings, state, plan, seeds) <= trials)
                .unwrap_or_else(|| Self::sized(MiproAuto::Light, settings, plan).within(trials, seeds, state.repeat())),
        }
    }

    fn sized(auto: MiproAuto, settings: &MiproSpec, plan: &Plan) -> Self {
        let all = plan.train.len();
        let boot = (all - (all as f64 * CHOOSING) as usize).min(MOST_BOOT).min(all.saturating_sub(1));
        let choosing: Vec<ExampleId> = plan.train.iter().skip(boot).take(auto.examples() as usize).copied().collect();
        let variables = if settings.demonstrations == 0 { 1 } else { 2 };
        Self {
            candidates: auto.candidates() as usize,
            trials: auto.trials(variables),
            minibatch: (settings.minibatch.max(1) as usize).min(choosing.len()),
            boot: plan.train.iter().take(boot).copied().collect(),
            choosing,
        }
    }

    /// With so few examples that meeting them takes a third of what there is.
    fn within(mut self, trials: f64, seeds: usize, repeat: u32) -> Self {
        let each = (trials / 3.0 / (seeds as u32 * repeat).max(1) as f64).max(0.0) as usize;
        self.choosing.truncate(each.saturating_sub(self.boot.len()).max(LEAST));
        self.minibatch = self.minibatch.min(self.choosing.len());
        self
    }

    /// What the whole search costs, in trials.
    fn cost(&self, settings: &MiproSpec, state: &RunState, plan: &Plan, seeds: usize) -> f64 {
        let full = self.trials / settings.full_every.max(1) + 1;
        let met = seeds * (self.boot.len() + self.choosing.len())
            + self.trials as usize * self.minibatch
            + full as usize * self.choosing.len();
        met as f64 * f64::from(state.repeat()) + self.candidates as f64 * written(state, plan)
    }
}

/// What writing one prompt may cost, in trials.
fn written(state: &RunState, plan: &Plan) -> f64 {
    plan.allowance(state).proposal.max(TRIES / f64::from(state.spec().task_calls() + state.dataset().judge_calls))
}
