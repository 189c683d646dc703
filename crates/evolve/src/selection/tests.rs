//! Draws against exact chances, exact chances against closed forms and full enumeration, and the laws of every method.

use clade_domain::SelectionMethod::{self, Rank, Roulette, Tournament, Truncation};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::{draw, draw_distinct, elite, probabilities};

const METHODS: [SelectionMethod; 9] = [
    Tournament { k: 1 },
    Tournament { k: 2 },
    Tournament { k: 7 },
    Roulette,
    Rank { pressure: 1.0 },
    Rank { pressure: 1.7 },
    Rank { pressure: 2.0 },
    Truncation { top: 1 },
    Truncation { top: 3 },
];

/// Generations that break naive selection.
fn generations() -> Vec<Vec<f64>> {
    vec![
        vec![0.5],
        vec![0.0, 0.0, 0.0],
        vec![-3.0, -1.0, -2.0, -1.0],
        vec![0.1, 0.9, 0.4, 0.4, 0.4, 0.7],
        vec![0.0, -0.0, 1.0],
        vec![f64::NAN, 0.2, f64::NAN, 0.1],
        vec![f64::NAN, f64::NAN],
        vec![f64::NEG_INFINITY, 0.3, f64::INFINITY],
        vec![f64::MIN, 0.0, f64::MAX],
        (0..12).map(|index| f64::from(index % 5) / 4.0).collect(),
    ]
}

#[test]
fn chances_have_their_closed_forms() {
    let (third, ninth) = (1.0 / 3.0, 1.0 / 9.0);
    let cases: Vec<(SelectionMethod, Vec<f64>, Vec<f64>)> = vec![
        // (j/n)^k - ((j-1)/n)^k
        (Tournament { k: 2 }, vec![3.0, 1.0, 2.0], vec![5.0 * ninth, ninth, 3.0 * ninth]),
        (Tournament { k: 2 }, vec![1.0, 2.0, 1.0], vec![2.0 * ninth, 5.0 * ninth, 2.0 * ninth]),
        (Tournament { k: 0 }, vec![3.0, 1.0], vec![0.5, 0.5]),
        (Tournament { k: u32::MAX }, vec![3.0, 1.0], vec![1.0, 0.0]),
        (Tournament { k: 2 }, vec![f64::NAN, -9.0], vec![0.25, 0.75]),
        // nine tenths proportional, one tenth uniform
        (Roulette, vec![-1.0, 0.0, 1.0], vec![0.1 * third, 0.3 + 0.1 * third, 0.6 + 0.1 * third]),
        (Roulette, vec![0.0, 0.0], vec![0.5, 0.5]),
        (Roulette, vec![f64::NAN, 0.2, 0.6], vec![0.1 * third, 0.1 * third, 0.9 + 0.1 * third]),
        // pressure - 2 (pressure - 1) position / (n - 1), over n
        (Rank { pressure: 2.0 }, vec![10.0, 30.0, 20.0], vec![0.0, 2.0 * third, third]),
        (Rank { pressure: 1.5 }, vec![10.0, 30.0, 20.0], vec![0.5 * third, 0.5, third]),
        (Rank { pressure: 2.0 }, vec![5.0, 5.0, 1.0], vec![0.5, 0.5, 0.0]),
        (Rank { pressure: 9.0 }, vec![5.0, 1.0], vec![1.0, 0.0]),
        (Rank { pressure: f64::NAN }, vec![5.0, 1.0], vec![0.5, 0.5]),
        (Truncation { top: 2 }, vec![0.1, 0.3, 0.3, 0.3], vec![0.0, third, third, third]),
        (Truncation { top: 3 }, vec![0.9, 0.3, 0.8, 0.3], vec![third, third / 2.0, third, third / 2.0]),
        (Truncation { top: 0 }, vec![0.1, 0.3], vec![0.0, 1.0]),
        (Truncation { top: 9 }, vec![0.1, 0.3], vec![0.5, 0.5]),
        (Roulette, vec![], vec![]),
    ];
    for (method, fitness, expected) in cases {
        let found = probabilities(method, &fitness);
        assert_eq!(found.len(), expected.len(), "{method:?} on {fitness:?}");
        for (a, b) in found.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-12, "{method:?} on {fitness:?}: {found:?}, not {expected:?}");
        }
    }
}

/// Every sequence of `k` members, its best ones sharing the win.
fn tournament_by_enumeration(k: u32, fitness: &[f64]) -> Vec<f64> {
    let n = fitness.len();
    let sequences = n.pow(k);
    let mut wins = vec![0.0; n];
    for code in 0..sequences {
        let drawn: Vec<usize> = (0..k).map(|place| code / n.pow(place) % n).collect();
        let best = drawn.iter().map(|&member| fitness[member]).fold(f64::NEG_INFINITY, f64::max);
        let winners: Vec<usize> = drawn.into_iter().filter(|&member| fitness[member] == best).collect();
        for &winner in &winners {
            wins[winner] += 1.0 / (winners.len() as f64 * sequences as f64);
        }
    }
    wins
}

#[test]
fn a_tournament_is_the_best_of_k_draws_with_replacement() {
    for fitness in [vec![0.2, 0.8, 0.5, 0.1], vec![0.5, 0.5, 0.1, 0.9, 0.9], vec![-1.0, -1.0, -1.0]] {
        for k in 1..=5 {
            let (found, expected) = (probabilities(Tournament { k }, &fitness), tournament_by_enumeration(k, &fitness));
            for (a, b) in found.iter().zip(&expected) {
                assert!((a - b).abs() < 1e-12, "k {k} on {fitness:?}: {found:?}, not {expected:?}");
            }
        }
    }
}

/// Panics unless the counts fit the chances: nothing where the chance is 0, and a chi-square below its 99.99 % quantile.
fn assert_fits(counts: &[usize], chances: &[f64], what: &str) {
    let total: usize = counts.iter().sum();
    let mut statistic = 0.0;
    for (&count, &chance) in counts.iter().zip(chances) {
        let expected = chance * total as f64;
        if chance < 1e-12 {
            assert_eq!(count, 0, "{what}: drawn without a chance, {counts:?} at {chances:?}");
        } else {
            statistic += (count as f64 - expected).powi(2) / expected;
        }
    }
    let possible = chances.iter().filter(|&&chance| chance >= 1e-12).count();
    if possible > 1 {
        let limit = ChiSquared::new(possible as f64 - 1.0).unwrap().inverse_cdf(0.9999);
        assert!(statistic < limit, "{what}: chi-square {statistic:.1} above {limit:.1}, {counts:?} at {chances:?}");
    }
}

#[test]
fn draws_follow_the_exact_chances() {
    for (case, fitness) in generations().iter().enumerate() {
        for (at, &method) in METHODS.iter().enumerate() {
            let mut rng = ChaCha8Rng::seed_from_u64((case * 100 + at) as u64);
            let mut counts = vec![0; fitness.len()];
            for _ in 0..4_000 {
                counts[draw(method, fitness, &mut rng).unwrap()] += 1;
            }
            assert_fits(&counts, &probabilities(method, fitness), &format!("{method:?} on {fitness:?}"));
        }
    }
}

#[test]
fn a_second_parent_is_drawn_among_the_others() {
    let fitness = [0.3, 0.9, 0.9, -0.2];
    for (at, &method) in METHODS.iter().enumerate() {
        for first in 0..fitness.len() {
            let mut rng = ChaCha8Rng::seed_from_u64((1_000 + at * 10 + first) as u64);
            let mut counts = vec![0; fitness.len()];
            for _ in 0..4_000 {
                counts[draw_distinct(method, &fitness, first, &mut rng).unwrap()] += 1;
            }
            let mut others = fitness.to_vec();
            others.remove(first);
            let mut chances = probabilities(method, &others);
            chances.insert(first, 0.0);
            assert_fits(&counts, &chances, &format!("{method:?} after {first}"));
        }
    }
}

#[test]
fn no_member_and_one_member() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for method in METHODS {
        assert_eq!(draw(method, &[], &mut rng), None);
        assert_eq!(draw_distinct(method, &[], 0, &mut rng), None);
        assert_eq!(draw(method, &[f64::NAN], &mut rng), Some(0));
        assert_eq!(draw_distinct(method, &[0.4], 0, &mut rng), Some(0), "the only member is its own partner");
        assert!(draw_distinct(method, &[0.4, 0.5], 7, &mut rng).is_some(), "an unknown first excludes nobody");
    }
}

#[test]
fn the_same_seed_draws_the_same_parents() {
    let fitness = [0.1, 0.7, 0.7, 0.3, 0.9];
    let drawn = |seed: u64| -> Vec<_> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (0..50).flat_map(|_| METHODS.map(|method| draw(method, &fitness, &mut rng))).collect()
    };
    assert_eq!(drawn(5), drawn(5));
    assert_ne!(drawn(5), drawn(6));
}

#[test]
fn the_elite_is_the_best_in_order_with_ties_by_index() {
    let cases: [(&[f64], usize, &[usize]); 6] = [
        (&[0.2, 0.9, 0.5], 2, &[1, 2]),
        (&[0.5, 0.5, 0.5], 2, &[0, 1]),
        (&[f64::NAN, -1.0, 0.0, -0.0], 4, &[2, 3, 1, 0]),
        (&[0.1, 0.2], 5, &[1, 0]),
        (&[0.1], 0, &[]),
        (&[], 3, &[]),
    ];
    for (fitness, n, expected) in cases {
        assert_eq!(elite(fitness, n), expected, "{fitness:?}, {n}");
    }
}

fn method() -> impl Strategy<Value = SelectionMethod> {
    prop_oneof![
        (0u32..20).prop_map(|k| Tournament { k }),
        Just(Roulette),
        (0.5..2.5).prop_map(|pressure| Rank { pressure }),
        (0u32..12).prop_map(|top| Truncation { top }),
    ]
}

/// Few distinct values, so that ties are common.
fn fitness() -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec(prop_oneof![(-8i32..8).prop_map(|step| f64::from(step) / 4.0), -1e3..1e3], 1..15)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chances_add_up_and_rise_with_fitness(method in method(), fitness in fitness()) {
        let chances = probabilities(method, &fitness);
        prop_assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        for a in 0..fitness.len() {
            prop_assert!(chances[a] >= 0.0);
            for b in 0..fitness.len() {
                if fitness[a] == fitness[b] {
                    prop_assert!((chances[a] - chances[b]).abs() < 1e-12, "equal members, unequal chances {:?}", chances);
                } else if fitness[a] > fitness[b] {
                    prop_assert!(chances[a] >= chances[b] - 1e-12, "a better member with less chance {:?}", chances);
                }
            }
        }
    }

    #[test]
    fn a_shift_or_a_positive_scale_changes_no_chance(method in method(), fitness in fitness(), shift in -64i32..64) {
        // quarters and whole numbers shift without rounding, so that ties stay ties
        let fitness: Vec<f64> = fitness.iter().map(|value| (value * 4.0).round() / 4.0).collect();
        let moved: Vec<f64> = fitness.iter().map(|value| value * 2.0 + f64::from(shift)).collect();
        for (a, b) in probabilities(method, &fitness).iter().zip(probabilities(method, &moved)) {
            prop_assert!((a - b).abs() < 1e-9);
        }
    }

    #[test]
    fn the_order_of_members_does_not_matter(method in method(), fitness in fitness()) {
        let reversed: Vec<f64> = fitness.iter().rev().copied().collect();
        let mut chances = probabilities(method, &reversed);
        chances.reverse();
        for (a, b) in probabilities(method, &fitness).iter().zip(chances) {
            prop_assert!((a - b).abs() < 1e-9);
        }
    }

    #[test]
    fn a_second_parent_differs(method in method(), fitness in fitness(), first in 0usize..15, seed: u64) {
        prop_assume!(fitness.len() > 1 && first < fitness.len());
        let second = draw_distinct(method, &fitness, first, &mut ChaCha8Rng::seed_from_u64(seed));
        prop_assert!(second.is_some_and(|second| second != first && second < fitness.len()));
    }

    #[test]
    fn the_elite_holds_nobody_worse_than_one_left_out(fitness in fitness(), n in 0usize..20) {
        let elite = elite(&fitness, n);
        prop_assert_eq!(elite.len(), n.min(fitness.len()));
        for left_out in (0..fitness.len()).filter(|index| !elite.contains(index)) {
            prop_assert!(elite.iter().all(|&kept| fitness[kept] >= fitness[left_out]));
        }
    }
}
