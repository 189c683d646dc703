use crate::statistics::normal_cdf;

use super::verification::Odds;

/// Standard deviation of an edit's true effect on the mean score before anything was seen of it.
const EFFECT: f64 = 0.15;
/// Standard deviation of one example's difference before anything was seen, and the examples that this is worth.
const SPREAD: (f64, f64) = (0.08, 2.0);
/// A smaller effect on the mean score is none.
const NOTHING: f64 = 0.005;
/// Share of a sample's scores that are neither 0 nor 1 from which scores are degrees.
const SHARE: f64 = 0.25;

/// Whether these scores are degrees, such as a judge's, and not right or wrong.
pub(super) fn are_degrees(scores: &[f64]) -> bool {
    let between = scores.iter().filter(|score| (0.001..0.999).contains(*score)).count();
    between as f64 >= SHARE * scores.len().max(1) as f64
}

/// What the differences between a child and its parent say where scores are degrees: the effect on the mean score is normal with mean 0
/// before, and each example that both met adds its difference.
#[derive(Debug, Clone)]
pub(super) struct Degrees {
    /// The parent's score on each example, by place, where it was seen.
    before: Vec<Option<f64>>,
    differences: Vec<f64>,
}

impl Degrees {
    pub(super) fn new(before: Vec<Option<f64>>) -> Self {
        Self { before, differences: Vec::new() }
    }

    /// Takes in the child's score on an example; the difference, where the parent's is known.
    pub(super) fn observe(&mut self, place: usize, score: f64) -> Option<f64> {
        let difference = score - (*self.before.get(place)?)?;
        self.differences.push(difference);
        Some(difference)
    }

    /// Examples that can be compared.
    pub(super) fn seen(&self) -> usize {
        self.differences.len()
    }

    /// Places of examples that the parent was seen on, from one on and round.
    pub(super) fn known(&self, from: usize) -> impl Iterator<Item = usize> {
        let places = self.before.len().max(1);
        (0..self.before.len()).map(move |n| (from + n) % places).filter(|place| self.before[*place].is_some())
    }

    /// Expected effect on the mean score, and its standard deviation.
    pub(super) fn effect(&self) -> (f64, f64) {
        let n = self.differences.len() as f64;
        let mean = self.differences.iter().sum::<f64>() / n.max(1.0);
        let squares: f64 = self.differences.iter().map(|d| (d - mean).powi(2)).sum();
        let noise = (SPREAD.1 * SPREAD.0 * SPREAD.0 + squares) / (SPREAD.1 + n);
        let variance = 1.0 / (1.0 / (EFFECT * EFFECT) + n / noise);
        (variance * n * mean / noise, variance.sqrt())
    }

    /// The probability of an effect that is more than this price, in points of the score.
    pub(super) fn above(&self, price: f64) -> f64 {
        let (mean, sd) = self.effect();
        1.0 - normal_cdf((price + NOTHING - mean) / sd)
    }

    /// What the edit is.
    pub(super) fn odds(&self) -> Odds {
        let (mean, sd) = self.effect();
        let useful = self.above(0.0);
        let harmful = normal_cdf((-NOTHING - mean) / sd);
        Odds { useful, neutral: (1.0 - useful - harmful).max(0.0), harmful }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_told_from_right_and_wrong() {
        assert!(are_degrees(&[0.5, 0.6, 1.0, 0.7]));
        assert!(!are_degrees(&[0.0, 1.0, 1.0, 0.0, 0.5]));
    }

    #[test]
    fn a_few_equal_gains_are_enough_and_a_mixed_lot_is_not() {
        let test = |after: &[f64]| {
            let mut degrees = Degrees::new(vec![Some(0.5); after.len()]);
            after.iter().enumerate().for_each(|(place, score)| assert!(degrees.observe(place, *score).is_some()));
            degrees.odds()
        };
        assert!(test(&[0.6, 0.62, 0.58]).useful > 0.95);
        assert!(test(&[0.4, 0.38]).useful < 0.15);
        let mixed = test(&[0.7, 0.3, 0.6, 0.42]);
        assert!((0.2..0.8).contains(&mixed.useful) && (0.2..0.8).contains(&mixed.harmful), "{mixed:?}");
        assert_eq!(Degrees::new(vec![None]).observe(0, 0.9), None);
    }
}
