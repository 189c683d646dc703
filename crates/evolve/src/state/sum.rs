/// A sum that does not depend on the order of its terms: fixed-point with 60 binary places. Floating-point sums of the same
/// scores differ in their last digits with the order in which answers arrive, which would decide between equals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum(i128);

/// 2 to the power of 60.
const ONE: f64 = (1_u64 << 60) as f64;

impl Sum {
    /// Adds a term. Scores in [0, 1] keep 60 binary places; terms up to 1e9 leave room for as many of them.
    pub fn add(&mut self, term: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "saturates; the places below are meant to go")]
        let fixed = (term * ONE).round() as i128;
        self.0 = self.0.saturating_add(fixed);
    }

    /// The sum.
    #[expect(clippy::cast_precision_loss, reason = "the nearest floating-point number is meant")]
    pub fn get(self) -> f64 {
        self.0 as f64 / ONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_changes_nothing() {
        let terms: Vec<f64> = (1..200).map(|n| 1.0 / f64::from(n)).collect();
        let sum = |terms: &mut dyn Iterator<Item = &f64>| {
            let mut sum = Sum::default();
            terms.for_each(|term| sum.add(*term));
            sum.get()
        };
        let forwards = sum(&mut terms.iter());
        assert_eq!(forwards, sum(&mut terms.iter().rev()));
        assert!((forwards - terms.iter().sum::<f64>()).abs() < 1e-12);
        assert_ne!(terms.iter().sum::<f64>(), terms.iter().rev().sum::<f64>(), "what it is for");
        assert_eq!(sum(&mut [1.0, 0.0, 1.0].iter()), 2.0);
    }
}
