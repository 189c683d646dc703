use clade_domain::RunMode;
use clade_engine::{Keys, Setup};
use clade_models::ModelSetupError;
use clade_runfile::{Estimate, LEAST_TEST_EXAMPLES, Loaded, Problem, calls_per_test_example};

use crate::load::price;

/// Trials of the smallest search: the first prompt and one proposal on an example of each split.
const SMALLEST_SEARCH: u64 = 6;

/// Whether a budget buys anything, and counts only what has a price.
///
/// # Errors
/// What is wrong with it, where, and what to do.
pub fn affordable(loaded: &Loaded, estimate: &Estimate) -> Result<(), Box<Problem>> {
    let places = &loaded.places;
    let task = loaded.spec.models.task.first();
    let answer = task.map_or(0, clade_models::answer_reserve);
    if let Some(problem) = estimate.below_one_evaluation(loaded, answer, task.and_then(price)) {
        return Err(Box::new(problem));
    }
    let wanted = loaded.dataset.counts().test;
    if loaded.spec.mode == RunMode::Optimize
        && wanted >= LEAST_TEST_EXAMPLES
        && estimate.test_examples < LEAST_TEST_EXAMPLES
    {
        let message = format!(
            "the budget of calls leaves {} of {wanted} test examples for the evidence, and {LEAST_TEST_EXAMPLES} are the fewest that can \
             show a gain",
            estimate.test_examples
        );
        let fix = format!(
            "raise it to {} calls or more, or search without evidence: --set optimize.splits.test=0",
            u64::from(LEAST_TEST_EXAMPLES) * calls_per_test_example(loaded)
        );
        return Err(Box::new(places.calls.saying(message, fix)));
    }
    if loaded.spec.mode == RunMode::Optimize && wanted >= LEAST_TEST_EXAMPLES {
        unprovable(loaded, estimate)?;
    }
    let least = (SMALLEST_SEARCH * u64::from(loaded.spec.task_calls() + loaded.dataset.judge_calls)) + 1;
    if loaded.spec.mode == RunMode::Optimize && loaded.spec.optimize.budget.calls.is_some_and(|calls| calls < least) {
        let fix = "raise the budget of calls, or evaluate the prompt with `clade eval`";
        return Err(Box::new(places.calls.saying(format!("the smallest search takes {least} calls"), fix)));
    }
    if let Some(model) = estimate.unpriced.first().filter(|_| loaded.spec.optimize.budget.usd.is_some()) {
        return Err(Box::new(places.unusable(model, ModelSetupError::UnknownPrice(model.clone()).words())));
    }
    Ok(())
}

/// Refuses limits on tokens and US dollars below what the proof takes at the very least: the first prompt and another one meet the
/// fewest examples that can show a gain.
fn unprovable(loaded: &Loaded, estimate: &Estimate) -> Result<(), Box<Problem>> {
    let (budget, places, one) = (&loaded.spec.optimize.budget, &loaded.places, &estimate.evaluation);
    let trials = f64::from(2 * LEAST_TEST_EXAMPLES * loaded.spec.options.repeat);
    let refuse = |place: &Problem, most: String, least: String| {
        let message = format!(
            "a budget of {most} does not pay for a proof: {LEAST_TEST_EXAMPLES} test examples are the fewest that can show a gain, and with \
             two prompts they take {least} or more"
        );
        let fix = "raise it well above that, or search without evidence: --set optimize.splits.test=0";
        Err(Box::new(place.saying(message, fix)))
    };
    let tokens = trials * (one.tokens_in.low + one.tokens_out.low);
    if let Some(most) = budget.tokens.filter(|most| (*most as f64) < tokens) {
        return refuse(&places.tokens, format!("{most} tokens"), format!("{:.0} tokens", tokens.ceil()));
    }
    let usd = one.usd.map_or(0.0, |usd| trials * usd.low);
    match budget.usd.filter(|most| *most < usd) {
        Some(most) => refuse(&places.usd, format!("{most} USD"), format!("{usd:.6} USD")),
        None => Ok(()),
    }
}

/// Whether every model can be used with the keys that are there. Nothing is asked of a provider.
///
/// # Errors
/// Which cannot, where it is named, and what to do.
pub fn usable(loaded: &Loaded, keys: &Keys) -> Result<(), Box<Problem>> {
    Setup::check(&loaded.spec, keys)
        .map_err(|unusable| Box::new(loaded.places.unusable(&unusable.model, unusable.error.words())))
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
