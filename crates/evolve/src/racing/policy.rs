//! The question and its answers' common shape.

use super::board::{Board, Cell};

/// What a race may still buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purse {
    /// Cells ordered so far.
    pub spent: usize,
    /// Cells in all, where that is known beforehand.
    pub total: Option<usize>,
}

impl Purse {
    /// Cells left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.total.map_or(usize::MAX, |total| total.saturating_sub(self.spent))
    }
}

/// An answer to "which of these candidates is best, spending as few cells as possible".
///
/// A policy sees complete batches only and is a pure function of them, so it is deterministic however the results arrive.
/// It numbers examples in the shared shuffled order ([`Board`]).
pub trait Policy: std::fmt::Debug + Send {
    /// Takes in what is new on the board. Called before [`Policy::plan`] and [`Policy::leader`] whenever the board has changed.
    fn learn(&mut self, board: &Board);

    /// The next batch: cells that are not settled, none twice, best first (the race cuts what the purse cannot pay).
    /// Empty: nothing more is worth buying.
    fn plan(&mut self, board: &Board, purse: Purse) -> Vec<Cell>;

    /// The candidate to name now. At least one takes part.
    fn leader(&self, board: &Board) -> usize;

    /// Candidates that were dropped for good, where the policy does so.
    fn dropped(&self) -> Vec<usize> {
        Vec::new()
    }
}
