//! Tango's score interval for the difference of two paired proportions.

use super::interval::Interval;
use super::paired::PairedCounts;
use super::quantile::two_sided_z;

/// The difference of two paired proportions, `(wins - losses) / n`, with Tango's two-sided score interval at `confidence`.
///
/// It has a width even where no pair differs, and never leaves [-1, 1]. Without pairs: 0 with the interval [-1, 1].
/// Source: Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design",
/// Statistics in Medicine 17, 1998; recommended by Fagerland, Lydersen and Laake, "Recommended tests and confidence intervals for
/// paired binomial proportions", Statistics in Medicine 33, 2014.
#[must_use]
pub fn tango_ci(counts: PairedCounts, confidence: f64) -> Interval {
    if counts.n == 0 {
        return Interval { estimate: 0.0, low: -1.0, high: 1.0 };
    }
    let estimate = (f64::from(counts.wins) - f64::from(counts.losses)) / f64::from(counts.n);
    let z = two_sided_z(confidence);
    // the score falls as the assumed difference rises: above z left of the interval, below -z right of it
    let low = boundary(-1.0, estimate, |delta| score(counts, delta) > z);
    let high = boundary(estimate, 1.0, |delta| score(counts, delta) > -z);
    Interval::within(estimate, low, high, -1.0, 1.0)
}

/// Where `holds` turns from true to false between `from` and `to`, by bisection down to the precision of the numbers.
fn boundary(from: f64, to: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut left, mut right) = (from, to);
    for _ in 0..60 {
        let middle = f64::midpoint(left, right);
        if holds(middle) {
            left = middle;
        } else {
            right = middle;
        }
    }
    f64::midpoint(left, right)
}

/// Tango's statistic for the difference `delta`: the observed difference's distance from it in standard errors, with the share
/// of losses at its most likely value given `delta` (the root of his quadratic).
fn score(counts: PairedCounts, delta: f64) -> f64 {
    let (n, wins, losses) = (f64::from(counts.n), f64::from(counts.wins), f64::from(counts.losses));
    let linear = (2.0 * n - wins + losses) * delta - wins - losses;
    let constant = -losses * delta * (1.0 - delta);
    let share = ((linear * linear - 8.0 * n * constant).max(0.0).sqrt() - linear) / (4.0 * n);
    let variance = n * (2.0 * share + delta * (1.0 - delta));
    let distance = wins - losses - n * delta;
    if variance > 0.0 {
        distance / variance.sqrt()
    } else if distance == 0.0 {
        0.0
    } else {
        distance.signum() * f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_intervals() {
        let cases = [
            // Tango 1998, section 5: cross-over study and contact lens study, the second at 90 %
            (32, 9, 3, 0.95, -0.027, 0.390, 1e-3),
            (44, 0, 1, 0.90, -0.096, 0.037, 1e-3),
            // Fagerland, Lydersen and Laake 2014: airway hyper-responsiveness before and after transplantation
            (21, 1, 7, 0.95, -0.517, -0.026, 6e-4),
            // R, PropCIs 0.3: scoreci.mp(25, 28, 618, conf.level = 0.90)
            (618, 28, 25, 0.90, -0.0148, 0.0247, 6e-5),
        ];
        for (n, wins, losses, confidence, low, high, precision) in cases {
            let found = tango_ci(PairedCounts { n, wins, losses }, confidence);
            assert!((found.low - low).abs() < precision && (found.high - high).abs() < precision, "{n}: {found:?}");
        }
    }

    #[test]
    fn swapping_the_prompts_mirrors_the_interval() {
        for n in [1, 2, 7, 40] {
            for wins in 0..=n {
                for losses in 0..=n - wins {
                    let one = tango_ci(PairedCounts { n, wins, losses }, 0.95);
                    let other = tango_ci(PairedCounts { n, wins: losses, losses: wins }, 0.95);
                    assert!((one.low + other.high).abs() < 1e-9 && (one.high + other.low).abs() < 1e-9);
                    assert!(-1.0 <= one.low && one.low <= one.estimate && one.estimate <= one.high && one.high <= 1.0);
                    assert!(one.high - one.low > 0.01, "{n} {wins} {losses}: {one:?}");
                }
            }
        }
    }

    #[test]
    fn without_a_pair_that_differs_the_width_follows_from_n() {
        // the score at delta is sqrt(n delta / (1 - delta)) where nothing differs, so the end is z^2 / (n + z^2)
        for n in [10, 50, 300] {
            let found = tango_ci(PairedCounts { n, wins: 0, losses: 0 }, 0.95);
            let expected = 3.841_459 / (f64::from(n) + 3.841_459);
            assert!((found.high - expected).abs() < 1e-6 && (found.low + expected).abs() < 1e-6, "{found:?}");
        }
    }
}
