//! Fitness-proportional selection, made safe for negative, zero and equal fitness.
//!
//! Nine draws in ten are proportional to fitness above the worst member's, one in ten is uniform, so that the worst of a
//! small generation keeps a chance and a generation of equals is drawn uniformly. Source of the windowing: Goldberg, "Genetic
//! Algorithms in Search, Optimization and Machine Learning", 1989, chapter 4 (scaling).

use rand_chacha::ChaCha8Rng;

use super::ranking::weighted;

/// The share of draws that are uniform over all members.
const UNIFORM_SHARE: f64 = 0.1;

pub(super) fn draw(fitness: &[f64], rng: &mut ChaCha8Rng) -> Option<usize> {
    weighted(&probabilities(fitness), rng)
}

pub(super) fn probabilities(fitness: &[f64]) -> Vec<f64> {
    let above = above_worst(fitness);
    let total: f64 = above.iter().sum();
    let n = fitness.len() as f64;
    if total > 0.0 {
        above.iter().map(|value| (1.0 - UNIFORM_SHARE) * value / total + UNIFORM_SHARE / n).collect()
    } else {
        vec![1.0 / n; fitness.len()]
    }
}

/// Fitness above the worst, as a share of the range from worst to best. Not-a-number and minus infinity count as the worst
/// finite value, infinity as the largest number there is.
fn above_worst(fitness: &[f64]) -> Vec<f64> {
    let worst = fitness.iter().copied().filter(|value| value.is_finite()).fold(f64::INFINITY, f64::min);
    let worst = if worst.is_finite() { worst } else { 0.0 };
    // halves, so that the range of the largest and the smallest number does not overflow
    let halves: Vec<f64> = fitness
        .iter()
        .map(|&value| if value.is_nan() { 0.0 } else { (value.min(f64::MAX) / 2.0 - worst / 2.0).max(0.0) })
        .collect();
    let range = halves.iter().copied().fold(0.0, f64::max);
    halves.into_iter().map(|half| if range > 0.0 { half / range } else { 0.0 }).collect()
}
