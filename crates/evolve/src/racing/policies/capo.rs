//! CAPO's race: blocks of examples and paired t-tests.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::blocks::Blocks;
use crate::racing::{
    board::{Board, Cell},
    policy::{Policy, Purse},
};

/// After each block of the shared order, a candidate is dropped that another beats in a one-sided paired t-test.
///
/// The published settings: blocks of 30, level 0.2, not corrected for the many tests. Source: Zehle et al., "CAPO: Cost-Aware Prompt
/// Optimization", 2025 (racing, with one survivor wanted). Only complete blocks count, so before the first one has
/// been paid the first candidate is named.
#[derive(Debug, Clone)]
pub struct CapoRace {
    level: f64,
    blocks: Blocks,
}

impl Default for CapoRace {
    fn default() -> Self {
        Self { level: 0.2, blocks: Blocks::of(30) }
    }
}

impl Policy for CapoRace {
    fn learn(&mut self, board: &Board) {
        let level = self.level;
        self.blocks.judge(board, |alive, reach| {
            let beaten = |&candidate: &usize| {
                let beats = |&other: &usize| p_value(&board.differences(other, candidate, reach)) < level;
                alive.iter().filter(|&&other| other != candidate).any(beats)
            };
            alive.iter().copied().filter(beaten).collect()
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

/// Student's paired test that the mean of the differences is above 0, one-sided. Differences that are all the same decide at
/// once; none, or a single one, say nothing.
fn p_value(differences: &[f64]) -> f64 {
    let n = differences.len() as f64;
    if n < 2.0 {
        return 1.0;
    }
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|difference| (difference - mean).powi(2)).sum::<f64>() / (n - 1.0);
    if variance < 1e-12 {
        return if mean > 1e-12 { 0.0 } else { 1.0 };
    }
    StudentsT::new(0.0, 1.0, n - 1.0).map_or(1.0, |t| t.sf(mean / (variance / n).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_gives_the_published_value() {
        // Student 1908, additional hours of sleep, drug 2 minus drug 1: t = 4.0621 on 9 degrees of freedom, two-sided p = 0.002833 (R)
        let sleep = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
        assert!((p_value(&sleep) - 0.002_833 / 2.0).abs() < 1e-6);
        assert_eq!(p_value(&[0.0; 5]), 1.0);
        assert_eq!(p_value(&[0.5; 5]), 0.0);
        assert_eq!(p_value(&[1.0]), 1.0);
    }
}
