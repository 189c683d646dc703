//! The one comparison a run makes on its test split.

use clade_domain::{Evidence, PairedTest};

use super::difference::difference_ci;
use super::interval::{cleaned, is_binary, mean_ci};
use super::paired::{PairedCounts, mcnemar_one_sided, permutation_one_sided};
use super::power::{SIGNIFICANCE, examples_needed, second_moment};
use super::sentence;

/// The level of every interval that a run states.
pub const CONFIDENCE: f64 = 0.95;
/// Gains for which the number of test examples is reported.
const REPORTED_GAINS: [f64; 3] = [0.02, 0.05, 0.10];

/// Compares the chosen prompt with the first one.
///
/// Both slices hold scores in [0, 1] on the same test examples in the same order; what one has beyond the other is left out, and
/// not-a-number counts as 0, as a failed trial does. `confidence` is the level of the intervals, such as 0.95; `seed` draws the
/// bootstrap and, for many unequal differences, the sign patterns.
///
/// Right-or-wrong scores are tested with McNemar's exact test, others by permutation of signs, both one-sided. An improvement is
/// claimed when the p-value is at most 0.05 and the difference is above 0. Where the chosen prompt is the first one, see [`unchanged`].
#[must_use]
pub fn evidence(seed_scores: &[f64], best_scores: &[f64], confidence: f64, seed: u64) -> Evidence {
    let n = seed_scores.len().min(best_scores.len());
    let first: Vec<f64> = seed_scores[..n].iter().map(|&score| cleaned(score)).collect();
    let chosen: Vec<f64> = best_scores[..n].iter().map(|&score| cleaned(score)).collect();
    let differences: Vec<f64> = first.iter().zip(&chosen).map(|(a, b)| b - a).collect();
    let counts = PairedCounts::of(&differences);
    let (test, p_value) = if is_binary(&first) && is_binary(&chosen) {
        (PairedTest::Mcnemar, mcnemar_one_sided(counts.wins, counts.losses))
    } else {
        (PairedTest::Permutation, permutation_one_sided(&differences, seed))
    };
    let difference = difference_ci(&first, &chosen, confidence, seed);
    let measured = measured(&first, &chosen, confidence, seed);
    let evidence = Evidence {
        difference: difference.estimate,
        ci_low: difference.low,
        ci_high: difference.high,
        p_value,
        test,
        improved: p_value <= SIGNIFICANCE && difference.estimate > 0.0,
        wins: counts.wins,
        losses: counts.losses,
        needed: needed(&differences, test),
        ..measured
    };
    let more = examples_needed(second_moment(&differences), evidence.difference, test)
        .map(|examples| examples.saturating_sub(evidence.n).max(1));
    Evidence { sentence: sentence::comparison(&evidence, more), ..evidence }
}

/// The evidence where the search found nothing better and the chosen prompt is the first one: its score with its interval, a
/// difference of exactly 0, and no claim.
///
/// Takes what [`evidence`] takes, without the second slice.
#[must_use]
pub fn unchanged(seed_scores: &[f64], confidence: f64, seed: u64) -> Evidence {
    let scores: Vec<f64> = seed_scores.iter().map(|&score| cleaned(score)).collect();
    let test = if is_binary(&scores) { PairedTest::Mcnemar } else { PairedTest::Permutation };
    // a prompt differs from itself nowhere: how far a better one would differ is not known, so D is the assumed one
    let evidence = Evidence { test, needed: needed(&[], test), ..measured(&scores, &scores, confidence, seed) };
    Evidence { sentence: sentence::unchanged(&evidence), ..evidence }
}

/// The same, saying how many trials of either prompt have no score: a prompt may win because the other one's calls failed.
#[must_use]
pub fn with_errors(evidence: Evidence, seed_errors: u32, best_errors: u32) -> Evidence {
    let sentence = evidence.sentence + &sentence::errors(seed_errors, best_errors);
    Evidence { seed_errors, best_errors, sentence, ..evidence }
}

/// The evidence with both scores filled in and no difference.
fn measured(first: &[f64], chosen: &[f64], confidence: f64, seed: u64) -> Evidence {
    let seed_mean = mean_ci(first, confidence, seed);
    let best_mean = mean_ci(chosen, confidence, seed);
    Evidence {
        n: u32::try_from(first.len()).unwrap_or(u32::MAX),
        seed_score: seed_mean.estimate,
        seed_ci: seed_mean.ends(),
        best_score: best_mean.estimate,
        best_ci: best_mean.ends(),
        difference: 0.0,
        ci_low: 0.0,
        ci_high: 0.0,
        confidence,
        p_value: 1.0,
        test: PairedTest::Mcnemar,
        improved: false,
        wins: 0,
        losses: 0,
        seed_errors: 0,
        best_errors: 0,
        needed: Vec::new(),
        model: None,
        sentence: String::new(),
    }
}

fn needed(differences: &[f64], test: PairedTest) -> Vec<(f64, u32)> {
    let moment = second_moment(differences);
    REPORTED_GAINS.iter().filter_map(|&gain| Some((gain, examples_needed(moment, gain, test)?))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::super::interval::wilson_ci;
    use super::*;

    #[test]
    fn every_field_is_filled() {
        let first = [vec![1.0; 72], vec![0.0; 13], vec![1.0; 2], vec![0.0; 33]].concat();
        let chosen = [vec![1.0; 72], vec![1.0; 13], vec![0.0; 2], vec![0.0; 33]].concat();
        let found = evidence(&first, &chosen, 0.95, 1);
        assert_eq!((found.n, found.wins, found.losses), (120, 13, 2));
        assert_eq!((found.seed_score, found.best_score), (74.0 / 120.0, 85.0 / 120.0));
        assert_eq!((found.seed_ci, found.best_ci), (wilson_ci(74, 120, 0.95).ends(), wilson_ci(85, 120, 0.95).ends()));
        assert!((found.difference - 11.0 / 120.0).abs() < 1e-12);
        assert!(found.ci_low > 0.0 && found.ci_low < found.difference && found.difference < found.ci_high);
        // 121 of the 32,768 ways in which 15 coins fall show at least 13 heads
        assert!((found.p_value - 121.0 / 32_768.0).abs() < 1e-12);
        assert_eq!((found.test, found.improved, found.confidence), (PairedTest::Mcnemar, true, 0.95));
        assert_eq!(found.needed.iter().map(|(gain, _)| *gain).collect::<Vec<_>>(), [0.02, 0.05, 0.10]);
        assert!(found.needed.is_sorted_by(|a, b| a.1 > b.1));
        assert!(
            found.sentence.starts_with("improvement shown: 0.617 -> 0.708 on 120 test examples"),
            "{}",
            found.sentence
        );
    }

    #[test]
    fn other_scores_are_tested_by_permutation() {
        let first = [0.1, 0.5, 0.25, 0.5, 0.0, 1.0];
        let chosen = [0.4, 0.75, 0.5, 0.75, 0.5, 1.0];
        let found = evidence(&first, &chosen, 0.95, 1);
        assert_eq!((found.test, found.wins, found.losses), (PairedTest::Permutation, 5, 0));
        assert!((found.p_value - 1.0 / 32.0).abs() < 1e-12 && found.improved);
        assert!(!evidence(&chosen, &first, 0.95, 1).improved);
    }

    #[test]
    fn failed_trials_and_loose_ends() {
        let found = evidence(&[f64::NAN, 1.0, 1.0], &[1.0, 1.0], 0.95, 1);
        assert_eq!(
            (found.n, found.seed_score, found.wins),
            (2, 0.5, 1),
            "not-a-number is a 0 and the third has no partner"
        );
        let none = evidence(&[], &[], 0.95, 1);
        assert_eq!((none.n, none.p_value, none.improved, none.difference), (0, 1.0, false, 0.0));
        assert_eq!((none.ci_low, none.ci_high, none.needed.len()), (-1.0, 1.0, 3));
    }

    #[test]
    fn unchanged_claims_nothing() {
        for scores in [vec![], vec![1.0, 0.0, 1.0], vec![0.3, 0.6]] {
            let found = unchanged(&scores, 0.95, 1);
            assert_eq!((found.seed_score, found.seed_ci), (found.best_score, found.best_ci));
            assert_eq!((found.difference, found.ci_low, found.ci_high, found.p_value), (0.0, 0.0, 0.0, 1.0));
            assert!(!found.improved && found.sentence.starts_with("no improvement shown: no better prompt was found"));
            assert_eq!(found.needed.len(), 3);
        }
    }

    type Claim = fn(&[f64], &[f64], u64) -> bool;
    type Score = fn(&mut ChaCha8Rng) -> f64;

    /// Claims among `draws` comparisons of two prompts that are equally good.
    fn claims(draws: u64, n: usize, score: Score, claim: Claim) -> usize {
        let mut rng = ChaCha8Rng::seed_from_u64(n as u64);
        let mut column = || (0..n).map(|_| score(&mut rng)).collect::<Vec<f64>>();
        (0..draws).filter(|&seed| claim(&column(), &column(), seed)).count()
    }

    #[test]
    fn without_a_difference_at_most_one_in_twenty_is_claimed() {
        let whole: Claim = |first, chosen, seed| evidence(first, chosen, 0.95, seed).improved;
        // the same decision without the intervals, which cost most of the time
        let test_alone: Claim = |first, chosen, seed| {
            let differences: Vec<f64> = first.iter().zip(chosen).map(|(a, b)| b - a).collect();
            permutation_one_sided(&differences, seed) <= SIGNIFICANCE
        };
        let graded: Score = |rng| f64::from(rng.random_range(0..5_u8)) / 4.0;
        let cases: [(u64, usize, Score, Claim); 6] = [
            (600, 25, |rng| f64::from(u8::from(rng.random_bool(0.7))), whole),
            (300, 120, |rng| f64::from(u8::from(rng.random_bool(0.7))), whole),
            (20, 25, graded, whole),
            // on a grid, enumerated, sampled
            (1_000, 25, graded, test_alone),
            (600, 16, |rng| rng.random(), test_alone),
            (20, 34, |rng| rng.random(), test_alone),
        ];
        for (draws, n, score, claim) in cases {
            let claimed = claims(draws, n, score, claim) as f64;
            let expected = 0.05 * draws as f64;
            assert!(claimed <= expected + 3.0 * (expected * 0.95).sqrt(), "n {n}: {claimed} of {draws}");
        }
    }

    #[test]
    fn a_large_gain_is_claimed() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let first: Vec<f64> = (0..100).map(|_| f64::from(u8::from(rng.random_bool(0.5)))).collect();
        let chosen: Vec<f64> = (0..100).map(|_| f64::from(u8::from(rng.random_bool(0.8)))).collect();
        assert!(evidence(&first, &chosen, 0.95, 1).improved);
    }

    /// Right or wrong, or graded in quarters, or anything.
    fn scores() -> impl Strategy<Value = Vec<(f64, f64)>> {
        let pair = prop_oneof![
            (0u8..2, 0u8..2).prop_map(|(a, b)| (f64::from(a), f64::from(b))),
            (0u8..5, 0u8..5).prop_map(|(a, b)| (f64::from(a) / 4.0, f64::from(b) / 4.0)),
            (0.0..1.0, 0.0..1.0),
        ];
        prop_oneof![
            proptest::collection::vec((0u8..2, 0u8..2).prop_map(|(a, b)| (f64::from(a), f64::from(b))), 0..25),
            proptest::collection::vec(pair, 0..15),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_parts_agree_with_each_other(pairs in scores(), seed: u64) {
            let (first, chosen): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let found = evidence(&first, &chosen, 0.95, seed);
            prop_assert!((found.best_score - found.seed_score - found.difference).abs() < 1e-9);
            prop_assert!(found.ci_low <= found.difference && found.difference <= found.ci_high);
            for [low, high] in [found.seed_ci, found.best_ci] {
                prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0);
            }
            prop_assert!((0.0..=1.0).contains(&found.p_value));
            prop_assert!(found.wins + found.losses <= found.n);
            prop_assert_eq!(found.improved, found.p_value <= 0.05 && found.difference > 0.0);
            prop_assert_eq!(found.improved, found.sentence.starts_with("improvement shown"));
            prop_assert_eq!(&found, &evidence(&first, &chosen, 0.95, seed));

            let swapped = evidence(&chosen, &first, 0.95, seed);
            prop_assert!(!(found.improved && swapped.improved), "both directions claimed");
            prop_assert!((swapped.ci_low + found.ci_high).abs() < 1e-9 && (swapped.ci_high + found.ci_low).abs() < 1e-9);
            if found.difference <= 0.0 {
                prop_assert!(!found.improved);
            }
        }
    }
}
