//! How many test examples a gain of some size needs, and which gain a number of examples can show.
//!
//! From the usual formula for a paired comparison at 5 % one-sided and 80 % power, `n = (1.645 + 0.842)^2 D / gain^2`, which is 6.2 D /
//! gain^2: Connor, "Sample size for testing differences in proportions for the paired-sample design", Biometrics 43, 1987, with the
//! null variance on both sides. D is the mean squared difference; for right-or-wrong scores, the share of examples on
//! which the two prompts differ.

use clade_domain::PairedTest;

/// The level of every claim, one-sided.
pub const SIGNIFICANCE: f64 = 0.05;
/// Normal quantiles of 95 % and of 80 %, added and squared.
const FACTOR: f64 = 6.182_557;
/// What is assumed before anything was seen: a quarter of the examples differ. It weighs as much as one example.
const ASSUMED_MOMENT: f64 = 0.25;

/// The mean squared difference D, in [0, 1], with one assumed example at 0.25 mixed in, so that neither no example nor none that
/// differs makes a gain look free.
#[must_use]
pub fn second_moment(differences: &[f64]) -> f64 {
    let seen: f64 = differences.iter().filter(|difference| difference.is_finite()).map(|d| d * d).sum();
    (seen + ASSUMED_MOMENT) / (differences.len() as f64 + 1.0)
}

/// Test examples with which a true gain of `gain` is shown in four runs of five; `None` unless `gain` is in (0, 1].
///
/// `moment` is the mean squared difference ([`second_moment`]); it counts as at least what the gain itself makes it. McNemar's test
/// moves in steps and wastes part of its level: `1 / gain` examples more bring its exact power back to 79-86 % wherever ten
/// or more examples are expected to differ.
#[must_use]
pub fn examples_needed(moment: f64, gain: f64, test: PairedTest) -> Option<u32> {
    if !(gain > 0.0 && gain <= 1.0) {
        return None;
    }
    let examples = FACTOR * floored(moment, gain, test) / (gain * gain) + steps(test) / gain;
    Some(examples.ceil().min(f64::from(u32::MAX)) as u32)
}

/// The smallest gain that `n` test examples show in four runs of five, in (0, 1]; 1 when even that would need more.
#[must_use]
pub fn detectable_gain(moment: f64, n: u32, test: PairedTest) -> f64 {
    let enough = |gain: f64| examples_needed(moment, gain, test).is_some_and(|needed| needed <= n);
    if !enough(1.0) {
        return 1.0;
    }
    let (mut too_small, mut shown) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = f64::midpoint(too_small, shown);
        if enough(middle) {
            shown = middle;
        } else {
            too_small = middle;
        }
    }
    shown
}

/// A mean difference of `gain` needs differences: in right-or-wrong scores on at least that share of examples, in others of at
/// least that size.
fn floored(moment: f64, gain: f64, test: PairedTest) -> f64 {
    let least = match test {
        PairedTest::Mcnemar => gain,
        PairedTest::Permutation => gain * gain,
    };
    if moment.is_nan() { ASSUMED_MOMENT.max(least) } else { moment.clamp(least, 1.0) }
}

fn steps(test: PairedTest) -> f64 {
    match test {
        PairedTest::Mcnemar => 1.0,
        PairedTest::Permutation => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use statrs::function::factorial::ln_binomial;

    use super::super::paired::mcnemar_one_sided;
    use super::*;

    #[test]
    fn the_usual_formula() {
        // 6.18 D / gain^2, and 1 / gain more for McNemar's test
        let cases = [(0.25, 0.10, 155, 165), (0.15, 0.05, 371, 391), (0.10, 0.02, 1_546, 1_596)];
        for (moment, gain, permutation, mcnemar) in cases {
            assert_eq!(examples_needed(moment, gain, PairedTest::Permutation), Some(permutation));
            assert_eq!(examples_needed(moment, gain, PairedTest::Mcnemar), Some(mcnemar));
        }
        for gain in [0.0, -0.1, 1.1, f64::NAN] {
            assert_eq!(examples_needed(0.2, gain, PairedTest::Mcnemar), None, "{gain}");
        }
        assert_eq!(examples_needed(0.0, 0.2, PairedTest::Mcnemar), examples_needed(0.2, 0.2, PairedTest::Mcnemar));
        assert_eq!(examples_needed(1.0, 1e-9, PairedTest::Permutation), Some(u32::MAX));
    }

    fn binomial(n: u32, k: u32, p: f64) -> f64 {
        let (n, k) = (u64::from(n), u64::from(k));
        (ln_binomial(n, k) + k as f64 * p.ln() + (n - k) as f64 * (-p).ln_1p()).exp()
    }

    /// The chance of a claim by McNemar's exact test, over every number of differing examples and of wins among them.
    fn exact_power(n: u32, discordance: f64, gain: f64) -> f64 {
        let win = f64::midpoint(discordance, gain) / discordance;
        (0..=n)
            .map(|differing| (differing, binomial(n, differing, discordance)))
            .filter(|(_, chance)| *chance > 1e-9)
            .map(|(differing, chance)| {
                let claims: f64 = (0..=differing)
                    .rev()
                    .take_while(|&wins| mcnemar_one_sided(wins, differing - wins) <= SIGNIFICANCE)
                    .map(|wins| binomial(differing, wins, win))
                    .sum();
                chance * claims
            })
            .sum()
    }

    #[test]
    fn the_number_named_has_the_power_promised() {
        for (discordance, gain) in
            [(0.25, 0.1), (0.15, 0.05), (0.2, 0.15), (0.5, 0.1), (0.1, 0.05), (0.06, 0.05), (0.1, 0.03)]
        {
            let n = examples_needed(discordance, gain, PairedTest::Mcnemar).unwrap();
            let power = exact_power(n, discordance, gain);
            assert!((0.78..0.87).contains(&power), "D {discordance}, gain {gain}, n {n}: {power:.3}");
        }
    }

    #[test]
    fn the_gain_that_n_examples_show_needs_just_about_n() {
        for test in [PairedTest::Mcnemar, PairedTest::Permutation] {
            for n in [30, 120, 1_000, 100_000] {
                let gain = detectable_gain(0.2, n, test);
                let needed = examples_needed(0.2, gain, test).unwrap();
                assert!(
                    needed <= n && examples_needed(0.2, gain * 0.98, test).unwrap() > n,
                    "{test:?} {n}: {gain} {needed}"
                );
            }
            assert_eq!(detectable_gain(0.2, 0, test), 1.0);
        }
    }

    #[test]
    fn the_second_moment_starts_at_a_quarter_and_goes_where_the_data_are() {
        assert_eq!(second_moment(&[]), 0.25);
        assert_eq!(second_moment(&[0.0; 9]), 0.025);
        let tenth: Vec<f64> = (0..1_000).map(|index| f64::from(u8::from(index % 10 == 0))).collect();
        assert!((second_moment(&tenth) - 0.1).abs() < 1e-3);
    }
}
