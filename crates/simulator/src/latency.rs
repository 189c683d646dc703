use std::time::Duration;

use rand::{Rng, RngExt};

use crate::Latency;

/// The 95th percentile of the standard normal distribution.
const Z95: f64 = 1.644_853_626_951_472_2;

/// How long one answer takes.
pub(crate) fn draw(latency: Latency, rng: &mut impl Rng) -> Duration {
    let ms = match latency {
        Latency::Fixed(ms) => ms,
        Latency::LogNormal { median_ms, p95_ms } => median_ms * ((p95_ms / median_ms).ln() / Z95 * normal(rng)).exp(),
    };
    Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 3600.0))
}

/// A standard normal deviate (Box and Muller 1958).
fn normal(rng: &mut impl Rng) -> f64 {
    let (a, b): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn the_percentiles_are_as_set() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let latency = Latency::LogNormal { median_ms: 100.0, p95_ms: 400.0 };
        let mut ms: Vec<f64> = (0..20_000).map(|_| draw(latency, &mut rng).as_secs_f64() * 1000.0).collect();
        ms.sort_by(f64::total_cmp);
        assert!((ms[10_000] - 100.0).abs() < 3.0, "{}", ms[10_000]);
        assert!((ms[19_000] - 400.0).abs() < 20.0, "{}", ms[19_000]);
        assert_eq!(draw(Latency::Fixed(50.0), &mut rng), Duration::from_millis(50));
        let constant = Latency::LogNormal { median_ms: 70.0, p95_ms: 70.0 };
        assert_eq!(draw(constant, &mut rng), Duration::from_millis(70));
    }
}
