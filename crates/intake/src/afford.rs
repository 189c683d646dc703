use clade_domain::RunMode;
use clade_runfile::{Estimate, LEAST_TEST_EXAMPLES, Loaded, Problem, calls_per_test_example};

/// Trials of the smallest search: the first prompt and one proposal on an example of each split.
const SMALLEST_SEARCH: u64 = 6;

/// Why a budget buys nothing, or counts what has no price.
#[derive(Debug)]
pub enum Unaffordable {
    /// A limit is below one evaluation, with its place in the run file.
    Limit(Box<Problem>),
    /// What is wrong and what to do.
    Budget(String),
}

/// Whether a budget buys anything, and counts only what has a price.
///
/// # Errors
/// What is wrong with it and what to do.
pub fn affordable(loaded: &Loaded, estimate: &Estimate) -> Result<(), Unaffordable> {
    let answer = loaded.spec.models.task.first().map_or(0, clade_models::answer_reserve);
    if let Some(problem) = estimate.below_one_evaluation(loaded, answer) {
        return Err(Unaffordable::Limit(Box::new(problem)));
    }
    let wanted = loaded.dataset.counts().test;
    if loaded.spec.mode == RunMode::Optimize
        && wanted >= LEAST_TEST_EXAMPLES
        && estimate.test_examples < LEAST_TEST_EXAMPLES
    {
        return Err(Unaffordable::Budget(format!(
            "the budget of calls leaves {} of {wanted} test examples for the evidence, and {LEAST_TEST_EXAMPLES} are the fewest that can \
             show a gain; raise it to {} calls or more, or search without evidence: --set optimize.splits.test=0",
            estimate.test_examples,
            u64::from(LEAST_TEST_EXAMPLES) * calls_per_test_example(loaded),
        )));
    }
    let least = (SMALLEST_SEARCH * u64::from(1 + loaded.dataset.judge_calls)) + 1;
    if loaded.spec.mode == RunMode::Optimize && loaded.spec.optimize.budget.calls.is_some_and(|calls| calls < least) {
        return Err(Unaffordable::Budget(format!(
            "the smallest search takes {least} calls; raise the budget of calls, or evaluate the prompt with `clade eval`"
        )));
    }
    if loaded.spec.optimize.budget.usd.is_some() && !estimate.unpriced.is_empty() {
        return Err(Unaffordable::Budget(format!(
            "the budget is in USD, and the price of {} is unknown; set `inputCost` and `outputCost` (USD per token) in the \
             provider's config, or limit calls or tokens instead",
            estimate.unpriced.join(", ")
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clade_evolve::statistics;

    use super::*;

    /// The refusal and the test must not disagree about what can be shown.
    #[test]
    fn fewer_test_examples_can_show_no_gain() {
        let all_better = |n: u32| {
            let (first, chosen) = (vec![0.0; n as usize], vec![1.0; n as usize]);
            let graded: Vec<f64> = (0..n).map(|i| 0.5 + f64::from(i) / 100.0).collect();
            [statistics::evidence(&first, &chosen, 0.95, 1), statistics::evidence(&first, &graded, 0.95, 1)]
                .map(|e| e.improved)
        };
        assert_eq!(all_better(LEAST_TEST_EXAMPLES), [true, true]);
        assert_eq!(all_better(LEAST_TEST_EXAMPLES - 1), [false, false]);
    }
}
