//! Elitism: the best members pass into the next generation unchanged.
//!
//! Source: De Jong, "An analysis of the behavior of a class of genetic adaptive systems", thesis, 1975 (plan R2).

use super::ranking::best_first;

/// The indices of the best `n` members, best first; equal fitness keeps the order of the indices, not-a-number comes last.
///
/// All members when there are fewer than `n`.
#[must_use]
pub fn elite(fitness: &[f64], n: usize) -> Vec<usize> {
    let mut order = best_first(fitness);
    order.truncate(n);
    order
}
