//! The one-sided bound under a mean, for rules that may claim it at levels far below 5 %.

use statrs::distribution::{Beta, ContinuousCDF, StudentsT};

use super::interval::{all_equal, cleaned, is_binary, mean};

/// What the mean of scores in [0, 1] is not below, but for a chance of `alpha`.
///
/// Right-or-wrong scores get the exact bound of Clopper and Pearson (Biometrika 26, 1934), equal ones the mean that values too rare to have been seen leave
/// open ([`super::unseen_mass_ci`]), others Student's. Without a score: 0.
#[must_use]
pub fn lower_bound(scores: &[f64], alpha: f64) -> f64 {
    let scores: Vec<f64> = scores.iter().map(|&score| cleaned(score)).collect();
    let (n, alpha) = (scores.len() as f64, alpha.clamp(1e-12, 0.5));
    if scores.is_empty() {
        return 0.0;
    }
    let centre = mean(&scores);
    if is_binary(&scores) {
        let right = scores.iter().sum::<f64>();
        return match Beta::new(right, n - right + 1.0) {
            Ok(beta) if right > 0.0 => beta.inverse_cdf(alpha).clamp(0.0, centre),
            Ok(_) | Err(_) => 0.0,
        };
    }
    if all_equal(&scores) {
        return centre * alpha.powf(1.0 / n);
    }
    let variance = scores.iter().map(|score| (score - centre).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    let quantile = StudentsT::new(0.0, 1.0, (n - 1.0).max(1.0)).map_or(f64::INFINITY, |t| -t.inverse_cdf(alpha));
    (centre - quantile * (variance / n).sqrt()).clamp(0.0, centre)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(k: usize, n: usize) -> Vec<f64> {
        (0..n).map(|i| f64::from(u8::from(i < k))).collect()
    }

    #[test]
    fn right_or_wrong_has_the_published_bound() {
        // Newcombe, Statistics in Medicine 17, 1998, p. 857, table I, method 5: lower ends of two-sided 95 % intervals
        for (k, n, low) in [(81, 263, 0.2527), (15, 148, 0.0578), (1, 29, 0.0009), (0, 20, 0.0)] {
            let found = lower_bound(&right(k, n), 0.025);
            assert!((found - low).abs() < 6e-5, "{k} of {n}: {found}");
        }
        // nothing wrong in n: alpha^(1/n)
        assert!((lower_bound(&right(40, 40), 0.01) - 0.01_f64.powf(1.0 / 40.0)).abs() < 1e-9);
    }

    #[test]
    fn luck_on_few_examples_shows_little_and_small_levels_less() {
        assert!(lower_bound(&right(17, 20), 0.025) < 0.65);
        for scores in [right(30, 40), vec![0.8; 40], (0..40).map(|i| 0.5 + 0.01 * f64::from(i)).collect()] {
            let bounds = [0.5, 0.05, 1e-3, 1e-6].map(|alpha| lower_bound(&scores, alpha));
            assert!(bounds.is_sorted_by(|a, b| a >= b) && bounds[3] < bounds[0], "{bounds:?}");
        }
        assert_eq!(lower_bound(&[], 0.05), 0.0);
        assert_eq!(lower_bound(&[0.4], 0.05), 0.4 * 0.05);
    }
}
