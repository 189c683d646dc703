//! Student's paired t-test. It assumes that mean differences are about normal, which scores of right or wrong on few examples are
//! not: it races candidates, and no claim rests on it ([`super::permutation_one_sided`] is exact).

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Variances below this are rounding.
const NO_VARIANCE: f64 = 1e-12;

/// The chance of a mean of the `differences` (second minus first) at least as high as the observed one if the true one is 0.
///
/// Fewer than two differences say nothing (1); where all are the same, a positive one decides (0). Source: Student, Biometrika 6, 1908.
#[must_use]
pub fn paired_t_one_sided(differences: &[f64]) -> f64 {
    let n = differences.len() as f64;
    if n < 2.0 {
        return 1.0;
    }
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|difference| (difference - mean).powi(2)).sum::<f64>() / (n - 1.0);
    if variance < NO_VARIANCE {
        return if mean > NO_VARIANCE { 0.0 } else { 1.0 };
    }
    StudentsT::new(0.0, 1.0, n - 1.0).map_or(1.0, |t| t.sf(mean / (variance / n).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        // Student 1908, table of additional hours of sleep: drug 2 minus drug 1 has t = 4.0621 on 9 degrees of freedom, p = 0.001416
        let sleep = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
        assert!((paired_t_one_sided(&sleep) - 0.001_416).abs() < 1e-6);
        let worse = sleep.map(|difference| -difference);
        assert!((paired_t_one_sided(&worse) + paired_t_one_sided(&sleep) - 1.0).abs() < 1e-9);
        // 30 pairs, 6 won and 2 lost: mean 4/30, variance (8 - 16/30)/29, t = 1.4392 on 29 degrees of freedom
        let mut block = vec![0.0; 30];
        block[..6].fill(1.0);
        block[6..8].fill(-1.0);
        let t = (4.0 / 30.0) / (((8.0_f64 - 16.0 / 30.0) / 29.0) / 30.0).sqrt();
        assert!((t - 1.439_25).abs() < 1e-4, "{t}");
        // the upper quantiles of t with 29 degrees of freedom at 10 % and 5 % are 1.3114 and 1.6991
        assert!((0.05..0.1).contains(&paired_t_one_sided(&block)));
    }

    #[test]
    fn what_says_nothing_and_what_decides_at_once() {
        for (differences, p) in [(&[][..], 1.0), (&[1.0], 1.0), (&[0.0; 5], 1.0), (&[0.5; 5], 0.0), (&[-0.5; 5], 1.0)] {
            assert_eq!(paired_t_one_sided(differences), p, "{differences:?}");
        }
    }
}
