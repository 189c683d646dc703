//! Exact paired tests: McNemar's for right-or-wrong scores, permutation of signs for others.
//!
//! One-sided p-values are the chance of a result at least this much in favour of the second prompt if neither were better.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::function::beta::beta_reg;

/// Differences nearer to 0 than this are rounding and count as none.
const NO_DIFFERENCE: f64 = 1e-12;
/// Grids of up to this many steps per unit of score are looked for: eighths, tenths, hundredths and the like.
const FINEST_GRID: u32 = 1_000;
/// Most additions that the exact distribution on a grid may take.
const GRID_WORK: u64 = 20_000_000;
/// Most differing pairs whose sign patterns are all counted, half against half.
const ENUMERATED_PAIRS: usize = 32;
/// Sign patterns drawn where all are too many.
const SAMPLED_PATTERNS: u32 = 49_999;

/// Pairs and those that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairedCounts {
    /// All pairs.
    pub n: u32,
    /// Pairs in which the second scored higher.
    pub wins: u32,
    /// Pairs in which the second scored lower.
    pub losses: u32,
}

impl PairedCounts {
    /// Counts differences, second minus first.
    #[must_use]
    pub fn of(differences: &[f64]) -> Self {
        let count = |wanted: &dyn Fn(f64) -> bool| {
            u32::try_from(differences.iter().filter(|&&difference| wanted(difference)).count()).unwrap_or(u32::MAX)
        };
        Self {
            n: u32::try_from(differences.len()).unwrap_or(u32::MAX),
            wins: count(&|difference| difference > NO_DIFFERENCE),
            losses: count(&|difference| difference < -NO_DIFFERENCE),
        }
    }
}

/// McNemar's exact test, one-sided: the chance of at least `wins` heads in `wins + losses` throws of a fair coin.
///
/// The tail of the binomial is the regularised incomplete beta function at (wins, losses + 1). Source: McNemar, Psychometrika 12,
/// 1947; the identity is Abramowitz and Stegun 26.5.24.
#[must_use]
pub fn mcnemar_one_sided(wins: u32, losses: u32) -> f64 {
    if wins == 0 {
        return 1.0;
    }
    beta_reg(f64::from(wins), f64::from(losses) + 1.0, 0.5)
}

/// McNemar's exact test, two-sided: twice the smaller tail, at most 1.
#[must_use]
pub fn mcnemar_two_sided(wins: u32, losses: u32) -> f64 {
    (2.0 * mcnemar_one_sided(wins.max(losses), wins.min(losses))).min(1.0)
}

/// The permutation test of signs, one-sided: the share of sign patterns of the `differences` (second minus first) whose sum is
/// at least the observed one.
///
/// Exact where the differences lie on a grid (multiples of a tenth, an eighth, ...) or where at most 32 of them are not zero;
/// otherwise from 49,999 patterns drawn from `seed` with the observed one counted in, which keeps the level. Sums that differ
/// by rounding only count as equal. Not-a-number counts as no difference. Source: Fisher, "The Design of Experiments",
/// 1935, section 21; for the counting in, Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9(1), 2010.
#[must_use]
pub fn permutation_one_sided(differences: &[f64], seed: u64) -> f64 {
    let moved: Vec<f64> = differences
        .iter()
        .copied()
        .filter(|difference| difference.abs() > NO_DIFFERENCE && difference.is_finite())
        .collect();
    if moved.is_empty() {
        return 1.0;
    }
    let p = if let Some(steps) = grid(&moved) {
        on_grid(&steps)
    } else if moved.len() <= ENUMERATED_PAIRS {
        enumerated(&moved)
    } else {
        sampled(&moved, seed)
    };
    p.clamp(0.0, 1.0)
}

/// The permutation test of signs, two-sided: twice the one-sided chance of a sum as far from 0, at most 1. `seed` as there.
#[must_use]
pub fn permutation_two_sided(differences: &[f64], seed: u64) -> f64 {
    let away: Vec<f64> = if differences.iter().sum::<f64>() < 0.0 {
        differences.iter().map(|difference| -difference).collect()
    } else {
        differences.to_vec()
    };
    (2.0 * permutation_one_sided(&away, seed)).min(1.0)
}

/// The differences as whole steps of the coarsest grid they all lie on, if there is one that can be afforded.
fn grid(differences: &[f64]) -> Option<Vec<i64>> {
    let fits = |steps: f64| {
        differences.iter().all(|difference| {
            let scaled = difference * steps;
            (scaled - scaled.round()).abs() <= 1e-9 * steps
        })
    };
    let steps = (1..=FINEST_GRID).map(f64::from).find(|&steps| fits(steps))?;
    let whole: Vec<i64> = differences.iter().map(|difference| (difference * steps).round() as i64).collect();
    let total: u64 = whole.iter().map(|step| step.unsigned_abs()).sum();
    (total.saturating_mul(whole.len() as u64) <= GRID_WORK).then_some(whole)
}

/// The exact distribution of the sum of those that stay positive, step by step.
fn on_grid(steps: &[i64]) -> f64 {
    let total: usize = steps.iter().map(|step| step.unsigned_abs() as usize).sum();
    let observed: usize = steps.iter().filter(|&&step| step > 0).map(|step| step.unsigned_abs() as usize).sum();
    let mut chance = vec![0.0; total + 1];
    chance[0] = 1.0;
    let mut reached = 0;
    for step in steps {
        let size = step.unsigned_abs() as usize;
        reached += size;
        for sum in (0..=reached).rev() {
            let before = if sum >= size { chance[sum - size] } else { 0.0 };
            chance[sum] = 0.5 * (chance[sum] + before);
        }
    }
    chance[observed..].iter().sum()
}

/// All sign patterns: the sums of each half, sorted, and for each of the first half how many of the second reach the observed.
fn enumerated(differences: &[f64]) -> f64 {
    let (first, second) = differences.split_at(differences.len() / 2);
    let (first, second) = (positive_sums(first), positive_sums(second));
    let needed = positive_total(differences) - tolerance(differences);
    let mut start = second.len();
    let mut reaching: u64 = 0;
    for sum in &first {
        while start > 0 && sum + second[start - 1] >= needed {
            start -= 1;
        }
        reaching += (second.len() - start) as u64;
    }
    reaching as f64 / (first.len() as f64 * second.len() as f64)
}

/// Sorted sums of every subset of the sizes.
fn positive_sums(differences: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for difference in differences {
        let with: Vec<f64> = sums.iter().map(|sum| sum + difference.abs()).collect();
        sums.extend(with);
    }
    sums.sort_unstable_by(f64::total_cmp);
    sums
}

fn sampled(differences: &[f64], seed: u64) -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let needed = positive_total(differences) - tolerance(differences);
    let mut reaching: u32 = 0;
    for _ in 0..SAMPLED_PATTERNS {
        let mut sum = 0.0;
        for block in differences.chunks(64) {
            let mut signs = rng.next_u64();
            for difference in block {
                sum += difference.abs() * (signs & 1) as f64;
                signs >>= 1;
            }
        }
        reaching += u32::from(sum >= needed);
    }
    f64::from(reaching + 1) / f64::from(SAMPLED_PATTERNS + 1)
}

fn positive_total(differences: &[f64]) -> f64 {
    differences.iter().copied().filter(|&difference| difference > 0.0).sum()
}

/// Sums nearer than this are equal but for rounding.
fn tolerance(differences: &[f64]) -> f64 {
    1e-10 * differences.iter().map(|difference| difference.abs()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Charles Darwin's maize: height of the crossed plant minus that of the self-fertilised one, in eighths of an inch.
    const MAIZE: [f64; 15] = [49.0, -67.0, 8.0, 16.0, 6.0, 23.0, 28.0, 41.0, 14.0, 29.0, 56.0, 24.0, 75.0, 60.0, -48.0];

    #[test]
    fn mcnemar_gives_the_published_values() {
        let cases = [
            // R, binom.test(8, 10, alternative = "greater"): 56 / 1024
            (8, 2, 0.054_687_5, 0.109_375),
            // Fagerland, Lydersen and Laake 2014, airway hyper-responsiveness: exact conditional test, 0.0703
            (7, 1, 9.0 / 256.0, 0.070_312_5),
            // Fay, R Journal 2(1), 2010, "Two-sided exact tests and matching confidence intervals": mcnemar.exact, 0.04277
            (21, 9, 0.021_387, 0.042_774),
            (5, 0, 1.0 / 32.0, 1.0 / 16.0),
            (0, 5, 1.0, 1.0 / 16.0),
            (0, 0, 1.0, 1.0),
            (3, 3, 42.0 / 64.0, 1.0),
        ];
        for (wins, losses, one_sided, two_sided) in cases {
            assert!((mcnemar_one_sided(wins, losses) - one_sided).abs() < 1e-6, "{wins}, {losses}");
            assert!((mcnemar_two_sided(wins, losses) - two_sided).abs() < 1e-6, "{wins}, {losses}");
        }
    }

    #[test]
    fn mcnemar_equals_counting_by_pascals_triangle() {
        let mut row: Vec<u128> = vec![1];
        for pairs in 0..=100_u32 {
            for wins in 0..=pairs {
                let tail: u128 = row[wins as usize..].iter().sum();
                let exact = tail as f64 / 2_f64.powi(i32::try_from(pairs).unwrap());
                let found = mcnemar_one_sided(wins, pairs - wins);
                assert!((found / exact - 1.0).abs() < 1e-9, "{wins} of {pairs}: {found}, not {exact}");
            }
            row = std::iter::once(1).chain(row.windows(2).map(|two| two[0] + two[1])).chain([1]).collect();
        }
    }

    #[test]
    fn the_level_of_mcnemars_test_is_kept_at_every_number_of_differing_pairs() {
        let mut closest: f64 = 0.0;
        for pairs in 0..=400_u32 {
            // the chance of a claim is the p-value of the fewest wins that make one
            let level =
                (0..=pairs).map(|wins| mcnemar_one_sided(wins, pairs - wins)).find(|&p| p <= 0.05).unwrap_or(0.0);
            assert!(level <= 0.05);
            closest = closest.max(level);
        }
        assert!(closest > 0.049, "the level is used as far as the steps allow, {closest}");
    }

    #[test]
    fn permutation_gives_fishers_count_on_darwins_maize() {
        // The Design of Experiments, section 21: 863 of the 32,768 sign patterns give a sum of 314 or more
        let exact = 863.0 / 32_768.0;
        assert!((permutation_one_sided(&MAIZE, 1) - exact).abs() < 1e-12);
        assert!((permutation_two_sided(&MAIZE, 1) - 2.0 * exact).abs() < 1e-12);
        assert!((permutation_two_sided(&MAIZE.map(|difference| -difference), 1) - 2.0 * exact).abs() < 1e-12);
    }

    #[test]
    fn the_three_ways_of_counting_agree() {
        let scaled = MAIZE.map(|difference| difference / 80.0);
        let steps = grid(&scaled).unwrap();
        assert_eq!(steps, MAIZE.map(|difference| difference as i64), "eightieths");
        let exact = 863.0 / 32_768.0;
        assert!((on_grid(&steps) - exact).abs() < 1e-12);
        assert!((enumerated(&scaled) - exact).abs() < 1e-12);
        // 5 standard deviations of a share of 49,999
        assert!((sampled(&scaled, 9) - exact).abs() < 5.0 * (exact / 49_999.0_f64).sqrt());
        let irrational = MAIZE.map(|difference| difference / 80.0 * std::f64::consts::FRAC_1_SQRT_2);
        assert_eq!(grid(&irrational), None);
        assert!((permutation_one_sided(&irrational, 1) - exact).abs() < 1e-12);
    }

    #[test]
    fn right_or_wrong_differences_give_mcnemars_p_value() {
        for (wins, losses) in [(0, 0), (1, 0), (0, 1), (4, 4), (9, 2), (30, 21), (2, 11)] {
            let differences: Vec<f64> =
                [vec![1.0; wins], vec![-1.0; losses], vec![0.0; 7]].into_iter().flatten().collect();
            let counts = PairedCounts::of(&differences);
            assert_eq!(
                (counts.n as usize, counts.wins as usize, counts.losses as usize),
                (wins + losses + 7, wins, losses)
            );
            let expected = mcnemar_one_sided(counts.wins, counts.losses);
            assert!((permutation_one_sided(&differences, 1) - expected).abs() < 1e-12, "{wins}, {losses}");
        }
    }

    #[test]
    fn sampled_patterns_depend_on_the_seed_alone_and_never_give_zero() {
        let differences: Vec<f64> = (1..=60).map(|index| f64::from(index).sqrt() / 10.0).collect();
        assert_eq!(grid(&differences), None);
        assert_eq!(permutation_one_sided(&differences, 3), 1.0 / 50_000.0);
        let mixed: Vec<f64> =
            differences.iter().enumerate().map(|(index, d)| if index % 2 == 0 { *d } else { -d }).collect();
        assert_eq!(permutation_one_sided(&mixed, 3), permutation_one_sided(&mixed, 3));
        assert_ne!(permutation_one_sided(&mixed, 3), permutation_one_sided(&mixed, 4));
    }

    #[test]
    fn rounding_and_missing_numbers_are_no_difference() {
        assert_eq!(permutation_one_sided(&[], 1), 1.0);
        assert_eq!(permutation_one_sided(&[1e-15, f64::NAN, 0.0], 1), 1.0);
        // 0.1 + 0.2 is not quite 0.3, yet the patterns with equal sums count as reaching it
        assert_eq!(permutation_one_sided(&[0.1 + 0.2, -0.3, 0.3 - 1e-17], 1), 0.5);
    }
}
