use clade_domain::{CandidateId, Headroom, PairedTest, PowerRow};
use serde_json::Value;

use super::look;
use crate::{Plan, RunState, child_seed, statistics};

/// The gains that are planned for.
const GAINS: [f64; 3] = [0.02, 0.05, 0.1];
/// What is assumed of the scores' variance before any was seen: that of a coin. It weighs as much as one example.
const ASSUMED_VARIANCE: f64 = 0.25;

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
    let test = if right_or_wrong { PairedTest::Mcnemar } else { PairedTest::Permutation };
    let chance = by_chance(&scores, &again);
    let power = GAINS.map(|gain| {
        let examples = examples_for(chance, gain, test);
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

/// The mean squared difference of two prompts that are equally good: that of two answers of the same prompt, since at least so much is chance, with one example
/// mixed in on which they are as unlike as prompts that have nothing in common, twice the variance of the scores. Where none was
/// asked twice only that is known.
fn by_chance(scores: &[f64], again: &[(f64, f64)]) -> f64 {
    let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
    let spread: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
    let unlike = 2.0 * (spread + ASSUMED_VARIANCE) / (scores.len() as f64 + 1.0);
    let seen: f64 = again.iter().map(|(a, b)| (a - b).powi(2)).sum();
    (seen + unlike) / (again.len() as f64 + 1.0)
}

/// Fresh examples on which a gain is shown in four runs of five, where the gain itself adds its part to what differs by chance.
fn examples_for(chance: f64, gain: f64, test: PairedTest) -> u32 {
    let own = match test {
        PairedTest::Mcnemar => gain,
        PairedTest::Permutation => gain * gain,
    };
    statistics::examples_needed(chance + own, gain, test).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_gains_need_many_examples() {
        let needed = GAINS.map(|gain| examples_for(0.1, gain, PairedTest::Mcnemar));
        assert!(needed[0] > 4 * needed[1] && needed[1] > 2 * needed[2] && needed[2] > 100, "{needed:?}");
    }

    #[test]
    fn noisier_answers_and_scores_nearer_to_a_half_need_more_examples() {
        let right = |n: usize| (0..20).map(|i| f64::from(u8::from(i < n))).collect::<Vec<f64>>();
        let again = |differ: usize| (0..5).map(|i| (1.0, f64::from(u8::from(i >= differ)))).collect::<Vec<_>>();
        let needed =
            |scores: &[f64], again: &[(f64, f64)]| examples_for(by_chance(scores, again), 0.05, PairedTest::Mcnemar);
        let by_noise = [0, 1, 3].map(|differ| needed(&right(12), &again(differ)));
        assert_eq!(by_noise, [342, 755, 1_579]);
        // none asked twice: what prompts that have nothing in common would need at most
        let by_score = [20, 18, 10].map(|n| needed(&right(n), &[]));
        assert_eq!(by_score, [203, 627, 1_381]);
        // degrees of a judge differ by little
        let graded: Vec<f64> = (0..20).map(|i| 0.5 + 0.01 * f64::from(i)).collect();
        let close = [(0.5, 0.52), (0.6, 0.59), (0.55, 0.55), (0.6, 0.62), (0.5, 0.5)];
        assert_eq!(examples_for(by_chance(&graded, &close), 0.05, PairedTest::Permutation), 19);
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
