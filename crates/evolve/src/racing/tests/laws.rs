//! What holds for every policy.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::table::{Arrival, Table, race, run, table};
use crate::racing::{PolicyKind, Race};

fn tables() -> impl Strategy<Value = Table> {
    let score = prop_oneof![4 => Just(0.0), 4 => Just(1.0), 1 => 0.0..=1.0_f64];
    (1..7_usize, 1..40_usize)
        .prop_flat_map(move |(k, n)| prop::collection::vec(prop::collection::vec(score.clone(), n), k))
}

fn kinds() -> impl Strategy<Value = PolicyKind> {
    prop::sample::select(PolicyKind::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_cell_is_bought_twice_and_no_more_than_asked(
        table in tables(), kind in kinds(), total in prop::option::of(0..150_usize), seed: u64, capacity in 1..20_usize,
    ) {
        let mut race = race(kind, &table, total, seed);
        let (cells, leader) = run(&mut race, &table, capacity, Arrival::AsOrdered);
        prop_assert!(total.is_none_or(|total| cells.len() <= total));
        prop_assert_eq!(race.spent(), cells.len());
        prop_assert_eq!(cells.iter().collect::<BTreeSet<_>>().len(), cells.len());
        prop_assert!(cells.iter().all(|cell| cell.candidate < table.len() && cell.example < table[0].len()));
        prop_assert!(race.is_over());
        prop_assert!(leader.is_some_and(|leader| leader < table.len() && !race.dropped().contains(&leader)));
    }

    #[test]
    fn the_order_of_arrival_changes_nothing(
        table in tables(), kind in kinds(), total in prop::option::of(0..150_usize), seed: u64, mixed: u64,
    ) {
        let expected = run(&mut race(kind, &table, total, seed), &table, usize::MAX, Arrival::AsOrdered);
        for arrival in [Arrival::Reversed, Arrival::Shuffled(mixed)] {
            // nor does the number of free places
            prop_assert_eq!(&run(&mut race(kind, &table, total, seed), &table, 3, arrival), &expected);
        }
    }

    #[test]
    fn what_was_paid_for_is_used_and_not_bought_again(
        table in tables(), kind in kinds(), total in prop::option::of(0..150_usize), seed: u64, paid in prop::collection::vec((0..7_usize, 0..40_usize), 0..80),
    ) {
        let mut race = race(kind, &table, total, seed);
        let paid: BTreeSet<_> = paid.into_iter().filter(|&(i, j)| i < table.len() && j < table[0].len()).collect();
        for &(candidate, example) in &paid {
            race.observe(candidate, example, Some(table[candidate][example]));
        }
        let (cells, _) = run(&mut race, &table, 4, Arrival::AsOrdered);
        prop_assert!(cells.iter().all(|cell| !paid.contains(&(cell.candidate, cell.example))));
    }

    #[test]
    fn a_race_whose_cells_are_all_known_is_over_and_the_highest_mean_leads(
        table in tables(), kind in kinds(), seed: u64,
    ) {
        let sums: Vec<f64> = table.iter().map(|row| row.iter().sum()).collect();
        let mut race = race(kind, &table, None, seed);
        for (candidate, row) in table.iter().enumerate() {
            for (example, score) in row.iter().enumerate() {
                race.observe(candidate, example, Some(*score));
            }
        }
        prop_assert!(race.is_over());
        let leader = race.leader().unwrap();
        if kind != PolicyKind::SuccessiveHalving && race.dropped().is_empty() {
            prop_assert!(sums.iter().all(|sum| *sum <= sums[leader] + 1e-6), "{sums:?} {leader}");
        }
    }

    #[test]
    fn failed_cells_do_not_hold_a_race_up(
        table in tables(), kind in kinds(), total in prop::option::of(0..150_usize), seed: u64, fails in 2..5_usize,
    ) {
        let mut race = race(kind, &table, total, seed);
        let mut bought = BTreeSet::new();
        loop {
            let cells = race.next(5);
            if cells.is_empty() {
                break;
            }
            for cell in cells {
                prop_assert!(bought.insert(cell));
                let score = Some(table[cell.candidate][cell.example]);
                race.observe(cell.candidate, cell.example, score.filter(|_| bought.len() % fails != 0));
            }
        }
        prop_assert!(race.is_over() && race.leader().is_some());
    }
}

/// The best one joins as the fourth. Another one may look better by luck on the few examples that it met, so this is no law of single races.
#[test]
fn candidates_that_join_late_can_win_and_nobody_has_to_leave() {
    const RACES: u64 = 60;
    for kind in PolicyKind::ALL {
        let wins = |seed: &u64| {
            let table = table(&[0.3, 0.3, 0.35, 0.95, 0.3], 200, *seed);
            let mut race = Race::new(kind, 2, 200, Some(600 + 5 * *seed as usize), *seed);
            let mut candidates = 2;
            loop {
                if candidates < table.len() && (race.spent() >= 30 * candidates || race.is_over()) {
                    assert_eq!(race.add(), candidates);
                    candidates += 1;
                }
                let cells = race.next(usize::MAX);
                if cells.is_empty() {
                    break;
                }
                for cell in cells {
                    race.observe(cell.candidate, cell.example, Some(table[cell.candidate][cell.example]));
                }
            }
            race.leader() == Some(3)
        };
        let won = (0..RACES).filter(wins).count();
        assert!(won as u64 >= RACES * 19 / 20, "{kind:?}: {won} of {RACES}");
    }
}

#[test]
fn races_without_a_question_are_over_at_once() {
    for kind in PolicyKind::ALL {
        let mut nobody = Race::new(kind, 0, 10, Some(100), 1);
        assert!(nobody.is_over() && nobody.leader().is_none(), "{kind:?}");
        let mut alone = Race::new(kind, 1, 10, Some(100), 1);
        assert!(alone.is_over() && alone.leader() == Some(0), "{kind:?}");
        let mut nothing = Race::new(kind, 3, 0, Some(100), 1);
        assert!(nothing.is_over() && nothing.leader() == Some(0), "{kind:?}");
    }
}

#[test]
fn results_are_taken_once_and_strangers_are_left_out() {
    let mut race = Race::new(PolicyKind::Uniform, 2, 1, None, 1);
    assert_eq!(race.next(9).len(), 2);
    race.observe(7, 0, Some(1.0));
    race.observe(0, 9, Some(1.0));
    race.observe(0, 0, Some(0.0));
    race.observe(0, 0, Some(1.0));
    race.observe(1, 0, Some(f64::NAN));
    assert!(race.is_over());
    assert_eq!(race.leader(), Some(0), "a score that is not a number is none");
}

#[test]
fn two_candidates_far_apart_are_told_apart_by_every_policy() {
    for kind in PolicyKind::ALL {
        for seed in 0..20 {
            let table = table(&[0.2, 0.9], 100, seed);
            let (cells, leader) = run(&mut race(kind, &table, Some(120), seed), &table, 8, Arrival::AsOrdered);
            assert_eq!(leader, Some(1), "{kind:?}, seed {seed}, {} cells", cells.len());
        }
    }
}
