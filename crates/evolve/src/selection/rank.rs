//! Linear ranking: the chance falls linearly from the best to the worst, whatever the distances between fitness values.
//!
//! The best member expects `pressure` times the mean share and the worst `2 - pressure` times; members of equal fitness share
//! the mean of their ranks. Source: Baker, "Adaptive selection methods for genetic algorithms", ICGA 1985.

use rand_chacha::ChaCha8Rng;

use super::ranking::{Ranking, weighted};

pub(super) fn draw(pressure: f64, ranking: &Ranking, rng: &mut ChaCha8Rng) -> Option<usize> {
    weighted(&probabilities(pressure, ranking), rng)
}

pub(super) fn probabilities(pressure: f64, ranking: &Ranking) -> Vec<f64> {
    let pressure = if pressure.is_nan() { 1.0 } else { pressure.clamp(1.0, 2.0) };
    let n = ranking.len() as f64;
    if ranking.len() < 2 {
        return vec![1.0; ranking.len()];
    }
    ranking.share(|position| (pressure - 2.0 * (pressure - 1.0) * position as f64 / (n - 1.0)) / n)
}
