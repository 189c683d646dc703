//! Successive halving: in each round the better half goes on.

use crate::racing::{
    board::{Board, Cell, best, ranking},
    policy::{Policy, Purse},
};

/// The purse is cut into about `log2(candidates)` equal rounds; in each, those alive meet as many new examples of the shared order as
/// the round pays, and the half with the lower mean is dropped.
///
/// Cells known beforehand leave more for later rounds. A candidate that joins late is alive and catches up first. Without a
/// known total, the whole table counts as the purse. Source: Karnin, Koren and Somekh, "Almost Optimal Exploration in
/// Multi-Armed Bandits", ICML 2013 (sequential halving); Jamieson and Talwalkar, AISTATS 2016.
#[derive(Debug, Clone, Default)]
pub struct SuccessiveHalving {
    out: Vec<bool>,
    /// How far along the shared order everybody alive is to be.
    reach: usize,
    /// The first round is still to come.
    begun: bool,
}

impl SuccessiveHalving {
    fn alive(&self, board: &Board) -> Vec<usize> {
        (0..board.candidates()).filter(|&candidate| !self.out.get(candidate).copied().unwrap_or(false)).collect()
    }

    /// Means of those alive over the shared beginning that all of them met.
    fn means(&self, board: &Board, alive: &[usize]) -> Vec<f64> {
        let mean = |&candidate: &usize| {
            let scores = (0..self.reach).filter_map(|example| board.score(candidate, example));
            let (sum, count) = scores.fold((0.0, 0_u32), |(sum, count), score| (sum + score, count + 1));
            if count == 0 { f64::NEG_INFINITY } else { sum / f64::from(count) }
        };
        alive.iter().map(mean).collect()
    }
}

impl Policy for SuccessiveHalving {
    fn learn(&mut self, board: &Board) {
        self.out.resize(board.candidates(), false);
    }

    fn plan(&mut self, board: &Board, purse: Purse) -> Vec<Cell> {
        loop {
            let mut alive = self.alive(board);
            let behind: Vec<Cell> = (0..self.reach)
                .flat_map(|example| alive.iter().map(move |&candidate| Cell { candidate, example }))
                .collect();
            let behind: Vec<Cell> =
                behind.into_iter().filter(|cell| !board.settled(cell.candidate, cell.example)).collect();
            if !behind.is_empty() {
                return behind;
            }
            if self.begun && alive.len() > 1 {
                let means = self.means(board, &alive);
                for place in ranking(&means).split_off(alive.len().div_ceil(2)) {
                    self.out[alive[place]] = true;
                }
                alive = self.alive(board);
            }
            self.begun = true;
            if alive.len() <= 1 || self.reach >= board.examples() {
                return Vec::new();
            }
            let rounds = alive.len().next_power_of_two().ilog2() as usize;
            let unknown = board.candidates() * board.examples() - board.known();
            let left = purse.left().min(unknown);
            let further = (left / rounds / alive.len()).max(1);
            self.reach = (self.reach + further).min(board.examples());
        }
    }

    fn leader(&self, board: &Board) -> usize {
        let alive = self.alive(board);
        best(&self.means(board, &alive)).map_or(0, |place| alive[place])
    }

    fn dropped(&self) -> Vec<usize> {
        (0..self.out.len()).filter(|&candidate| self.out[candidate]).collect()
    }
}
