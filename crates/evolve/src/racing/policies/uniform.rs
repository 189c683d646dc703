//! Every candidate meets the same examples: what a search does that does not race.

use crate::racing::{
    board::{Board, Cell, best},
    policy::{Policy, Purse},
};

const AT_ONCE: usize = 1_024;

/// Buys the shared order example by example for everybody, and names the highest mean. It learns nothing on the way, so that everything
/// may be bought at once, a thousand cells at a time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Uniform;

impl Policy for Uniform {
    fn learn(&mut self, _: &Board) {}

    fn plan(&mut self, board: &Board, _: Purse) -> Vec<Cell> {
        (0..board.examples()).flat_map(|example| row(board, example)).take(AT_ONCE).collect()
    }

    fn leader(&self, board: &Board) -> usize {
        best(&means(board)).unwrap_or_default()
    }
}

fn row(board: &Board, example: usize) -> Vec<Cell> {
    (0..board.candidates())
        .filter(|&candidate| !board.settled(candidate, example))
        .map(|candidate| Cell { candidate, example })
        .collect()
}

/// Means of all that is known; a candidate without scores stands last.
pub(super) fn means(board: &Board) -> Vec<f64> {
    (0..board.candidates()).map(|candidate| board.mean(candidate).unwrap_or(f64::NEG_INFINITY)).collect()
}
