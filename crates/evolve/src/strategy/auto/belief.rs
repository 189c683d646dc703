/// Error rates that are weighed against one another: how often an outcome says the opposite of what a prompt truly does on an
/// example.
const ERRORS: [f64; 7] = [0.01, 0.03, 0.06, 0.1, 0.15, 0.22, 0.3];
/// Their weights before anything was seen.
const PRIOR: [f64; 7] = [0.1, 0.2, 0.3, 0.18, 0.12, 0.06, 0.04];
/// Belief that the first prompt solves an example it was not seen on.
const START: f64 = 0.1;
/// Examples that the belief about the mean is worth when a sample of examples corrects it.
const WORTH: f64 = 8.0;

/// What is believed of the incumbent: for each train example, by its place, the probability that it truly solves it. It is
/// carried from parent to child, so that a child need not be evaluated on everything again.
///
/// Outcomes err: a model that samples answers otherwise each time, and even at temperature 0 a changed prompt turns some
/// answers round by accident. How often is not assumed but learned: every belief is held once for each of several error rates,
/// and the rates are weighed by how well they foretell what is seen (Bayesian model averaging).
#[derive(Debug, Clone)]
pub(super) struct Belief {
    /// Log weights of the error rates.
    weights: [f64; ERRORS.len()],
    solved: Vec<[f64; ERRORS.len()]>,
    learns: bool,
    /// Scores are degrees: what is believed of an example is then the score itself.
    degrees: bool,
}

impl Belief {
    pub(super) fn new(examples: usize, learns: bool) -> Self {
        let weights = if learns { PRIOR.map(f64::ln) } else { ERRORS.map(|e| if e == 0.06 { 0.0 } else { -1e9 }) };
        Self { weights, solved: vec![[START; ERRORS.len()]; examples], learns, degrees: false }
    }

    /// From now on scores are degrees.
    pub(super) fn by_degrees(&mut self) {
        self.degrees = true;
    }

    pub(super) fn len(&self) -> usize {
        self.solved.len()
    }

    fn shares(&self) -> [f64; ERRORS.len()] {
        let most = self.weights.iter().copied().fold(f64::MIN, f64::max);
        let raw = self.weights.map(|w| (w - most).exp());
        let sum: f64 = raw.iter().sum();
        raw.map(|w| w / sum)
    }

    /// The expected error rate.
    pub(super) fn error(&self) -> f64 {
        self.shares().iter().zip(ERRORS).map(|(w, e)| w * e).sum()
    }

    /// The probability that the incumbent truly solves an example.
    pub(super) fn solved(&self, example: usize) -> f64 {
        let Some(solved) = self.solved.get(example) else { return 0.0 };
        self.shares().iter().zip(solved).map(|(w, b)| w * b).sum()
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<f64> {
        let shares = self.shares();
        self.solved.iter().map(|solved| shares.iter().zip(solved).map(|(w, b)| w * b).sum()).collect()
    }

    /// Their mean: the expected true score.
    pub(super) fn mean(&self) -> f64 {
        self.all().iter().sum::<f64>() / self.solved.len().max(1) as f64
    }

    /// Takes in the incumbent's score on an example, in [0, 1]; a score between counts as so much of a success.
    pub(super) fn observe(&mut self, example: usize, score: f64) {
        let Some(solved) = self.solved.get(example) else { return };
        if self.learns && !self.degrees {
            for ((b, e), weight) in solved.iter().zip(ERRORS).zip(&mut self.weights) {
                let evidence = b * likelihood(1.0, e, score) + (1.0 - b) * likelihood(0.0, e, score);
                *weight += evidence.max(1e-12).ln();
            }
        }
        self.absorb(example, score);
    }

    /// The same for a score that the error rates were weighed by already.
    pub(super) fn absorb(&mut self, example: usize, score: f64) {
        let Some(solved) = self.solved.get_mut(example) else { return };
        if self.degrees {
            *solved = [score; ERRORS.len()];
            return;
        }
        for (b, e) in solved.iter_mut().zip(ERRORS) {
            let (right, wrong) = (likelihood(1.0, e, score), likelihood(0.0, e, score));
            *b = (*b * right / (*b * right + (1.0 - *b) * wrong)).clamp(1e-4, 1.0 - 1e-4);
        }
    }

    /// Weighs the error rates by an outcome of another prompt that is thought to solve the example with this probability.
    pub(super) fn weigh(&mut self, solves: f64, score: f64) {
        if self.learns && !self.degrees {
            for (weight, e) in self.weights.iter_mut().zip(ERRORS) {
                let evidence = solves * likelihood(1.0, e, score) + (1.0 - solves) * likelihood(0.0, e, score);
                *weight += evidence.max(1e-12).ln();
            }
        }
    }

    /// Another prompt scored on an example that the incumbent may solve. It solves it with the first probability where the
    /// incumbent does, and with the second where it does not; so its score tells something of the incumbent too.
    pub(super) fn infer(&mut self, example: usize, score: f64, alike: [f64; 2]) {
        let Some(solved) = self.solved.get_mut(example) else { return };
        for (b, e) in solved.iter_mut().zip(ERRORS) {
            let [right, wrong] = alike.map(|solves| likelihood(solves, e, score));
            *b = (*b * right / (*b * right + (1.0 - *b) * wrong)).clamp(1e-4, 1.0 - 1e-4);
        }
    }

    /// A sample of examples was evaluated: moves the belief about the others, those in `unseen`, so that the mean agrees. Beliefs
    /// and scores of the sample are those before and at its evaluation.
    pub(super) fn calibrate(&mut self, before: &[f64], scores: &[f64], unseen: &[usize]) {
        let n = scores.len() as f64;
        if n == 0.0 || unseen.is_empty() {
            return;
        }
        let believed = before.iter().sum::<f64>() / n;
        let observed = scores.iter().sum::<f64>() / n;
        if self.degrees {
            let shift = n * (observed - believed) / (WORTH + n);
            unseen.iter().for_each(|i| self.solved[*i] = self.solved[*i].map(|b| (b + shift).clamp(1e-4, 1.0 - 1e-4)));
            return;
        }
        for (place, e) in ERRORS.into_iter().enumerate() {
            let rate = ((observed - e) / (1.0 - 2.0 * e)).clamp(0.0, 1.0);
            let shift = (WORTH * believed + n * rate) / (WORTH + n) - believed;
            let mean = unseen.iter().map(|i| self.solved[*i][place]).sum::<f64>() / unseen.len() as f64;
            let log_odds: Vec<f64> =
                unseen.iter().map(|i| self.solved[*i][place]).map(|p| (p / (1.0 - p)).ln()).collect();
            // one step in log odds for all
            let step = step_to(&log_odds, (mean + shift).clamp(0.01, 0.99));
            for (i, log_odds) in unseen.iter().zip(log_odds) {
                self.solved[*i][place] = logistic(log_odds + step).clamp(1e-4, 1.0 - 1e-4);
            }
        }
    }

    /// The beliefs of a child that takes over: each becomes what `next` makes of it.
    pub(super) fn carry_over(&mut self, next: impl Fn(usize, f64) -> f64) {
        for (example, solved) in self.solved.iter_mut().enumerate() {
            for b in solved {
                *b = next(example, *b).clamp(1e-4, 1.0 - 1e-4);
            }
        }
    }
}

/// How likely a score is for a prompt that solves the example with this probability.
pub(super) fn likelihood(solves: f64, error: f64, score: f64) -> f64 {
    let right = solves * (1.0 - error) + (1.0 - solves) * error;
    // a score between 0 and 1 is so much of a success (geometric mixture)
    right.powf(score) * (1.0 - right).powf(1.0 - score)
}

/// The step in log odds, at most 8, that makes this the mean probability: Newton's method, kept between bounds by bisection.
fn step_to(log_odds: &[f64], wanted: f64) -> f64 {
    let (mut low, mut high, mut step) = (-8.0, 8.0, 0.0);
    for _ in 0..40 {
        let (mut mean, mut slope) = (0.0, 0.0);
        for p in log_odds.iter().map(|l| logistic(l + step)) {
            mean += p;
            slope += p * (1.0 - p);
        }
        let miss = mean / log_odds.len() as f64 - wanted;
        if miss.abs() < 1e-9 {
            break;
        }
        if miss < 0.0 {
            low = step
        } else {
            high = step
        }
        let next = step - miss * log_odds.len() as f64 / slope;
        step = if (low..high).contains(&next) { next } else { (low + high) / 2.0 };
    }
    step
}

fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_move_beliefs_as_bayes_says() {
        let mut belief = Belief::new(2, false);
        belief.observe(0, 1.0);
        // 0.1 * 0.94 / (0.1 * 0.94 + 0.9 * 0.06)
        assert!((belief.solved(0) - 0.6351).abs() < 1e-3, "{}", belief.solved(0));
        assert_eq!(belief.solved(1), START);
    }

    #[test]
    fn the_error_rate_is_learned() {
        for (rate, low, high) in [(0.0, 0.0, 0.05), (0.25, 0.15, 0.3)] {
            let mut belief = Belief::new(60, true);
            belief.carry_over(|_, _| 0.97);
            for i in 0..60 {
                // half the examples are truly solved; of all outcomes, this share is turned round
                let flipped = (i as f64 * 0.618).fract() < rate;
                for _ in 0..4 {
                    belief.observe(i, f64::from(u8::from(!flipped)));
                    belief.carry_over(|_, b| 0.97_f64.max(b));
                }
            }
            assert!((low..=high).contains(&belief.error()), "{rate}: {}", belief.error());
        }
    }

    #[test]
    fn a_sample_moves_the_rest() {
        let mut belief = Belief::new(50, false);
        belief.calibrate(&[START; 20], &[1.0; 20], &(20..50).collect::<Vec<_>>());
        assert!((belief.solved(30) - (START + 20.0 / 28.0 * (1.0 - START))).abs() < 0.02, "{}", belief.solved(30));
        assert_eq!(belief.solved(3), START);
    }
}
