//! The methods behind one door.

use clade_domain::SelectionMethod;
use rand_chacha::ChaCha8Rng;

use super::ranking::Ranking;
use super::{rank, roulette, tournament, truncation};

/// The index of one parent, drawn by `method`; `None` when there is no member.
///
/// Fitness: higher is better, any sign; not-a-number counts as the worst. Members of equal fitness have equal chances.
/// Settings out of range count as the nearest one in range.
#[must_use]
pub fn draw(method: SelectionMethod, fitness: &[f64], rng: &mut ChaCha8Rng) -> Option<usize> {
    if fitness.is_empty() {
        return None;
    }
    match method {
        SelectionMethod::Tournament { k } => tournament::draw(k, &Ranking::new(fitness), rng),
        SelectionMethod::Roulette => roulette::draw(fitness, rng),
        SelectionMethod::Rank { pressure } => rank::draw(pressure, &Ranking::new(fitness), rng),
        SelectionMethod::Truncation { top } => truncation::draw(top, &Ranking::new(fitness), rng),
    }
}

/// A second parent: drawn by `method` among the members without `first`.
///
/// Is `first` again where it is the only member, and `None` when there is no member. The method sees a generation without
/// `first`: truncation to the best 1 gives the second best.
#[must_use]
pub fn draw_distinct(method: SelectionMethod, fitness: &[f64], first: usize, rng: &mut ChaCha8Rng) -> Option<usize> {
    if first >= fitness.len() || fitness.len() == 1 {
        return draw(method, fitness, rng);
    }
    let mut others = fitness.to_vec();
    others.remove(first);
    draw(method, &others, rng).map(|index| if index >= first { index + 1 } else { index })
}

/// The exact chance with which [`draw`] gives each member, by index; they add up to 1, and are empty when there is no member.
#[must_use]
pub fn probabilities(method: SelectionMethod, fitness: &[f64]) -> Vec<f64> {
    match method {
        SelectionMethod::Tournament { k } => tournament::probabilities(k, &Ranking::new(fitness)),
        SelectionMethod::Roulette => roulette::probabilities(fitness),
        SelectionMethod::Rank { pressure } => rank::probabilities(pressure, &Ranking::new(fitness)),
        SelectionMethod::Truncation { top } => truncation::probabilities(top, &Ranking::new(fitness)),
    }
}
