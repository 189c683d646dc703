use std::collections::BTreeMap;

use clade_domain::{AutoPart, AutoSpec};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::operators::{self, Operator};

/// How fast old experience fades: operators age as the easy gains are taken.
const FORGETTING: f64 = 0.98;
/// Trials that a proposal's verification buys on average, before it is known better.
const TYPICAL_TRIALS: f64 = 4.0;

/// One way to make a proposal, with what is believed of it.
#[derive(Debug, Clone)]
pub(super) struct Arm {
    pub operator: &'static dyn Operator,
    /// How many failures it is shown.
    pub shown: usize,
    /// Beta counts of accepted and dropped proposals.
    accepted: f64,
    dropped: f64,
    prior: (f64, f64),
    /// Trials bought and proposals verified.
    trials: f64,
    tries: f64,
}

impl std::fmt::Debug for dyn Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The operators with what each earned: Thompson sampling of gain per cost (Agrawal and Goyal 2012; over prompt operators with an
/// arm that does nothing: Ashizawa et al. 2025, OPTS). Credit comes only from verified gains.
#[derive(Debug, Clone)]
pub(super) struct Arms {
    arms: Vec<Arm>,
    /// Recent accepted proposals and all recent ones, over all arms.
    recent: (f64, f64),
    learns: bool,
}

impl Arms {
    pub(super) fn new(settings: &AutoSpec) -> Self {
        let table: [(&str, usize, f64, f64); 8] = [
            // operator, failures shown, prior share of accepted proposals, what the prior is worth in proposals
            ("reflect", 1, 0.3, 4.0),
            ("reflect", 3, 0.25, 4.0),
            ("contrast", 1, 0.2, 6.0),
            ("demonstration-add", 0, 0.05, 10.0),
            ("elaborate", 0, 0.05, 10.0),
            ("paraphrase", 0, 0.02, 20.0),
            ("instruction-to-end", 0, 0.01, 20.0),
            ("sentence-order", 0, 0.01, 20.0),
        ];
        let wanted = |name: &str| {
            let written = ["reflect", "contrast"].contains(&name);
            let demonstration = name.starts_with("demonstration");
            let part = (settings.has(AutoPart::Reflection) || !written)
                && (settings.has(AutoPart::Demonstrations) || !demonstration);
            part && (settings.operators.is_empty() || settings.operators.get(name).is_some_and(|w| *w > 0.0))
        };
        let mut known: BTreeMap<(&str, usize), ()> = BTreeMap::new();
        let mut arms = Vec::new();
        for (name, shown, rate, worth) in table {
            known.insert((name, shown), ());
            if let Some(operator) = operators::by_name(name).filter(|_| wanted(name)) {
                arms.push(Arm::new(operator, shown, rate, worth));
            }
        }
        // what the user asks for by name and is not in the table
        for (name, weight) in settings.operators.iter().filter(|(_, weight)| **weight > 0.0) {
            let listed = known.keys().any(|(listed, _)| listed == name);
            if let Some(operator) = operators::by_name(name).filter(|o| !listed && o.kind().parents == 1) {
                arms.push(Arm::new(operator, operator.wants().failures.min(1), (0.05 * weight).min(0.5), 10.0));
            }
        }
        Self { arms, recent: (1.0, 4.0), learns: settings.has(AutoPart::Bandit) }
    }

    pub(super) fn get(&self, arm: usize) -> Option<&Arm> {
        self.arms.get(arm)
    }

    /// Draws an arm; `proposal` is what a written proposal costs, in trials. `usable` says which can do something now.
    pub(super) fn draw(&self, proposal: f64, usable: impl Fn(&Arm) -> bool, rng: &mut ChaCha8Rng) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        for (place, arm) in self.arms.iter().enumerate().filter(|(_, arm)| usable(arm)) {
            let rate =
                if self.learns { beta(arm.accepted, arm.dropped, rng) } else { beta(arm.prior.0, arm.prior.1, rng) };
            let cost = if arm.operator.kind().model_written { proposal } else { 0.0 };
            let trials = (TYPICAL_TRIALS * 4.0 + arm.trials) / (4.0 + arm.tries);
            let worth = rate / (cost + trials);
            if best.is_none_or(|(most, _)| worth > most) {
                best = Some((worth, place));
            }
        }
        best.map(|(_, place)| place)
    }

    /// The share of recent proposals that was accepted, in (0, 1).
    pub(super) fn success(&self) -> f64 {
        self.recent.0 / self.recent.1
    }

    /// Credits an arm with a verified proposal.
    pub(super) fn credit(&mut self, arm: usize, accepted: bool, trials: u32) {
        for other in &mut self.arms {
            other.accepted = other.prior.0 + (other.accepted - other.prior.0) * FORGETTING;
            other.dropped = other.prior.1 + (other.dropped - other.prior.1) * FORGETTING;
        }
        self.recent.0 = 0.9 * self.recent.0 + 0.1 * 0.2 + f64::from(u8::from(accepted));
        self.recent.1 = 0.9 * self.recent.1 + 1.0;
        if let Some(arm) = self.arms.get_mut(arm) {
            if accepted {
                arm.accepted += 1.0
            } else {
                arm.dropped += 1.0
            }
            arm.trials += f64::from(trials);
            arm.tries += 1.0;
        }
    }
}

impl Arm {
    fn new(operator: &'static dyn Operator, shown: usize, rate: f64, worth: f64) -> Self {
        let prior = (rate * worth, (1.0 - rate) * worth);
        Self { operator, shown, accepted: prior.0, dropped: prior.1, prior, trials: 0.0, tries: 0.0 }
    }
}

/// A draw from a Beta distribution, from two Gamma draws (Marsaglia and Tsang 2000).
fn beta(a: f64, b: f64, rng: &mut ChaCha8Rng) -> f64 {
    let (x, y) = (gamma(a, rng), gamma(b, rng));
    if x + y > 0.0 { x / (x + y) } else { a / (a + b) }
}

fn gamma(shape: f64, rng: &mut ChaCha8Rng) -> f64 {
    if shape < 1.0 {
        let u: f64 = rng.random::<f64>().max(1e-300);
        return gamma(shape + 1.0, rng) * u.powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        // a standard normal by Box and Muller
        let (u, v): (f64, f64) = (rng.random::<f64>().max(1e-300), rng.random());
        let x = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        let t = (1.0 + c * x).powi(3);
        if t > 0.0 && rng.random::<f64>().max(1e-300).ln() < 0.5 * x * x + d - d * t + d * t.ln() {
            return d * t;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn beta_draws_have_the_right_mean_and_variance() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (a, b) in [(0.4, 1.6), (2.0, 3.0), (20.0, 5.0)] {
            let draws: Vec<f64> = (0..20_000).map(|_| beta(a, b, &mut rng)).collect();
            let mean = draws.iter().sum::<f64>() / 20_000.0;
            let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
            assert!((mean - a / (a + b)).abs() < 0.01, "{a} {b}: {mean}");
            let expected = a * b / ((a + b) * (a + b) * (a + b + 1.0));
            assert!((variance / expected - 1.0).abs() < 0.08, "{a} {b}: {variance} for {expected}");
        }
    }

    #[test]
    fn what_earns_is_drawn_more_often() {
        let mut arms = Arms::new(&AutoSpec::default());
        for _ in 0..30 {
            arms.credit(0, false, 2);
            arms.credit(1, true, 6);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let drawn = (0..200).filter(|_| arms.draw(1.0, |_| true, &mut rng) == Some(1)).count();
        assert!(drawn > 180, "{drawn}");
    }
}
