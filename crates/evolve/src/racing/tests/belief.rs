//! The belief's arithmetic against a plain solution of the same equations.

use proptest::prelude::*;

use crate::racing::{Board, Cell, belief::AdditiveBelief};

fn boards() -> impl Strategy<Value = (Vec<(usize, usize, f64)>, usize)> {
    let cell = (0..6_usize, 0..15_usize, prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0_f64]);
    (prop::collection::vec(cell, 1..70), 1..70_usize)
}

fn board(cells: &[(usize, usize, f64)]) -> Board {
    let mut board = Board::new(15);
    for _ in 0..6 {
        board.add();
    }
    for &(candidate, example, score) in cells {
        board.enter(Cell { candidate, example }, Some(score));
    }
    board
}

/// The posterior means by Gaussian elimination over candidates and examples together, nothing absorbed.
fn plain(board: &Board, error: f64, example: f64, candidate: f64) -> Vec<f64> {
    let (k, n) = (board.candidates(), board.examples());
    let size = k + n;
    let mut rows = vec![vec![0.0; size + 1]; size];
    // prior of the candidates: variance `candidate`, and a shared level of mean 0.7 and variance 1
    let shared = 1.0 / (candidate * (candidate + k as f64));
    for (i, row) in rows.iter_mut().enumerate().take(k) {
        row[..k].fill(-shared);
        row[i] += 1.0 / candidate;
        row[size] = 0.7 * (1.0 / candidate - shared * k as f64);
    }
    for j in 0..n {
        rows[k + j][k + j] += 1.0 / example;
        for i in board.seen_by(j) {
            let score = board.score(i, j).unwrap();
            rows[i][i] += 1.0 / error;
            rows[k + j][k + j] += 1.0 / error;
            rows[i][k + j] += 1.0 / error;
            rows[k + j][i] += 1.0 / error;
            rows[i][size] += score / error;
            rows[k + j][size] += score / error;
        }
    }
    for pivot in 0..size {
        let pivots = rows[pivot].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(row, _)| *row != pivot) {
            let factor = row[pivot] / pivots[pivot];
            row.iter_mut().zip(&pivots).for_each(|(value, pivot)| *value -= factor * pivot);
        }
    }
    (0..k).map(|i| rows[i][size] / rows[i][i]).collect()
}

proptest! {
    #[test]
    fn means_are_those_of_the_whole_model((cells, _) in boards()) {
        let board = board(&cells);
        let mut belief = AdditiveBelief::default();
        belief.update(&board);
        let (error, example, candidate) = belief.variances();
        for (found, expected) in belief.means().iter().zip(plain(&board, error, example, candidate)) {
            prop_assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        }
    }

    #[test]
    fn step_by_step_is_the_same_as_at_once((cells, cut) in boards()) {
        let whole = board(&cells);
        let mut stepwise = AdditiveBelief::default();
        for end in (1..=cells.len()).step_by(cut) {
            stepwise.update(&board(&cells[..end]));
        }
        stepwise.update(&whole);
        let (error, example, candidate) = stepwise.variances();
        for (found, expected) in stepwise.means().iter().zip(plain(&whole, error, example, candidate)) {
            prop_assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        }
    }

    #[test]
    fn the_order_of_entry_does_not_matter((cells, cut) in boards()) {
        // the first score of a cell counts, so each cell is entered once
        let mut once: Vec<(usize, usize, f64)> = Vec::new();
        for cell in cells {
            if !once.iter().any(|other| (other.0, other.1) == (cell.0, cell.1)) {
                once.push(cell);
            }
        }
        let mut turned = once.clone();
        turned.rotate_left(cut % once.len());
        let means = |cells: &[(usize, usize, f64)]| {
            let mut belief = AdditiveBelief::default();
            belief.update(&board(cells));
            belief.means().to_vec()
        };
        for (one, other) in means(&once).iter().zip(means(&turned)) {
            prop_assert!((one - other).abs() < 1e-9);
        }
    }
}

#[test]
fn the_variances_are_found_again() {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
    // sums of uniform numbers: near enough to a normal deviate
    let mut normal = |sd: f64| sd * ((0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0);
    let candidates: Vec<f64> = (0..40).map(|_| 0.5 + normal(0.05)).collect();
    let mut board = Board::new(200);
    for _ in 0..40 {
        board.add();
    }
    for example in 0..200 {
        let effect = normal(0.15);
        for (candidate, level) in candidates.iter().enumerate() {
            board.enter(Cell { candidate, example }, Some(level + effect + normal(0.1)));
        }
    }
    let mut belief = AdditiveBelief::default();
    belief.update(&board);
    let (error, example, candidate) = belief.variances();
    assert!((error.sqrt() - 0.1).abs() < 0.005, "{error}");
    assert!((example.sqrt() - 0.15).abs() < 0.02, "{example}");
    assert!((candidate.sqrt() - 0.05).abs() < 0.015, "{candidate}");
}
