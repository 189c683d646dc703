//! What the policies that promise a level do in simulation.

use super::table::{Arrival, run, table};
use crate::{
    racing::Cell,
    racing::{Board, Policy, PolicyKind, Purse, policies::SequentialTest},
};

/// Whether the sequential test drops candidate 0, the best or one of the best.
fn drops_the_best(chances: &[f64], level: f64, seed: u64) -> bool {
    let table = table(chances, 120, seed);
    let mut policy = SequentialTest::with_level(level);
    let mut board = Board::new(120);
    for _ in chances {
        board.add();
    }
    loop {
        policy.learn(&board);
        let cells = policy.plan(&board, Purse { spent: 0, total: None });
        if cells.is_empty() {
            return policy.dropped().contains(&0);
        }
        for Cell { candidate, example } in cells {
            board.enter(Cell { candidate, example }, Some(table[candidate][example]));
        }
    }
}

#[test]
fn the_sequential_test_drops_the_best_no_more_often_than_its_level() {
    let runs: u32 = 400;
    let cases: [(&[f64], f64); 4] = [
        (&[0.5, 0.5], 0.3),
        (&[0.5, 0.5, 0.5, 0.5], 0.3),
        (&[0.8, 0.8, 0.7, 0.7, 0.5], 0.1),
        (&[0.9, 0.85, 0.3], 0.05),
    ];
    for (chances, level) in cases {
        let dropped = (0..runs).filter(|&seed| drops_the_best(chances, level, u64::from(seed))).count();
        assert!(dropped as f64 <= level * f64::from(runs), "{chances:?}: {dropped} of {runs} at level {level}");
    }
    // and the test is one that can drop: the level is made use of
    assert!((0..runs).any(|seed| drops_the_best(&[0.5, 0.5], 0.3, u64::from(seed))));
}

#[test]
fn the_sequential_test_ends_early_where_the_difference_is_plain() {
    let table = table(&[0.95, 0.2, 0.2], 300, 3);
    let mut race = super::table::race(PolicyKind::SequentialTest, &table, None, 3);
    let (cells, leader) = run(&mut race, &table, 8, Arrival::AsOrdered);
    assert_eq!((leader, race.dropped()), (Some(0), vec![1, 2]));
    assert!(cells.len() < 150, "{}", cells.len());
}
