//! What races in blocks share: everybody alive meets the next block of the shared order, then some are dropped.

use crate::racing::board::{Board, Cell, best};

/// Who is alive, and how far the shared order has been met and judged.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    block: usize,
    out: Vec<bool>,
    reach: usize,
    judged: usize,
}

impl Blocks {
    pub(super) fn of(block: usize) -> Self {
        Self { block, out: Vec::new(), reach: 0, judged: 0 }
    }

    /// How many blocks there are.
    pub(super) fn count(&self, board: &Board) -> usize {
        board.examples().div_ceil(self.block).max(1)
    }

    /// Once everybody alive has met a new block: `losers` is asked whom to drop, given those alive and how many examples of the order they
    /// have met. A candidate that joined late is judged with the next block.
    pub(super) fn judge(&mut self, board: &Board, losers: impl FnOnce(&[usize], usize) -> Vec<usize>) {
        self.out.resize(board.candidates(), false);
        if self.judged < self.reach && self.behind(board).is_empty() {
            self.judged = self.reach;
            for loser in losers(&self.alive(), self.reach) {
                self.out[loser] = true;
            }
        }
    }

    pub(super) fn plan(&mut self, board: &Board) -> Vec<Cell> {
        if self.alive().len() <= 1 {
            return Vec::new();
        }
        let mut behind = self.behind(board);
        while behind.is_empty() && self.judged == self.reach && self.reach < board.examples() {
            self.reach = (self.reach + self.block).min(board.examples());
            behind = self.behind(board);
            if behind.is_empty() {
                // known beforehand: judged together with the next block
                self.judged = self.reach;
            }
        }
        behind
    }

    /// The highest mean over the blocks judged; the first candidate before that.
    pub(super) fn leader(&self, board: &Board) -> usize {
        let means: Vec<f64> = (0..board.candidates())
            .map(|candidate| {
                let scores = (0..self.judged).filter_map(|example| board.score(candidate, example));
                let (sum, count) = scores.fold((0.0, 0_u32), |(sum, count), score| (sum + score, count + 1));
                let out = self.out.get(candidate).copied().unwrap_or(false);
                if out || count == 0 { f64::NEG_INFINITY } else { sum / f64::from(count) }
            })
            .collect();
        best(&means).unwrap_or_default()
    }

    pub(super) fn dropped(&self) -> Vec<usize> {
        (0..self.out.len()).filter(|&candidate| self.out[candidate]).collect()
    }

    fn alive(&self) -> Vec<usize> {
        (0..self.out.len()).filter(|&candidate| !self.out[candidate]).collect()
    }

    /// In the order candidate by candidate, as block evaluations are bought.
    fn behind(&self, board: &Board) -> Vec<Cell> {
        self.alive().into_iter().flat_map(|candidate| board.missing(candidate, self.reach)).collect()
    }
}
