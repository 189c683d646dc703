//! How much the same prompt's score on the same example changes from one answer to the next.

use super::interval::{cleaned, mean};

/// Noise between repeats, estimated from examples that were answered at least twice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// Examples with at least two answers.
    pub examples: u32,
    /// Their answers.
    pub answers: u32,
    /// The chance that two answers to the same example score differently, in [0, 1].
    pub flip_rate: f64,
    /// Variance of a score around its example's own mean, pooled over the examples, in squared score.
    pub within_variance: f64,
    /// Variance of the examples' true means, with the noise taken out, in squared score, 0 or more.
    pub between_variance: f64,
}

impl Noise {
    /// Standard deviation that the noise alone gives to a mean score over `examples`, answered `repeats` times each; 0 when
    /// either is 0.
    #[must_use]
    pub fn mean_deviation(&self, examples: u32, repeats: u32) -> f64 {
        let answers = f64::from(examples) * f64::from(repeats);
        if answers > 0.0 { (self.within_variance / answers).sqrt() } else { 0.0 }
    }

    /// The share of a score's variance that belongs to the example and not to the noise, in [0, 1] (the intraclass correlation):
    /// 1 where answers never change, 0 where examples do not differ.
    #[must_use]
    pub fn reliability(&self) -> f64 {
        let total = self.within_variance + self.between_variance;
        if total > 0.0 { self.between_variance / total } else { 1.0 }
    }
}

/// Estimates the noise from the scores of each example's answers; `None` if no example has two.
///
/// The variances are those of the one-way analysis of variance with unequal group sizes: Searle, Casella and McCulloch, "Variance
/// Components", 1992, section 3.6. The flip rate is the share of unequal pairs among all pairs of answers to one
/// example, averaged over examples; for right-or-wrong scores and equal repeats it is twice the within variance.
#[must_use]
pub fn noise<S: AsRef<[f64]>>(repeats: &[S]) -> Option<Noise> {
    let groups: Vec<Vec<f64>> = repeats
        .iter()
        .map(|scores| scores.as_ref().iter().map(|&score| cleaned(score)).collect::<Vec<f64>>())
        .filter(|scores| scores.len() > 1)
        .collect();
    if groups.is_empty() {
        return None;
    }
    let answers: usize = groups.iter().map(Vec::len).sum();
    let (count, total) = (groups.len() as f64, answers as f64);
    let grand = groups.iter().flatten().sum::<f64>() / total;
    let (mut within, mut between, mut sizes, mut flips) = (0.0, 0.0, 0.0, 0.0);
    for group in &groups {
        let size = group.len() as f64;
        let centre = mean(group);
        within += group.iter().map(|score| (score - centre).powi(2)).sum::<f64>();
        between += size * (centre - grand).powi(2);
        sizes += size * size;
        flips += unequal_pairs(group);
    }
    let within_variance = within / (total - count);
    let between_variance = if groups.len() > 1 {
        let typical_size = (total - sizes / total) / (count - 1.0);
        ((between / (count - 1.0) - within_variance) / typical_size).max(0.0)
    } else {
        0.0
    };
    Some(Noise {
        examples: u32::try_from(groups.len()).unwrap_or(u32::MAX),
        answers: u32::try_from(answers).unwrap_or(u32::MAX),
        flip_rate: flips / count,
        within_variance,
        between_variance,
    })
}

/// The share of pairs of answers whose scores differ; at least two answers.
fn unequal_pairs(scores: &[f64]) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let pairs = |n: usize| n as f64 * (n as f64 - 1.0) / 2.0;
    let equal: f64 = sorted.chunk_by(|a, b| a == b).map(|run| pairs(run.len())).sum();
    1.0 - equal / pairs(sorted.len())
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn by_hand() {
        let found = noise(&[vec![1.0, 0.0], vec![1.0, 1.0], vec![0.0, 0.0], vec![1.0]]).unwrap();
        assert_eq!((found.examples, found.answers), (3, 6), "an example with one answer says nothing of noise");
        assert!((found.flip_rate - 1.0 / 3.0).abs() < 1e-12);
        assert!((found.within_variance - 0.5 / 3.0).abs() < 1e-12);
        // between mean square 0.5 (means 0.5, 1 and 0 around 0.5, two answers each, two degrees of freedom)
        assert!((found.between_variance - (0.5 - 0.5 / 3.0) / 2.0).abs() < 1e-12);
        assert!((found.reliability() - 0.5).abs() < 1e-12);
        assert!((found.mean_deviation(50, 2) - (0.5_f64 / 300.0).sqrt()).abs() < 1e-12);
        assert_eq!(found.mean_deviation(0, 2), 0.0);
    }

    #[test]
    fn nothing_repeated_is_nothing_known() {
        assert_eq!(noise::<Vec<f64>>(&[]), None);
        assert_eq!(noise(&[vec![1.0], vec![]]), None);
        let steady = noise(&[vec![1.0, 1.0], vec![0.0, 0.0]]).unwrap();
        assert_eq!((steady.flip_rate, steady.within_variance, steady.reliability()), (0.0, 0.0, 1.0));
    }

    #[test]
    fn a_known_noise_is_found_again() {
        // each example has its own chance of a right answer: uniform, so p (1 - p) averages 1/6 and the chances vary by 1/12
        let mut rng = ChaCha8Rng::seed_from_u64(17);
        let answers: Vec<Vec<f64>> = (0..4_000)
            .map(|example| {
                let right: f64 = rng.random();
                (0..2 + example % 4).map(|_| f64::from(u8::from(rng.random_bool(right)))).collect()
            })
            .collect();
        let found = noise(&answers).unwrap();
        assert!((found.flip_rate - 1.0 / 3.0).abs() < 0.02, "{found:?}");
        assert!((found.within_variance - 1.0 / 6.0).abs() < 0.01, "{found:?}");
        assert!((found.between_variance - 1.0 / 12.0).abs() < 0.01, "{found:?}");
    }
}
