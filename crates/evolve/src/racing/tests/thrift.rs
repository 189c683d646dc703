//! What thrifty halving does not buy.

use super::table::{Arrival, Table, race, run, table};
use crate::racing::{Board, Cell, Policy, PolicyKind, Purse, policies::ThriftyHalving};

/// Forty candidates of different skill; all of them solve the first 80 of 100 examples.
fn mostly_solved(seed: u64) -> Table {
    let chances: Vec<f64> = (0..40).map(|candidate| 0.2 + 0.015 * f64::from(candidate)).collect();
    let mut table = table(&chances, 100, seed);
    table.iter_mut().for_each(|row| row[..80].fill(1.0));
    table
}

#[test]
fn examples_that_everybody_solves_are_bought_for_a_few_only() {
    for seed in 0..10 {
        let table = mostly_solved(seed);
        let share_that_differs = |kind| {
            let (cells, _) = run(&mut race(kind, &table, Some(1_000), seed), &table, 8, Arrival::AsOrdered);
            cells.iter().filter(|cell| cell.example >= 80).count() as f64 / cells.len() as f64
        };
        let (thrifty, plain) =
            (share_that_differs(PolicyKind::ThriftyHalving), share_that_differs(PolicyKind::ContinuousHalving));
        assert!(thrifty > plain, "seed {seed}: {thrifty} {plain}");
    }
}

#[test]
fn with_few_candidates_it_is_continuous_halving() {
    for seed in 0..20 {
        let table = table(&[0.5, 0.6, 0.7, 0.9, 0.9], 60, seed);
        let of = |kind| run(&mut race(kind, &table, Some(150), seed), &table, 8, Arrival::AsOrdered);
        assert_eq!(of(PolicyKind::ThriftyHalving), of(PolicyKind::ContinuousHalving), "seed {seed}");
    }
}

#[test]
fn one_different_score_brings_an_example_back() {
    let purse = Purse { spent: 0, total: Some(100) };
    let planned = |different: bool| {
        let mut board = Board::new(4);
        for _ in 0..5 {
            board.add();
        }
        for candidate in 0..5 {
            for example in 0..2 {
                board.enter(Cell { candidate, example }, Some((candidate % 2) as f64));
            }
        }
        for candidate in 0..3 {
            let score = if different && candidate == 2 { 0.0 } else { 1.0 };
            board.enter(Cell { candidate, example: 2 }, Some(score));
        }
        let mut policy = ThriftyHalving::with_votes(3);
        policy.learn(&board);
        policy.plan(&board, purse)
    };
    let buys = |cells: &[Cell], candidate| cells.contains(&Cell { candidate, example: 2 });
    assert!(!buys(&planned(false), 3) && !buys(&planned(false), 4));
    assert!(buys(&planned(true), 3) && buys(&planned(true), 4));
}
