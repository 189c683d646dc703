use crate::statistics::paired_t_one_sided;

/// Who stays in a race: of those at the `rows`, everyone whom fewer than `wanted` others beat in a one-sided paired t-test at level
/// `alpha`. Rows are penalised scores on the same examples (Zehle et al. 2025).
pub(super) fn survivors(rows: &[Vec<f64>], wanted: usize, alpha: f64) -> Vec<bool> {
    let beats = |other: &Vec<f64>, row: &Vec<f64>| {
        let differences: Vec<f64> = other.iter().zip(row).map(|(other, row)| other - row).collect();
        paired_t_one_sided(&differences) < alpha
    };
    rows.iter().map(|row| rows.iter().filter(|other| beats(other, row)).count() < wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 examples of which the first `n` are solved.
    fn row(n: usize) -> Vec<f64> {
        (0..20).map(|i| f64::from(u8::from(i < n))).collect()
    }

    #[test]
    fn one_is_dropped_when_enough_others_are_clearly_better() {
        let cases: [(&[usize], usize, &[bool]); 4] = [
            // 16 and 14 are clearly better than 4, and 16 is not than 15
            (&[16, 14, 4], 2, &[true, true, false]),
            (&[16, 14, 4], 1, &[true, false, false]),
            (&[16, 14, 4], 3, &[true, true, true]),
            (&[16, 15], 1, &[true, true]),
        ];
        for (solved, wanted, expected) in cases {
            let rows: Vec<Vec<f64>> = solved.iter().map(|n| row(*n)).collect();
            assert_eq!(survivors(&rows, wanted, 0.1), expected, "{solved:?} {wanted}");
        }
    }

    #[test]
    fn a_penalty_decides_between_equals() {
        let long: Vec<f64> = row(10).iter().map(|score| score - 0.05).collect();
        assert_eq!(survivors(&[row(10), long], 1, 0.2), [true, false]);
    }
}
