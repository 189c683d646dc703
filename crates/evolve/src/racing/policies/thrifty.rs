//! Continuous halving that does not buy what is already decided.

use super::continuous::{first, shrinking_circle};
use crate::racing::{
    belief::AdditiveBelief,
    board::{Board, Cell},
    policy::{Policy, Purse},
};

/// Continuous halving, except that an example on which the first few candidates all scored alike is not bought for the others: they are
/// taken to score so too.
///
/// On most data most examples are solved by every prompt or by none, and say nothing about which prompt is better. Buying an
/// example for `votes` candidates tells which kind it is; the rest of the purse goes to examples that differ. A candidate is
/// credited with the common score of such an example once it has passed it in the shared order, so that any two candidates are still
/// compared on a shared beginning. One different score, bought or given, and the example is bought like any other again.
/// With fewer than `votes` candidates this is continuous halving.
#[derive(Debug, Clone)]
pub struct ThriftyHalving {
    votes: usize,
    belief: AdditiveBelief,
    /// The board with what is taken for granted.
    assumed: Option<Board>,
}

impl Default for ThriftyHalving {
    fn default() -> Self {
        Self::with_votes(6)
    }
}

impl ThriftyHalving {
    /// With another number of equal scores, at least 1, after which an example is not bought for others.
    #[must_use]
    pub fn with_votes(votes: usize) -> Self {
        Self { votes: votes.max(1), belief: AdditiveBelief::default(), assumed: None }
    }

    /// The score that all who met the example share, where enough did.
    fn common(&self, board: &Board, example: usize) -> Option<f64> {
        let mut seen = board.seen_by(example);
        if seen.len() < self.votes {
            return None;
        }
        let first = seen.next().and_then(|candidate| board.score(candidate, example))?;
        let alike = |candidate| board.score(candidate, example).is_some_and(|score| (score - first).abs() < 1e-9);
        seen.all(alike).then_some(first)
    }

    /// The board, with every candidate credited with the examples that it passed over.
    fn with_assumed(&self, board: &Board) -> Board {
        let common: Vec<Option<f64>> = (0..board.examples()).map(|example| self.common(board, example)).collect();
        let mut assumed = board.clone();
        for candidate in 0..board.candidates() {
            for (example, common) in common.iter().enumerate() {
                if board.settled(candidate, example) {
                    continue;
                }
                if common.is_none() {
                    break;
                }
                assumed.enter(Cell { candidate, example }, *common);
            }
        }
        assumed
    }
}

impl Policy for ThriftyHalving {
    fn learn(&mut self, board: &Board) {
        let assumed = self.with_assumed(board);
        self.belief.update(&assumed);
        self.assumed = Some(assumed);
    }

    fn plan(&mut self, board: &Board, purse: Purse) -> Vec<Cell> {
        shrinking_circle(board, self.assumed.as_ref().unwrap_or(board), &self.belief, purse)
    }

    fn leader(&self, board: &Board) -> usize {
        first(&self.belief, board)
    }
}
