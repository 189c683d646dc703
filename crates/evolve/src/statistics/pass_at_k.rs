/// The unbiased estimate of the probability that at least one of `k` samples passes, from `n` samples of which `c` passed.
///
/// It is 1 − C(n−c, k) / C(n, k), as a product that neither overflows nor cancels. `None` unless 1 ≤ k ≤ n and c ≤ n.
///
/// Source: Chen et al. 2021, "Evaluating Large Language Models Trained on Code", equation 1 and figure 3.
#[must_use]
pub fn pass_at_k(n: u32, c: u32, k: u32) -> Option<f64> {
    if k == 0 || k > n || c > n {
        return None;
    }
    let all_fail: f64 =
        (n - c + 1..=n).map(|i| 1.0 - f64::from(k) / f64::from(i)).map(|factor| factor.max(0.0)).product();
    Some(1.0 - all_fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By counting: of all choices of `k` among `n` samples, those with one of the `c` good ones in them.
    fn counted(n: u32, c: u32, k: u32) -> f64 {
        let choices = (0_u32..1 << n).filter(|set| set.count_ones() == k);
        let (good, all) =
            choices.fold((0, 0), |(good, all), set| (good + u32::from(set & ((1 << c) - 1) != 0), all + 1));
        f64::from(good) / f64::from(all)
    }

    #[test]
    fn is_the_share_of_choices_with_a_good_sample() {
        for n in 1..=8 {
            for c in 0..=n {
                for k in 1..=n {
                    let estimate = pass_at_k(n, c, k).unwrap();
                    assert!((estimate - counted(n, c, k)).abs() < 1e-12, "{n} {c} {k}: {estimate}");
                }
            }
        }
    }

    #[test]
    fn refuses_what_has_no_meaning() {
        for (n, c, k) in [(0, 0, 0), (5, 1, 0), (5, 1, 6), (5, 6, 1)] {
            assert_eq!(pass_at_k(n, c, k), None);
        }
    }

    #[test]
    fn large_numbers_do_not_overflow() {
        let estimate = pass_at_k(100_000, 10, 1000).unwrap();
        // 1 − (1 − k/n)^c up to terms of c²/n
        assert!((estimate - (1.0 - 0.99_f64.powi(10))).abs() < 1e-3, "{estimate}");
    }
}
