//! The Bayesian choice: a tree-structured Parzen estimator over two categorical factors (Bergstra et al. 2011, section 4).
//!
//! The trials so far are parted into the best tenth and the rest; a combination is drawn from the density of the best ones, again and
//! again, and the one whose density among the best is largest against that among the rest is tried next.
//!
//! Optuna's, which MIPROv2 uses, draws ten trials at random before it begins, and with `multivariate` mixes joint kernels; ours begins
//! when the strategy lets it, and takes the two factors as independent: a density is the product of two counts with one more count
//! spread evenly over all choices. With ten to thirty trials over two factors of six to eighteen choices there is nothing to learn about
//! their interplay.

use std::collections::BTreeSet;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// An instruction and a set of demonstrations, by their places.
pub(super) type Pick = (usize, usize);

/// The share of trials that count as good, and most of them (Optuna's `default_gamma`).
const GOOD: f64 = 0.1;
const MOST_GOOD: usize = 25;
/// Draws from the good density (Optuna's `n_ei_candidates`).
const DRAWS: usize = 24;

/// The combination to try next; `None` where every one is barred.
pub(super) fn choose(
    trials: &[(Pick, f64)],
    choices: Pick,
    barred: &BTreeSet<Pick>,
    rng: &mut ChaCha8Rng,
) -> Option<Pick> {
    let mut order: Vec<&(Pick, f64)> = trials.iter().collect();
    // of equal scores the earlier trial is the better one
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let good = ((GOOD * trials.len() as f64).ceil() as usize).min(MOST_GOOD).min(trials.len());
    let (best, rest) = order.split_at(good);
    let (best, rest) = (Density::of(best, choices), Density::of(rest, choices));
    let mut found: Option<(f64, Pick)> = None;
    for _ in 0..DRAWS {
        let pick = (draw(&best.first, rng), draw(&best.second, rng));
        let ratio = best.at(pick) / rest.at(pick);
        if !barred.contains(&pick) && found.is_none_or(|(most, _)| ratio > most) {
            found = Some((ratio, pick));
        }
    }
    let all = || (0..choices.0).flat_map(|i| (0..choices.1).map(move |d| (i, d)));
    found.map(|(_, pick)| pick).or_else(|| all().find(|pick| !barred.contains(pick)))
}

struct Density {
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Density {
    fn of(trials: &[&(Pick, f64)], choices: Pick) -> Self {
        let shares = |n: usize, factor: fn(&Pick) -> usize| -> Vec<f64> {
            let mut counts = vec![1.0 / n.max(1) as f64; n];
            for (pick, _) in trials {
                if let Some(count) = counts.get_mut(factor(pick)) {
                    *count += 1.0;
                }
            }
            let total = trials.len() as f64 + 1.0;
            counts.into_iter().map(|count| count / total).collect()
        };
        Self { first: shares(choices.0, |pick| pick.0), second: shares(choices.1, |pick| pick.1) }
    }

    fn at(&self, pick: Pick) -> f64 {
        let of = |shares: &[f64], place: usize| shares.get(place).copied().unwrap_or(0.0);
        of(&self.first, pick.0) * of(&self.second, pick.1)
    }
}

fn draw(shares: &[f64], rng: &mut ChaCha8Rng) -> usize {
    let mut left = rng.random::<f64>();
    for (place, share) in shares.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return place;
        }
    }
    shares.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    /// How often the best combination is tried in the last third of sixty trials, where scores add up.
    fn share_of_best(seed: u64) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let score = |pick: Pick| 0.1 * pick.0 as f64 + 0.05 * pick.1 as f64;
        let mut trials: Vec<(Pick, f64)> = (0..6).map(|n| ((n, n), score((n, n)))).collect();
        for _ in 0..60 {
            let pick = choose(&trials, (6, 6), &BTreeSet::new(), &mut rng).unwrap();
            trials.push((pick, score(pick)));
        }
        let last = &trials[trials.len() - 20..];
        last.iter().filter(|(pick, _)| *pick == (5, 5)).count() as f64 / 20.0
    }

    #[test]
    fn it_comes_to_try_the_best_combination() {
        let mean = (0..20).map(share_of_best).sum::<f64>() / 20.0;
        // by chance one in thirty-six
        assert!(mean > 0.5, "{mean}");
    }

    #[test]
    fn what_is_barred_is_not_tried() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let trials = [((0, 0), 1.0), ((1, 1), 0.0)];
        let mut barred: BTreeSet<Pick> = [(0, 0), (0, 1), (1, 0)].into();
        for _ in 0..50 {
            assert_eq!(choose(&trials, (2, 2), &barred, &mut rng), Some((1, 1)));
        }
        barred.insert((1, 1));
        assert_eq!(choose(&trials, (2, 2), &barred, &mut rng), None);
    }

    #[test]
    fn densities_are_counts_with_one_spread_evenly() {
        let trials = [((0, 1), 1.0), ((0, 0), 0.5), ((2, 1), 0.0)];
        let density = Density::of(&trials.iter().collect::<Vec<_>>(), (4, 2));
        assert_eq!(density.first, [2.25 / 4.0, 0.25 / 4.0, 1.25 / 4.0, 0.25 / 4.0]);
        assert_eq!(density.second, [1.5 / 4.0, 2.5 / 4.0]);
        assert!((density.first.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
