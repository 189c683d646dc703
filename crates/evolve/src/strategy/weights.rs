//! Operators drawn by weight.

use std::collections::BTreeMap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::operators::{self, Operator};

/// An operator with its weight.
pub(super) type Weighted = (&'static dyn Operator, f64);

/// The operators that a run file names with their weights; every one with its default where it names none. Those without weight
/// are left out.
pub(super) fn of(named: &BTreeMap<String, f64>) -> Vec<Weighted> {
    let all: Vec<Weighted> = if named.is_empty() {
        operators::all().into_iter().map(|operator| (operator, operator.default_weight())).collect()
    } else {
        named.iter().filter_map(|(name, weight)| Some((operators::by_name(name)?, *weight))).collect()
    };
    all.into_iter().filter(|(_, weight)| *weight > 0.0).collect()
}

/// One of them, with a chance proportional to its weight.
pub(super) fn draw(usable: &[Weighted], rng: &mut ChaCha8Rng) -> Option<&'static dyn Operator> {
    let total: f64 = usable.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random::<f64>() * total;
    for (operator, weight) in usable {
        left -= weight;
        if left < 0.0 {
            return Some(*operator);
        }
    }
    usable.last().map(|(operator, _)| *operator)
}
