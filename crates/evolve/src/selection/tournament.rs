//! Tournament selection: the best of `k` members drawn with replacement.
//!
//! The largest of `k` uniform draws from the ranks 1..n (n the best) is at most `j` with probability `(j/n)^k`, so one random
//! number gives the winner at any `k`. Source: Blickle and Thiele, "A comparison of selection schemes used in evolutionary
//! algorithms", Evolutionary Computation 4(4), 1996, section 3.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::ranking::Ranking;

pub(super) fn draw(k: u32, ranking: &Ranking, rng: &mut ChaCha8Rng) -> Option<usize> {
    let n = ranking.len();
    let quantile = rng.random::<f64>().powf(1.0 / f64::from(k.max(1)));
    let rank = ((quantile * n as f64).ceil() as usize).clamp(1, n.max(1));
    ranking.pick(n.checked_sub(rank)?, rng)
}

pub(super) fn probabilities(k: u32, ranking: &Ranking) -> Vec<f64> {
    let n = ranking.len() as f64;
    let at_most = |rank: f64| (rank / n).powf(f64::from(k.max(1)));
    ranking.share(|position| {
        let rank = n - position as f64;
        at_most(rank) - at_most(rank - 1.0)
    })
}
