//! A mean that grows score by score, with an interval cheap enough for a progress line.

use super::interval::{Interval, cleaned, wilson_ci};
use super::quantile::two_sided_t;

/// Count, sum and sum of squares of scores in [0, 1]: 24 bytes, whatever the number of scores.
///
/// Adding a score and asking for the interval cost the same at any length. Two that saw different scores are joined by [`Self::merge`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RunningMean {
    n: u64,
    sum: f64,
    squares: f64,
}

impl RunningMean {
    /// Adds one score; not-a-number counts as 0.
    pub fn push(&mut self, score: f64) {
        let score = cleaned(score);
        self.n += 1;
        self.sum += score;
        self.squares += score * score;
    }

    /// Adds all that `other` saw.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// Scores seen.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.n
    }

    /// Their mean; 0 before the first.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.n == 0 { 0.0 } else { self.sum / self.n as f64 }
    }

    /// The mean with its interval for live display: Wilson's for right-or-wrong scores, the same that [`super::mean_ci`] gives;
    /// Student's, cut to [0, 1], for others. Evidence is reported with [`super::mean_ci`].
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Interval {
        let n = self.n as f64;
        // for scores in [0, 1] the sum of squares equals the sum only if each is 0 or 1
        if self.n < 2 || (self.sum - self.squares).abs() <= 1e-9 * n {
            return wilson_ci(self.sum.round() as u64, self.n, confidence);
        }
        let mean = self.mean();
        let variance = ((self.squares - n * mean * mean) / (n - 1.0)).max(0.0);
        let half = two_sided_t(confidence, n - 1.0) * (variance / n).sqrt();
        Interval::within(mean, mean - half, mean + half, 0.0, 1.0)
    }
}

impl Extend<f64> for RunningMean {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, scores: I) {
        scores.into_iter().for_each(|score| self.push(score));
    }
}

impl FromIterator<f64> for RunningMean {
    fn from_iter<I: IntoIterator<Item = f64>>(scores: I) -> Self {
        let mut running = Self::default();
        running.extend(scores);
        running
    }
}

#[cfg(test)]
mod tests {
    use super::super::interval::mean_ci;
    use super::*;

    #[test]
    fn right_or_wrong_scores_get_the_reported_interval() {
        for scores in [vec![], vec![1.0], vec![0.0, 1.0, 1.0, 1.0], vec![1.0; 30], vec![f64::NAN, 1.0]] {
            let (live, reported) = (RunningMean::from_iter(scores.clone()).interval(0.95), mean_ci(&scores, 0.95, 1));
            assert_eq!(live, reported, "{scores:?}");
        }
    }

    #[test]
    fn other_scores_get_students_interval() {
        // mean 0.5, standard deviation sqrt(0.1 / 4), t at 4 degrees of freedom 2.7764
        let live = RunningMean::from_iter([0.3, 0.4, 0.5, 0.6, 0.7]).interval(0.95);
        let half = 2.776_445 * (0.1_f64 / 4.0 / 5.0).sqrt();
        assert!((live.low - (0.5 - half)).abs() < 1e-5 && (live.high - (0.5 + half)).abs() < 1e-5, "{live:?}");
    }

    #[test]
    fn two_halves_merge_into_the_whole() {
        let scores: Vec<f64> = (0..20).map(|index| f64::from(index) / 32.0).collect();
        let mut joined = RunningMean::from_iter(scores[..7].iter().copied());
        joined.merge(&RunningMean::from_iter(scores[7..].iter().copied()));
        assert_eq!(joined, RunningMean::from_iter(scores));
        assert_eq!(joined.count(), 20);
    }
}
