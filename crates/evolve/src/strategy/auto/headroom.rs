use clade_domain::{CandidateId, Headroom, PairedTest, PowerRow};
use serde_json::Value;

use super::look;
use crate::{Plan, RunState, child_seed, statistics};

/// The gains that are planned for.
const GAINS: [f64; 3] = [0.02, 0.05, 0.1];
/// The share of examples whose outcome two prompts of such a gain disagree on, beyond the gain itself.
const CHURN: f64 = 0.1;

/// How many train examples the user's prompts meet at first: 2 % of the budget, 10 to 30.
pub(super) fn sample_size(budget: f64, train: usize) -> usize {
    let size = if budget.is_finite() { (budget * 0.02) as usize } else { 30 };
    size.clamp(10, 30).min(train)
}

/// How many of them are asked again, to see whether answers differ between repeats: none where the model is told to sample
/// greedily.
pub(super) fn repeats(state: &RunState, sample: usize) -> usize {
    let greedy = state
        .spec()
        .models
        .task
        .first()
        .is_some_and(|model| model.config.get("temperature").and_then(Value::as_f64) == Some(0.0));
    if greedy { 0 } else { (sample / 4).min(5) }
}

/// What there is to gain over the first prompt, from its scores on these places.
pub(super) fn measure(state: &RunState, plan: &Plan, places: &[usize]) -> Headroom {
    let first = CandidateId(0);
    let scores: Vec<f64> = places.iter().filter_map(|place| look(state, plan, first, *place, 0)).collect();
    let score = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
    let interval = statistics::mean_ci(&scores, 0.95, child_seed(state.spec().seed, &[2]));
    let again: Vec<(f64, f64)> = state
        .second_scores()
        .iter()
        .filter_map(|(example, second)| Some((state.cells(first)?.get(*example, 0, state.repeat())?.score, *second)))
        .collect();
    let differ = again.iter().filter(|(a, b)| (a - b).abs() > 0.25).count();
    let noise = (!again.is_empty()).then(|| differ as f64 / again.len() as f64);
    let right_or_wrong =
        again.iter().flat_map(|(a, b)| [a, b]).chain(&scores).all(|score| *score == 0.0 || *score == 1.0);
    let power = GAINS.map(|gain| {
        let examples = examples_for(gain);
        let per_example =
            u64::from(state.spec().task_calls() + state.dataset().judge_calls) * u64::from(state.repeat());
        PowerRow { gain, examples, calls: 2 * u64::from(examples) * per_example }
    });
    Headroom {
        n: u32::try_from(scores.len()).unwrap_or(u32::MAX),
        score,
        ci_low: interval.low,
        ci_high: interval.high,
        repeats: u32::try_from(again.len()).unwrap_or(u32::MAX),
        noise,
        ceiling: right_or_wrong.then(|| ceiling(differ as u64, again.len() as u64)).flatten(),
        power: power.to_vec(),
    }
}

/// The highest share of right answers where of so many that were asked twice some scored otherwise. What the noise is at least counts, not what a few answers
/// show of it.
fn ceiling(differ: u64, repeats: u64) -> Option<f64> {
    let least = statistics::wilson_ci(differ, repeats, 0.99).low;
    // a flip rate f shows as disagreement 2 f (1 - f) between two answers
    let flips = (1.0 - (1.0 - 2.0 * least.min(0.5)).sqrt()) / 2.0;
    (differ > 0).then_some(1.0 - flips)
}

/// Fresh examples on which a gain is shown in four runs of five.
fn examples_for(gain: f64) -> u32 {
    statistics::examples_needed(gain + CHURN, gain, PairedTest::Mcnemar).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_gains_need_many_examples() {
        let needed = GAINS.map(examples_for);
        assert!(needed[0] > 4 * needed[1] && needed[1] > 2 * needed[2] && needed[2] > 100, "{needed:?}");
    }

    #[test]
    fn a_few_repeats_claim_no_low_ceiling() {
        // scored otherwise, asked twice, and the ceiling
        let table = [
            (0, 5, None),
            (1, 5, Some(0.988)),
            (3, 5, Some(0.907)),
            (5, 5, Some(0.6874)),
            (60, 100, Some(0.6195)),
            (0, 0, None),
        ];
        for (differ, repeats, expected) in table {
            let found = ceiling(differ, repeats);
            assert!(
                found.zip(expected).map_or(found == expected, |(a, b)| (a - b).abs() < 6e-4),
                "{differ} of {repeats}: {found:?}"
            );
        }
    }

    #[test]
    fn the_first_sample_is_small() {
        let table = [(500.0, 100, 10), (1_000.0, 100, 20), (9_000.0, 100, 30), (f64::INFINITY, 7, 7)];
        for (budget, train, size) in table {
            assert_eq!(sample_size(budget, train), size, "{budget}");
        }
    }
}
