//! The one comparison a run makes on its test split.

use clade_domain::{Evidence, PairedTest};

use super::difference::difference_ci;
use super::interval::{cleaned, is_binary, mean_ci};
use super::paired::{PairedCounts, mcnemar_one_sided, permutation_one_sided};
use super::power::{SIGNIFICANCE, examples_needed, second_moment};
use super::sentence;

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
        needed: Vec::new(),
        sentence: String::new(),
    }
}

fn needed(differences: &[f64], test: PairedTest) -> Vec<(f64, u32)> {
    let moment = second_moment(differences);
    REPORTED_GAINS.iter().filter_map(|&gain| Some((gain, examples_needed(moment, gain, test)?))).collect()
}
