//! Members in order of fitness, with their ties.

use std::cmp::Ordering;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// The value by which members are ordered: not-a-number is the worst, and -0.0 equals 0.0.
fn key(fitness: f64) -> f64 {
    if fitness.is_nan() { f64::NEG_INFINITY } else { fitness + 0.0 }
}

/// Best first; equal fitness keeps the order of the indices.
pub(super) fn best_first(fitness: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..fitness.len()).collect();
    order.sort_by(|&a, &b| key(fitness[b]).total_cmp(&key(fitness[a])));
    order
}

/// The order of fitness and the groups of equal fitness in it.
///
/// A method that works on ranks gives a chance to each position; members of equal fitness share the positions they fill,
/// so that the order in which equal candidates were made never decides who has children.
pub(super) struct Ranking {
    order: Vec<usize>,
    /// Where each group of equal members ends in `order`, rising; the last is the number of members.
    ends: Vec<usize>,
}

impl Ranking {
    pub(super) fn new(fitness: &[f64]) -> Self {
        let order = best_first(fitness);
        let mut ends: Vec<usize> = (1..order.len())
            .filter(|&at| key(fitness[order[at - 1]]).total_cmp(&key(fitness[order[at]])) != Ordering::Equal)
            .collect();
        if !order.is_empty() {
            ends.push(order.len());
        }
        Self { order, ends }
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// A member drawn uniformly among those whose fitness equals that of `position` (0 is the best).
    pub(super) fn pick(&self, position: usize, rng: &mut ChaCha8Rng) -> Option<usize> {
        let group = self.ends.partition_point(|&end| end <= position);
        let end = *self.ends.get(group)?;
        let start = if group == 0 { 0 } else { self.ends[group - 1] };
        let at = if end - start == 1 { start } else { rng.random_range(start..end) };
        Some(self.order[at])
    }

    /// Each member's chance, by index, where `chance(position)` is the chance of a position.
    pub(super) fn share(&self, chance: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut shares = vec![0.0; self.order.len()];
        let mut start = 0;
        for &end in &self.ends {
            let total: f64 = (start..end).map(&chance).sum();
            for &member in &self.order[start..end] {
                shares[member] = total / (end - start) as f64;
            }
            start = end;
        }
        shares
    }
}

/// An index drawn with probability proportional to its weight; weights are finite and 0 or more, at least one above 0.
pub(super) fn weighted(weights: &[f64], rng: &mut ChaCha8Rng) -> Option<usize> {
    let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
    for (index, &weight) in weights.iter().enumerate() {
        if left < weight {
            return Some(index);
        }
        left -= weight;
    }
    // rounding can leave a last crumb
    weights.iter().rposition(|&weight| weight > 0.0)
}
