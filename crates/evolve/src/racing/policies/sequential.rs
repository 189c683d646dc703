//! Paired exact tests, repeated after each block, with the level spent over looks and rivals.

use super::blocks::Blocks;
use crate::{
    racing::{
        board::{Board, Cell, best},
        policy::{Policy, Purse},
    },
    statistics::{PairedCounts, mcnemar_one_sided},
};

/// Drops a candidate only on proof, and ends when one is left.
///
/// After each block of the shared order everybody alive is compared with the one that leads; who loses McNemar's exact test at the level of
/// this look is dropped. The level is spent in proportion to the examples seen (Lan and DeMets, Biometrika 70, 1983, their
/// linear spending function) and shared among all rivals (Bonferroni), so a candidate that wins at least half of the
/// differing pairs against each rival is dropped with a chance of at most `level`, however many looks there are. Scores
/// between 0 and 1 are compared by sign. A candidate that joins late catches up; the rivals are counted when a look is taken.
#[derive(Debug, Clone)]
pub struct SequentialTest {
    level: f64,
    blocks: Blocks,
}

impl Default for SequentialTest {
    /// Level 0.1, blocks of 10.
    fn default() -> Self {
        Self::with_level(0.1)
    }
}

impl SequentialTest {
    /// With another chance, in (0, 1), of ever dropping the best.
    #[must_use]
    pub fn with_level(level: f64) -> Self {
        Self { level, blocks: Blocks::of(10) }
    }
}

impl Policy for SequentialTest {
    fn learn(&mut self, board: &Board) {
        let rivals = board.candidates().max(2) - 1;
        let level = self.level / (self.blocks.count(board) * rivals) as f64;
        self.blocks.judge(board, |alive, reach| {
            let mean = |&candidate: &usize| {
                let scores: Vec<f64> = (0..reach).filter_map(|example| board.score(candidate, example)).collect();
                scores.iter().sum::<f64>() / scores.len().max(1) as f64
            };
            let means: Vec<f64> = alive.iter().map(mean).collect();
            let Some(leader) = best(&means).map(|place| alive[place]) else { return Vec::new() };
            let loses = |&candidate: &usize| {
                let counts = PairedCounts::of(&board.differences(leader, candidate, reach));
                mcnemar_one_sided(counts.wins, counts.losses) <= level
            };
            alive.iter().copied().filter(loses).collect()
        });
    }

    fn plan(&mut self, board: &Board, _: Purse) -> Vec<Cell> {
        self.blocks.plan(board)
    }

    fn leader(&self, board: &Board) -> usize {
        self.blocks.leader(board)
    }

    fn dropped(&self) -> Vec<usize> {
        self.blocks.dropped()
    }
}
