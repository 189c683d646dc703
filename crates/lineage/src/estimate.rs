use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A mean score with its interval and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The mean, in [0, 1].
    pub mean: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
    /// Trials behind it.
    pub trials: u32,
    /// Examples that they were made on. The interval counts each once: answers to the same example tell much the same.
    pub examples: u32,
}

/// The 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

impl Estimate {
    /// From the sum of so many scores in [0, 1] on so many examples; `None` of none.
    ///
    /// The interval is Wilson's (JASA 22, 1927; Brown, Cai and DasGupta, Statistical Science 16(2), 2001, equation 4) with the mean in the
    /// place of the share. Scores between 0 and 1 vary at most as much as right-or-wrong ones of the same mean do, so for
    /// them it is wider than it need be: good enough to look at, where a claim takes `clade_evolve`'s statistics.
    #[must_use]
    pub fn of(sum: f64, trials: u32, examples: u32) -> Option<Self> {
        if trials == 0 {
            return None;
        }
        let n = f64::from(examples.clamp(1, trials));
        let mean = (sum / f64::from(trials)).clamp(0.0, 1.0);
        let z2 = Z * Z;
        let centre = (mean + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z * (mean * (1.0 - mean) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
        let (low, high) = ((centre - half).clamp(0.0, mean), (centre + half).clamp(mean, 1.0));
        Some(Self { mean, low, high, trials, examples })
    }

    /// This mean less another, with the 95 % interval of the difference: Newcombe's hybrid score interval out of both
    /// (Statistics in Medicine 17, 1998, 873-890, method 10). It takes the two as independent, which scores on the same examples
    /// are not: wider than a paired comparison, good enough to look at.
    #[must_use]
    pub fn minus(&self, other: &Self) -> (f64, f64, f64) {
        let difference = self.mean - other.mean;
        let below = (self.mean - self.low).hypot(other.high - other.mean);
        let above = (self.high - self.mean).hypot(other.mean - other.low);
        (difference, difference - below, difference + above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_has_the_published_values() {
        // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I, method 3
        for (right, n, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let found = Estimate::of(f64::from(right), n, n).unwrap();
            assert!((found.low - low).abs() < 5e-5 && (found.high - high).abs() < 5e-5, "{right}/{n}: {found:?}");
        }
        assert_eq!(Estimate::of(0.0, 0, 0), None);
    }

    #[test]
    fn newcombes_interval_of_a_difference_has_the_published_values() {
        // Newcombe, "Interval estimation for the difference between independent proportions", 1998, table II, method 10
        for ((a, m), (b, n), low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let (a, b) = (Estimate::of(f64::from(a), m, m).unwrap(), Estimate::of(f64::from(b), n, n).unwrap());
            let (_, found_low, found_high) = a.minus(&b);
            assert!((found_low - low).abs() < 5e-5 && (found_high - high).abs() < 5e-5, "{found_low} {found_high}");
        }
    }
}
