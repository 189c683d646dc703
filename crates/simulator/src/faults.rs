use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Settings, latency};

/// What is in store for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// A proper answer.
    Answer,
    /// Status 500.
    Error,
    /// Status 429.
    Throttle,
    /// Nothing, ever.
    Hang,
    /// Broken JSON.
    Malformed,
    /// A page of HTML.
    Html,
    /// Half of the body.
    HalfBody,
}

/// In the order of [`Settings::rates`].
const FATES: [Fate; 6] = [Fate::Error, Fate::Throttle, Fate::Hang, Fate::Malformed, Fate::Html, Fate::HalfBody];

/// The fate of the request with this number, and how long it takes; settled by the seed and the number.
pub(crate) fn fate(settings: &Settings, number: u64) -> (Fate, Duration) {
    let mut rng = ChaCha8Rng::seed_from_u64(settings.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number);
    let mut left: f64 = rng.random();
    let mut fate = Fate::Answer;
    for (candidate, (_, rate)) in FATES.iter().zip(settings.rates()) {
        left -= rate;
        if left < 0.0 {
            fate = *candidate;
            break;
        }
    }
    (fate, latency::draw(settings.latency, &mut rng))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_as_set_and_repeat_with_the_seed() {
        let settings = Settings {
            seed: 5,
            error_rate: 0.3,
            throttle_rate: 0.1,
            hang_rate: 0.05,
            malformed_rate: 0.05,
            html_rate: 0.02,
            half_body_rate: 0.03,
            ..Settings::default()
        };
        let fates: Vec<Fate> = (0..20_000).map(|n| fate(&settings, n).0).collect();
        let share = |fate| fates.iter().filter(|f| **f == fate).count() as f64 / 20_000.0;
        for (fate, (name, rate)) in FATES.iter().zip(settings.rates()) {
            assert!((share(*fate) - rate).abs() < 0.01, "{name}: {}", share(*fate));
        }
        assert!((share(Fate::Answer) - 0.45).abs() < 0.012);
        assert!((0..20_000).all(|n| fate(&settings, n).0 == fates[n as usize]));
        assert!((0..1000).all(|n| fate(&Settings::default(), n).0 == Fate::Answer));
    }
}
