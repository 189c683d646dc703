//! Truncation selection: uniformly among the best `top`; members that tie at the cut share the places that are left.
//!
//! Source: Mühlenbein and Schlierkamp-Voosen, "Predictive models for the breeder genetic algorithm", Evolutionary Computation
//! 1(1), 1993.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::ranking::Ranking;

pub(super) fn draw(top: u32, ranking: &Ranking, rng: &mut ChaCha8Rng) -> Option<usize> {
    if ranking.len() == 0 {
        return None;
    }
    ranking.pick(rng.random_range(0..places(top, ranking)), rng)
}

pub(super) fn probabilities(top: u32, ranking: &Ranking) -> Vec<f64> {
    let places = places(top, ranking);
    ranking.share(|position| if position < places { 1.0 / places as f64 } else { 0.0 })
}

fn places(top: u32, ranking: &Ranking) -> usize {
    usize::try_from(top).unwrap_or(usize::MAX).clamp(1, ranking.len().max(1))
}
