//! Best-arm identification: the leader and its nearest challengers.

use super::continuous::{batch_size, first, opening};
use crate::racing::{
    belief::AdditiveBelief,
    board::{Board, Cell, ranking},
    policy::{Policy, Purse},
};

/// Buys for the leader and for whoever most likely beats it, until that is unlikely.
///
/// The belief has shared effects of examples ([`AdditiveBelief`]). In each batch the leader meets as many new examples as its
/// challengers do, those with the highest chance of being better first. It ends when no challenger is within `z` standard deviations.
/// Source: LUCB, Kalyanakrishnan et al., "PAC Subset Selection in Stochastic Multi-armed Bandits", ICML 2012, with posterior
/// intervals of differences in place of bounds; it knows no end of the purse.
#[derive(Debug, Clone)]
pub struct BestArm {
    belief: AdditiveBelief,
    z: f64,
}

impl Default for BestArm {
    /// Ends at 2.5 standard deviations.
    fn default() -> Self {
        Self { belief: AdditiveBelief::default(), z: 2.5 }
    }
}

impl Policy for BestArm {
    fn learn(&mut self, board: &Board) {
        self.belief.update(board);
    }

    fn plan(&mut self, board: &Board, _: Purse) -> Vec<Cell> {
        let opening = opening(board);
        if !opening.is_empty() {
            return opening;
        }
        let leader = self.leader(board);
        let means = self.belief.means();
        let distance: Vec<f64> = (0..board.candidates())
            .map(|i| (means[i] - means[leader]) / self.belief.sd_of_difference(board, i, leader).max(1e-9))
            .collect();
        let challengers: Vec<usize> = ranking(&distance)
            .into_iter()
            // who has met every example is not told apart any further
            .filter(|&i| i != leader && distance[i] > -self.z)
            .filter(|&i| board.missing(i, board.examples()).next().is_some())
            .take(batch_size(board.candidates()) / 4)
            .collect();
        if challengers.is_empty() {
            return Vec::new();
        }
        // each of them catches up with the leader, or leads on to a new example
        let each = (batch_size(board.candidates()) / (challengers.len() + 1)).max(1);
        let further = |candidate: usize| board.missing(candidate, board.examples()).take(each);
        std::iter::once(leader).chain(challengers).flat_map(further).collect()
    }

    fn leader(&self, board: &Board) -> usize {
        first(&self.belief, board)
    }
}
