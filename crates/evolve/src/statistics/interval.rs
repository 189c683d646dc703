//! The mean of scores with its confidence interval.

use super::bootstrap::{BootstrapMethod, RESAMPLES, bootstrap_mean_ci};
use super::quantile::{level, two_sided_z};

/// An estimate and the interval around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate, such as a mean score.
    pub estimate: f64,
    /// Lower end, at most the estimate.
    pub low: f64,
    /// Upper end, at least the estimate.
    pub high: f64,
}

impl Interval {
    /// Both ends.
    #[must_use]
    pub fn ends(&self) -> [f64; 2] {
        [self.low, self.high]
    }

    /// An interval that lies in `[bottom, top]` and holds its estimate.
    pub(super) fn within(estimate: f64, low: f64, high: f64, bottom: f64, top: f64) -> Self {
        let estimate = estimate.clamp(bottom, top);
        Self { estimate, low: low.clamp(bottom, estimate), high: high.clamp(estimate, top) }
    }
}

/// The mean of scores in [0, 1] with its two-sided interval at `confidence`, such as 0.95.
///
/// Right-or-wrong scores (all 0 or 1) get Wilson's interval, others an accelerated bootstrap of [`RESAMPLES`] resamples drawn from `seed`,
/// equal scores [`unseen_mass_ci`]. Without a score nothing is known: 0 with the interval [0, 1]. For a progress line
/// [`super::RunningMean`] gives nearly the same at a constant price.
#[must_use]
pub fn mean_ci(scores: &[f64], confidence: f64, seed: u64) -> Interval {
    if scores.is_empty() {
        return Interval { estimate: 0.0, low: 0.0, high: 1.0 };
    }
    if scores.iter().all(|&score| is_binary(&[cleaned(score)])) {
        let right = scores.iter().filter(|&&score| cleaned(score) == 1.0).count();
        return wilson_ci(right as u64, scores.len() as u64, confidence);
    }
    let scores: Vec<f64> = scores.iter().map(|&score| cleaned(score)).collect();
    if all_equal(&scores) {
        return unseen_mass_ci(scores[0], scores.len(), confidence, [0.0, 1.0]);
    }
    let found = bootstrap_mean_ci(&scores, BootstrapMethod::Bca, RESAMPLES, confidence, seed);
    Interval::within(found.estimate, found.low, found.high, 0.0, 1.0)
}

/// Wilson's score interval for `successes` of `n`.
///
/// Without observations: 0 with the interval [0, 1]. Source: Wilson, "Probable inference, the law of succession, and statistical
/// inference", JASA 22, 1927; recommended by Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical
/// Science 16(2), 2001, equation (4).
#[must_use]
pub fn wilson_ci(successes: u64, n: u64, confidence: f64) -> Interval {
    if n == 0 {
        return Interval { estimate: 0.0, low: 0.0, high: 1.0 };
    }
    let z2 = two_sided_z(confidence).powi(2);
    let n = n as f64;
    let mean = (successes as f64 / n).min(1.0);
    let centre = (mean + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = (z2 * (mean * (1.0 - mean) / n + z2 / (4.0 * n * n))).sqrt() / (1.0 + z2 / n);
    Interval::within(mean, centre - half, centre + half, 0.0, 1.0)
}

/// The interval of a mean when all `n` observations equal `value`: other values may exist as long as their share is small
/// enough to have stayed unseen, and they may lie anywhere in `range`.
///
/// The unseen share `q` is at most `1 - (alpha/2)^(1/n)`, the bound of Clopper and Pearson (Biometrika 26, 1934) for no
/// occurrence in `n`; the mean is then between `value + q (range[0] - value)` and `value + q (range[1] - value)`.
#[must_use]
pub fn unseen_mass_ci(value: f64, n: usize, confidence: f64, range: [f64; 2]) -> Interval {
    let tail = (1.0 - level(confidence)) / 2.0;
    let unseen = if n == 0 { 1.0 } else { 1.0 - tail.powf(1.0 / n as f64) };
    let [bottom, top] = range;
    Interval::within(value, value + unseen * (bottom - value), value + unseen * (top - value), bottom, top)
}

/// A score that is not a finite number counts as 0, and none lies outside [0, 1].
pub(super) fn cleaned(score: f64) -> f64 {
    if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.0 }
}

/// Whether all scores are 0 or 1.
pub(super) fn is_binary(scores: &[f64]) -> bool {
    scores.iter().all(|&score| score == 0.0 || score == 1.0)
}

/// Whether all values are the same but for rounding.
pub(super) fn all_equal(values: &[f64]) -> bool {
    values.iter().all(|value| (value - values[0]).abs() < 1e-9)
}

/// The mean; 0 without values.
pub(super) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_gives_the_published_intervals() {
        // Newcombe, Statistics in Medicine 17, 1998, p. 857, table I, method 3
        let cases =
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)];
        for (successes, n, low, high) in cases {
            let found = wilson_ci(successes, n, 0.95);
            assert!((found.low - low).abs() < 5e-5 && (found.high - high).abs() < 5e-5, "{successes}/{n}: {found:?}");
        }
        assert_eq!(wilson_ci(0, 0, 0.95).ends(), [0.0, 1.0]);
    }

    #[test]
    fn nothing_unseen_is_bounded_as_clopper_and_pearson_bound_it() {
        // 0 of 20: 0.1684, Newcombe 1998, table I, method 5
        let found = unseen_mass_ci(0.0, 20, 0.95, [0.0, 1.0]);
        assert!(found.low == 0.0 && (found.high - 0.1684).abs() < 5e-5, "{found:?}");
        let found = unseen_mass_ci(0.0, 20, 0.95, [-1.0, 1.0]);
        assert!((found.low + 0.1684).abs() < 5e-5 && (found.high - 0.1684).abs() < 5e-5, "{found:?}");
        assert_eq!(unseen_mass_ci(0.3, 0, 0.95, [0.0, 1.0]).ends(), [0.0, 1.0]);
    }

    #[test]
    fn a_mean_picks_its_interval_by_the_kind_of_scores() {
        let cases: [(&[f64], [f64; 2]); 4] = [
            (&[], [0.0, 1.0]),
            (&[1.0, 1.0, 0.0, 1.0], wilson_ci(3, 4, 0.95).ends()),
            (&[0.7, 0.7, 0.7], unseen_mass_ci(0.7, 3, 0.95, [0.0, 1.0]).ends()),
            // a failed trial is a 0
            (&[f64::NAN, 1.0], wilson_ci(1, 2, 0.95).ends()),
        ];
        for (scores, expected) in cases {
            assert_eq!(mean_ci(scores, 0.95, 1).ends(), expected, "{scores:?}");
        }
        let found = mean_ci(&[0.9, 1.0, 1.0, 0.95, 1.0, 0.2, 1.0, 1.0], 0.95, 1);
        assert!(found.low > 0.2 && found.low < 0.75 && found.high < 1.0, "{found:?}");
        assert!((found.estimate - 7.05 / 8.0).abs() < 1e-12);
    }

    #[test]
    fn more_confidence_is_wider() {
        for scores in [vec![0.0, 1.0, 1.0, 0.0, 1.0], vec![0.2, 0.4, 0.1, 0.9, 0.3, 0.5], vec![0.5; 6]] {
            let widths =
                [0.5, 0.8, 0.95, 0.99].map(|level| mean_ci(&scores, level, 1).high - mean_ci(&scores, level, 1).low);
            assert!(widths.is_sorted() && widths[0] < widths[3], "{widths:?}");
        }
    }
}
