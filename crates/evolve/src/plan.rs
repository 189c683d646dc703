use clade_domain::{ExampleId, GeneticSpec, Limit, Split, StrategySpec};

use crate::{RunState, child_seed};

/// How a run's budget is laid out before anything is spent: which examples each stage meets. It depends on the run's
/// specification and data alone.
///
/// Choosing and proving are reserved first, so that a search can never eat its own evidence. Where the limit on calls is
/// small against the data, each of the two takes at most a quarter of it and meets a fixed random part of its split.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Train examples that every candidate meets.
    pub block: Vec<ExampleId>,
    /// Validation examples that finalists meet.
    pub validation: Vec<ExampleId>,
    /// Test examples that the first and the chosen prompt meet.
    pub test: Vec<ExampleId>,
}

impl Plan {
    /// Most candidates that meet validation, the first prompt included.
    pub const FINALISTS: usize = 4;

    /// Lays a run out.
    #[must_use]
    pub fn of(state: &RunState) -> Self {
        let seed = state.spec().optimize.splits.seed;
        let shuffled = |split: Split, salt: u64| {
            let mut examples = state.dataset().examples(split);
            examples.sort_by_key(|id| (child_seed(seed, &[salt, u64::from(id.0)]), *id));
            examples
        };
        let mut block = shuffled(Split::Train, 1);
        let mut validation = shuffled(Split::Validation, 2);
        let mut test = shuffled(Split::Test, 3);
        let per_example = f64::from(1 + state.dataset().judge_calls) * f64::from(state.repeat());
        if let Some(calls) = state.spec().optimize.budget.calls {
            let quarter = calls as f64 / 4.0 / per_example;
            cut(&mut validation, quarter / Self::FINALISTS as f64);
            cut(&mut test, quarter / 2.0);
        }
        let reserve = (validation.len() * Self::FINALISTS + 2 * test.len()) as f64 * per_example;
        let StrategySpec::Genetic(genetic) = &state.spec().optimize.strategy;
        block.truncate(block_size(genetic, state, reserve, per_example).max(1));
        Self { block, validation, test }
    }

    /// How many more trials the search can pay for and leave enough for choosing and proving: the least over the limits,
    /// by the mean cost of the trials so far; infinite without a limit that binds. Reflection counts in what was spent.
    #[must_use]
    pub fn affordable_trials(&self, state: &RunState) -> f64 {
        let reserve = ((self.validation.len() * Self::FINALISTS + 2 * self.test.len()) as u32 * state.repeat()) as f64;
        let spent = state.accounted();
        let trials = state.trials().saturating_sub(spent.cache_hits).max(1) as f64;
        let budget = state.budget();
        let left = |limit: Option<f64>, spent: f64, unit: f64| match limit {
            Some(limit) if unit > 0.0 => (limit - spent) / unit - reserve,
            _ => f64::INFINITY,
        };
        let tokens = (spent.tokens_in + spent.tokens_out) as f64;
        left(budget.calls.map(|n| n as f64), spent.calls as f64, f64::from(1 + state.dataset().judge_calls))
            .min(left(budget.usd, spent.usd.0, spent.usd.0 / trials))
            .min(left(budget.tokens.map(|n| n as f64), tokens, tokens / trials))
    }

    /// Which limit binds first; [`Limit::Calls`] where none is near.
    #[must_use]
    pub fn binding_limit(&self, state: &RunState) -> Limit {
        let spent = state.accounted();
        let budget = state.budget();
        let share = |limit: Option<f64>, spent: f64| limit.map_or(0.0, |limit| spent / limit.max(f64::MIN_POSITIVE));
        let shares = [
            (Limit::Calls, share(budget.calls.map(|n| n as f64), spent.calls as f64)),
            (Limit::Usd, share(budget.usd, spent.usd.0)),
            (Limit::Tokens, share(budget.tokens.map(|n| n as f64), (spent.tokens_in + spent.tokens_out) as f64)),
        ];
        shares.into_iter().fold((Limit::Calls, 0.0), |a, b| if b.1 > a.1 { b } else { a }).0
    }
}

fn cut(examples: &mut Vec<ExampleId>, most: f64) {
    examples.truncate((most as usize).max(1));
}

/// So many train examples that the search part of the budget lasts about eight generations; 20 to 60.
fn block_size(genetic: &GeneticSpec, state: &RunState, reserve: f64, per_example: f64) -> usize {
    if let Some(examples) = genetic.examples {
        return examples as usize;
    }
    let Some(calls) = state.spec().optimize.budget.calls else { return 40 };
    let children = f64::from(genetic.population.saturating_sub(genetic.elite).max(1));
    let search = (calls as f64 - reserve).max(0.0);
    (search / (8.0 * children * per_example)).clamp(20.0, 60.0) as usize
}
