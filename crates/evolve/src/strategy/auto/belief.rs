/// How often an outcome says the opposite of what a prompt truly does on an example.
pub(super) const ERROR: f64 = 0.06;
/// Belief that the first prompt solves an example it was not seen on.
const START: f64 = 0.1;
/// Examples that the belief about the mean is worth when a sample of examples corrects it.
const WORTH: f64 = 8.0;

/// What is believed of the incumbent: for each train example, by its place, the probability that it truly solves it. It is
/// carried from parent to child, so that a child need not be evaluated on everything again.
///
/// Outcomes err: a model that samples answers otherwise each time, and even at temperature 0 a changed prompt turns some
/// answers round by accident. One rate is assumed for all models, [`ERROR`]: learning it by weighing several rates found worse prompts
/// where outcomes err more often, since effects that are not foretold look like errors too.
#[derive(Debug, Clone)]
pub(super) struct Belief {
    solved: Vec<f64>,
    /// Scores are degrees: what is believed of an example is then the score itself.
    degrees: bool,
}

impl Belief {
    pub(super) fn new(examples: usize) -> Self {
        Self { solved: vec![START; examples], degrees: false }
    }

    /// From now on scores are degrees.
    pub(super) fn by_degrees(&mut self) {
        self.degrees = true;
    }

    /// Whether scores are degrees.
    pub(super) fn has_degrees(&self) -> bool {
        self.degrees
    }

    pub(super) fn len(&self) -> usize {
        self.solved.len()
    }

    /// The probability that the incumbent truly solves an example.
    pub(super) fn solved(&self, example: usize) -> f64 {
        self.solved.get(example).copied().unwrap_or(0.0)
    }

    /// All of them.
    pub(super) fn all(&self) -> &[f64] {
        &self.solved
    }

    /// Their mean: the expected true score.
    pub(super) fn mean(&self) -> f64 {
        self.solved.iter().sum::<f64>() / self.solved.len().max(1) as f64
    }

    /// Takes in the incumbent's score on an example, in [0, 1]; a score between counts as so much of a success.
    pub(super) fn observe(&mut self, example: usize, score: f64) {
        if self.degrees {
            if let Some(solved) = self.solved.get_mut(example) {
                *solved = score;
            }
            return;
        }
        self.infer(example, score, [1.0, 0.0]);
    }

    /// Another prompt scored on an example that the incumbent may solve. It solves it with the first probability where the
    /// incumbent does, and with the second where it does not; so its score tells something of the incumbent too.
    pub(super) fn infer(&mut self, example: usize, score: f64, alike: [f64; 2]) {
        let Some(b) = self.solved.get_mut(example) else { return };
        let [right, wrong] = alike.map(|solves| likelihood(solves, score));
        *b = bounded(*b * right / (*b * right + (1.0 - *b) * wrong));
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
            unseen.iter().for_each(|i| self.solved[*i] = bounded(self.solved[*i] + shift));
            return;
        }
        let rate = ((observed - ERROR) / (1.0 - 2.0 * ERROR)).clamp(0.0, 1.0);
        let shift = (WORTH * believed + n * rate) / (WORTH + n) - believed;
        let mean = unseen.iter().map(|i| self.solved[*i]).sum::<f64>() / unseen.len() as f64;
        let log_odds: Vec<f64> = unseen.iter().map(|i| self.solved[*i]).map(|p| (p / (1.0 - p)).ln()).collect();
        // one step in log odds for all
        let step = step_to(&log_odds, (mean + shift).clamp(0.01, 0.99));
        for (i, log_odds) in unseen.iter().zip(log_odds) {
            self.solved[*i] = bounded(logistic(log_odds + step));
        }
    }

    /// The beliefs of a child that takes over: each becomes what `next` makes of it.
    pub(super) fn carry_over(&mut self, next: impl Fn(usize, f64) -> f64) {
        for (example, b) in self.solved.iter_mut().enumerate() {
            *b = bounded(next(example, *b));
        }
    }
}

/// A belief that evidence can still move.
fn bounded(b: f64) -> f64 {
    b.clamp(1e-4, 1.0 - 1e-4)
}

/// The probability that an example is scored right by a prompt that truly solves it with this probability.
pub(super) fn scored_right(solves: f64) -> f64 {
    solves * (1.0 - ERROR) + (1.0 - solves) * ERROR
}

/// How likely a score is for a prompt that solves the example with this probability.
pub(super) fn likelihood(solves: f64, score: f64) -> f64 {
    let right = scored_right(solves);
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
        let mut belief = Belief::new(2);
        belief.observe(0, 1.0);
        // 0.1 * 0.94 / (0.1 * 0.94 + 0.9 * 0.06)
        assert!((belief.solved(0) - 0.6351).abs() < 1e-3, "{}", belief.solved(0));
        assert_eq!(belief.solved(1), START);
    }

    #[test]
    fn a_sample_moves_the_rest() {
        let mut belief = Belief::new(50);
        belief.calibrate(&[START; 20], &[1.0; 20], &(20..50).collect::<Vec<_>>());
        assert!((belief.solved(30) - (START + 20.0 / 28.0 * (1.0 - START))).abs() < 0.02, "{}", belief.solved(30));
        assert_eq!(belief.solved(3), START);
    }
}
