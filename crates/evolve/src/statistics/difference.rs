//! The mean paired difference of two prompts' scores, with its confidence interval.

use super::bootstrap::{BootstrapMethod, RESAMPLES, bootstrap_mean_ci};
use super::interval::{Interval, all_equal, cleaned, is_binary, unseen_mass_ci};
use super::paired::PairedCounts;
use super::tango::tango_ci;

/// The mean of `second - first` over pairs, in [-1, 1], with its two-sided interval at `confidence`.
///
/// Both slices hold the same examples in the same order; what one has beyond the other is left out. Right-or-wrong scores get
/// Tango's score interval, others a symmetric bootstrap of [`RESAMPLES`] resamples drawn from `seed`, equal differences
/// [`unseen_mass_ci`]. Without pairs: 0 with the interval [-1, 1]. The choice follows the coverage in `docs/statistics.md`.
#[must_use]
pub fn difference_ci(first: &[f64], second: &[f64], confidence: f64, seed: u64) -> Interval {
    let pairs: Vec<(f64, f64)> = first.iter().zip(second).map(|(&a, &b)| (cleaned(a), cleaned(b))).collect();
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| b - a).collect();
    if differences.is_empty() {
        return Interval { estimate: 0.0, low: -1.0, high: 1.0 };
    }
    if pairs.iter().all(|&(a, b)| is_binary(&[a, b])) {
        return tango_ci(PairedCounts::of(&differences), confidence);
    }
    if all_equal(&differences) {
        return unseen_mass_ci(differences[0], differences.len(), confidence, [-1.0, 1.0]);
    }
    let found = bootstrap_mean_ci(&differences, BootstrapMethod::Symmetric, RESAMPLES, confidence, seed);
    Interval::within(found.estimate, found.low, found.high, -1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_follows_the_kind_of_scores() {
        let tango = tango_ci(PairedCounts { n: 4, wins: 2, losses: 1 }, 0.95);
        assert_eq!(difference_ci(&[0.0, 0.0, 1.0, 1.0], &[1.0, 1.0, 0.0, 1.0], 0.95, 1), tango);
        assert_eq!(difference_ci(&[], &[1.0], 0.95, 1).ends(), [-1.0, 1.0]);
        // 0.3 - 0.2 and 0.8 - 0.7 differ by rounding only: no interval of no width
        let equal = difference_ci(&[0.2, 0.7], &[0.3, 0.8], 0.95, 1);
        assert!(equal.high - equal.low > 1.0, "two examples say little: {equal:?}");
    }

    #[test]
    fn swapping_the_prompts_mirrors_the_interval() {
        let first = [0.1, 0.25, 0.5, 0.9, 0.4, 0.3];
        let second = [0.4, 0.2, 0.8, 0.9, 0.7, 0.1];
        let (one, other) = (difference_ci(&first, &second, 0.95, 4), difference_ci(&second, &first, 0.95, 4));
        assert!((one.low + other.high).abs() < 1e-9 && (one.high + other.low).abs() < 1e-9, "{one:?} {other:?}");
    }
}
