//! Bootstrap intervals for a mean, of scores or of paired differences.
//!
//! Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993: the studentised interval is section 12.5, the percentile
//! interval 13.3, the accelerated one (BCa) 14.3. The symmetric one: Hall, "On symmetric bootstrap confidence intervals", JRSS B 50(1), 1988.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::interval::{Interval, all_equal, mean};
use super::quantile::{level, normal_cdf, normal_quantile, two_sided_t};

/// Resamples behind a reported interval.
pub const RESAMPLES: usize = 5_000;

/// How the resampled means become an interval. Two are in use; the other two are what they were measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootstrapMethod {
    /// Quantiles of the resampled means.
    Percentile,
    /// Quantiles of the resampled means measured in their own standard errors.
    Studentised,
    /// Quantiles of the resampled means, corrected for bias and skewness and widened for the size of the sample. In use for
    /// scores, which are skewed where a prompt is nearly always right.
    Bca,
    /// As far to both sides as the resampled means lie from the estimate, widened for the size of the sample. In use for
    /// paired differences: few examples differ, and a sample that holds gains alone says nothing about losses.
    Symmetric,
}

/// The mean of `values` with its two-sided bootstrap interval at `confidence`, from `resamples` resamples drawn from `seed`.
///
/// Values that are all equal give an interval of no width: where that may not be taken at its word, use
/// [`super::unseen_mass_ci`]. Without values: all 0. Costs `resamples` times the number of values.
#[must_use]
pub fn bootstrap_mean_ci(
    values: &[f64],
    method: BootstrapMethod,
    resamples: usize,
    confidence: f64,
    seed: u64,
) -> Interval {
    let estimate = mean(values);
    let spread = deviation(values, estimate);
    if values.len() < 2 || spread == 0.0 {
        return Interval { estimate, low: estimate, high: estimate };
    }
    let tail = (1.0 - level(confidence)) / 2.0;
    let resampled = Resampled::draw(values, resamples.max(1), seed);
    let (low, high) = match method {
        BootstrapMethod::Percentile => {
            let means = sorted(resampled.means);
            (quantile(&means, tail), quantile(&means, 1.0 - tail))
        }
        BootstrapMethod::Bca => {
            let means = sorted(resampled.means);
            let (lower, upper) = bca_levels(values, estimate, &means, expanded(tail, values.len()));
            (quantile(&means, lower), quantile(&means, upper))
        }
        BootstrapMethod::Symmetric => {
            let away = sorted(resampled.means.iter().map(|mean| (mean - estimate).abs()).collect());
            let half = quantile(&away, 1.0 - 2.0 * expanded(tail, values.len()));
            (estimate - half, estimate + half)
        }
        BootstrapMethod::Studentised => {
            let error = spread / (values.len() as f64).sqrt();
            let ratios = sorted(resampled.studentised(estimate, error, values.len()));
            (estimate - quantile(&ratios, 1.0 - tail) * error, estimate - quantile(&ratios, tail) * error)
        }
    };
    Interval { estimate, low: low.min(estimate), high: high.max(estimate) }
}

/// Mean and standard deviation of every resample, in the order drawn.
struct Resampled {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Resampled {
    fn draw(values: &[f64], resamples: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let n = values.len();
        let centre = mean(values);
        let centred: Vec<f64> = values.iter().map(|value| value - centre).collect();
        let mut means = Vec::with_capacity(resamples);
        let mut deviations = Vec::with_capacity(resamples);
        for _ in 0..resamples {
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..n {
                // the high half of a 32 by 32 bit product: uniform to within n / 2^32
                let index = (u64::from(rng.next_u32()) * n as u64) >> 32;
                let value = centred[index as usize];
                sum += value;
                squares += value * value;
            }
            let shift = sum / n as f64;
            means.push(centre + shift);
            deviations.push(((squares - sum * shift) / (n as f64 - 1.0)).max(0.0).sqrt());
        }
        Self { means, deviations }
    }

    /// Distances from the estimate in the resample's own standard errors. A resample of equal values has none of its own and
    /// borrows that of the sample.
    fn studentised(&self, estimate: f64, error: f64, n: usize) -> Vec<f64> {
        let root = (n as f64).sqrt();
        self.means
            .iter()
            .zip(&self.deviations)
            .map(|(mean, deviation)| {
                let own = deviation / root;
                (mean - estimate) / if own > 1e-9 * error { own } else { error }
            })
            .collect()
    }
}

/// The tail whose normal quantile, at the resamples' own too small spread, is as far out as Student's quantile at the sample's.
/// Source: Hesterberg, "What teachers should know about the bootstrap", The American Statistician 69(4), 2015 (its expanded interval).
fn expanded(tail: f64, n: usize) -> f64 {
    let n = n as f64;
    normal_cdf(-(n / (n - 1.0)).sqrt() * two_sided_t(1.0 - 2.0 * tail, n - 1.0))
}

/// The levels at which BCa reads the resampled means (equations 14.9, 14.10, 14.14 and 14.15).
fn bca_levels(values: &[f64], estimate: f64, means: &[f64], tail: f64) -> (f64, f64) {
    let below = means.partition_point(|&mean| mean < estimate) as f64;
    let not_above = means.partition_point(|&mean| mean <= estimate) as f64;
    let bias = normal_quantile((below + not_above) / (2.0 * means.len() as f64));
    let (mut cubes, mut squares) = (0.0, 0.0);
    for value in values {
        // the jackknife of a mean moves by (estimate - value) / (n - 1); the common factor cancels
        let moved = value - estimate;
        cubes += moved.powi(3);
        squares += moved.powi(2);
    }
    let acceleration = cubes / (6.0 * squares.powf(1.5));
    let at = |p: f64| {
        let z = bias + normal_quantile(p);
        // the pole lies far outside samples of any use; the floor keeps the two ends in order near it
        normal_cdf(bias + z / (1.0 - acceleration * z).max(0.05))
    };
    (at(tail), at(1.0 - tail))
}

fn deviation(values: &[f64], mean: f64) -> f64 {
    if all_equal(values) {
        return 0.0;
    }
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)).sqrt()
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The quantile of sorted values, interpolated between the two nearest.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p.clamp(0.0, 1.0) * (sorted.len() as f64 - 1.0);
    let (lower, upper) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    lower + (upper - lower) * at.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHODS: [BootstrapMethod; 4] =
        [BootstrapMethod::Percentile, BootstrapMethod::Studentised, BootstrapMethod::Bca, BootstrapMethod::Symmetric];

    /// Evenly spread from 0 to 1: neither skewed nor heavy in the tails.
    fn even(n: usize) -> Vec<f64> {
        (0..n).map(|index| (index as f64 + 0.5) / n as f64).collect()
    }

    #[test]
    fn every_method_nears_students_interval_on_a_large_even_sample() {
        let values = even(200);
        let error = deviation(&values, 0.5) / 200.0_f64.sqrt();
        for method in METHODS {
            let found = bootstrap_mean_ci(&values, method, 5_000, 0.95, 11);
            for end in [0.5 - found.low, found.high - 0.5] {
                assert!((end / error - 1.972).abs() < 0.08, "{method:?}: {} standard errors", end / error);
            }
        }
    }

    #[test]
    fn all_resamples_of_three_values_agree_with_the_quantiles_drawn() {
        let values = [0.0, 0.3, 0.9];
        let mut all: Vec<f64> =
            (0..27).map(|code| (values[code % 3] + values[code / 3 % 3] + values[code / 9]) / 3.0).collect();
        all.sort_by(f64::total_cmp);
        // the chance of the lowest mean and of the highest is 1/27, so a 90 % interval begins above the one and ends below the other
        let found = bootstrap_mean_ci(&values, BootstrapMethod::Percentile, 20_000, 0.9, 3);
        assert!((found.low - all[1]).abs() < 1e-9 && (found.high - all[25]).abs() < 1e-9, "{found:?} of {all:?}");
    }

    #[test]
    fn a_skewed_sample_shifts_the_accelerated_interval_and_not_the_symmetric_one() {
        let values: Vec<f64> =
            (0..40).map(|index| f64::from(u8::from(index >= 6)) - 0.01 * f64::from(index % 3)).collect();
        let percentile = bootstrap_mean_ci(&values, BootstrapMethod::Percentile, 5_000, 0.95, 5);
        let bca = bootstrap_mean_ci(&values, BootstrapMethod::Bca, 5_000, 0.95, 5);
        assert!(bca.low < percentile.low, "the long tail is below: {bca:?}, {percentile:?}");
        let symmetric = bootstrap_mean_ci(&values, BootstrapMethod::Symmetric, 5_000, 0.95, 5);
        assert!((symmetric.low + symmetric.high - 2.0 * symmetric.estimate).abs() < 1e-12);
    }

    #[test]
    fn the_seed_decides_and_odd_samples_are_borne() {
        let values = even(30);
        for method in METHODS {
            let drawn = |seed| bootstrap_mean_ci(&values, method, 500, 0.95, seed);
            assert_eq!(drawn(1), drawn(1));
            assert_ne!(drawn(1), drawn(2));
            assert_eq!(bootstrap_mean_ci(&[], method, 500, 0.95, 1).ends(), [0.0, 0.0]);
            assert_eq!(bootstrap_mean_ci(&[0.4], method, 500, 0.95, 1).ends(), [0.4, 0.4]);
            assert_eq!(bootstrap_mean_ci(&[0.25; 9], method, 500, 0.95, 1).ends(), [0.25, 0.25]);
            for sample in [vec![0.1, 0.9], vec![0.0, 0.0, 1.0], vec![0.0, 0.5, 1.0, 1.0]] {
                for confidence in [0.5, 0.95, 0.9999] {
                    let found = bootstrap_mean_ci(&sample, method, 500, confidence, 1);
                    assert!(found.low <= found.estimate && found.estimate <= found.high, "{method:?} {found:?}");
                    assert!(found.low.is_finite() && found.high.is_finite(), "{method:?} {found:?}");
                }
            }
        }
    }
}
