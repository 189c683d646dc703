/// P-values corrected for there being several of them, in the same order: the chance that any of the true null hypotheses is
/// rejected at a level is at most that level, whatever the dependence between the tests.
///
/// The `k`-th smallest of `m` is multiplied by `m - k + 1`, kept from falling below the one before it and from rising above 1.
/// Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, place) in order.into_iter().enumerate() {
        let factor = (p_values.len() - rank) as f64;
        least = least.max((p_values[place] * factor).min(1.0));
        corrected[place] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrected_values_are_those_of_r() {
        // p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") and p.adjust(c(0.04, 0.001, 0.9), "holm") in R
        let cases: [(&[f64], &[f64]); 3] = [
            (&[0.01, 0.02, 0.03, 0.04, 0.05], &[0.05, 0.08, 0.09, 0.09, 0.09]),
            (&[0.04, 0.001, 0.9], &[0.08, 0.003, 0.9]),
            (&[], &[]),
        ];
        for (raw, expected) in cases {
            let found = holm(raw);
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{raw:?}: {found:?}");
        }
    }
}
