//! Prompts and examples add up: the Gaussian belief of continuous halving.

use crate::racing::board::Board;

/// Weights of the priors, and their means: an error variance worth 20 cells, an example variance worth 10 examples, a candidate
/// variance worth 4 candidates. They are typical of right-or-wrong scores, and what is seen soon outweighs them.
const ERROR: (f64, f64) = (20.0, 0.06);
const EXAMPLE: (f64, f64) = (10.0, 0.08);
const CANDIDATE: (f64, f64) = (4.0, 0.0025);
/// The level of all candidates together is left vague: prior mean and variance.
const LEVEL: (f64, f64) = (0.7, 1.0);
/// Rounds of learning the variances at the first look.
const FIRST_ROUNDS: usize = 10;
/// New cells between later rounds, at least.
const ROUND_EVERY: usize = 40;
/// Conjugate gradients end when the residual has shrunk to this share, or after so many steps.
const PRECISION: f64 = 1e-10;
const STEPS: usize = 200;

/// score = candidate + example + error, all Gaussian; the examples are integrated out.
///
/// With candidate i ~ N(level, `candidate_variance`), example j ~ N(0, `example_variance`) and error ~ N(0, `error_variance`), the posterior means
/// solve a linear system in the candidates alone (Henderson's mixed model equations, Biometrics 31, 1975, with examples
/// absorbed). It is solved by conjugate gradients from the last solution, at the cost of a few passes over the known cells; so no
/// matrix of candidates by candidates is kept. The variances are learned by expectation and maximisation
/// (Dempster, Laird and Rubin 1977) with the posterior covariances of different candidates taken as 0.
#[derive(Debug, Clone)]
pub struct AdditiveBelief {
    means: Vec<f64>,
    error_variance: f64,
    example_variance: f64,
    candidate_variance: f64,
    learned_at: Option<usize>,
}

impl Default for AdditiveBelief {
    fn default() -> Self {
        Self {
            means: Vec::new(),
            error_variance: ERROR.1,
            example_variance: EXAMPLE.1,
            candidate_variance: CANDIDATE.1,
            learned_at: None,
        }
    }
}

impl AdditiveBelief {
    /// Takes in the board as it is now.
    pub fn update(&mut self, board: &Board) {
        // newcomers start from the level of the others
        let level = if self.means.is_empty() { LEVEL.0 } else { mean(&self.means) };
        self.means.resize(board.candidates(), level);
        let rounds = match self.learned_at {
            _ if board.known() == 0 => 0,
            None => FIRST_ROUNDS,
            Some(at) if board.known() >= at + ROUND_EVERY => 1,
            Some(_) => 0,
        };
        self.solve(board);
        for _ in 0..rounds {
            self.learn_variances(board);
            self.solve(board);
            self.learned_at = Some(board.known());
        }
    }

    /// Posterior mean of each candidate's score over examples like these.
    #[must_use]
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The variances as learned: of errors, of examples and of candidates.
    #[must_use]
    pub fn variances(&self) -> (f64, f64, f64) {
        (self.error_variance, self.example_variance, self.candidate_variance)
    }

    /// The posterior's standard deviation of the difference between two candidates, with the examples' effects taken as known.
    #[must_use]
    pub fn sd_of_difference(&self, board: &Board, a: usize, b: usize) -> f64 {
        (self.variance(board, a) + self.variance(board, b)).sqrt()
    }

    /// Posterior variance of a candidate, the examples' effects taken as known.
    fn variance(&self, board: &Board, candidate: usize) -> f64 {
        1.0 / (board.count(candidate) as f64 / self.error_variance + 1.0 / self.candidate_variance)
    }

    /// How far the mean of an example's residuals is believed, over how many: c = rho / (1 + rho n).
    fn shrinkage(&self, seen: usize) -> f64 {
        let ratio = self.example_variance / self.error_variance;
        ratio / (1.0 + ratio * seen as f64)
    }

    /// Solves (Lambda + P) m = eta for the means; everything is multiplied by the error variance.
    fn solve(&mut self, board: &Board) {
        let k = board.candidates();
        let ridge = self.error_variance / self.candidate_variance;
        let together = ridge * LEVEL.1 / (self.candidate_variance + k as f64 * LEVEL.1);
        let times = |x: &[f64]| -> Vec<f64> {
            let all: f64 = x.iter().sum();
            let mut y: Vec<f64> = (0..k).map(|i| (board.count(i) as f64 + ridge) * x[i] - together * all).collect();
            for example in 0..board.examples() {
                let seen = board.seen_by(example);
                let weight = self.shrinkage(seen.len());
                let share = weight * seen.map(|i| x[i]).sum::<f64>();
                board.seen_by(example).for_each(|i| y[i] -= share);
            }
            y
        };
        let mut wanted = vec![LEVEL.0 * (ridge - together * k as f64); k];
        for example in 0..board.examples() {
            let share = self.shrinkage(board.seen_by(example).len()) * board.sum(example);
            for i in board.seen_by(example) {
                wanted[i] += board.score(i, example).unwrap_or_default() - share;
            }
        }
        let mut means = self.means.clone();
        conjugate_gradients(times, &wanted, &mut means, |i| board.count(i) as f64 + ridge);
        self.means = means;
    }

    /// One round of expectation and maximisation.
    fn learn_variances(&mut self, board: &Board) {
        let variances: Vec<f64> = (0..board.candidates()).map(|i| self.variance(board, i)).collect();
        let (mut errors, mut cells) = (ERROR.0 * ERROR.1, ERROR.0);
        let (mut examples, mut touched) = (EXAMPLE.0 * EXAMPLE.1, EXAMPLE.0);
        for example in 0..board.examples() {
            let seen = board.seen_by(example).len();
            if seen == 0 {
                continue;
            }
            let shrinkage = self.shrinkage(seen);
            let residual = |i: usize| board.score(i, example).unwrap_or_default() - self.means[i];
            let effect = shrinkage * board.seen_by(example).map(residual).sum::<f64>();
            let uncertain: f64 = board.seen_by(example).map(|i| variances[i]).sum();
            let variance = shrinkage * self.error_variance + shrinkage * shrinkage * uncertain;
            examples += effect * effect + variance;
            touched += 1.0;
            for i in board.seen_by(example) {
                errors += (residual(i) - effect).powi(2) + variances[i] * (1.0 - 2.0 * shrinkage) + variance;
            }
            cells += seen as f64;
        }
        let k = self.means.len() as f64;
        let level = mean(&self.means);
        let spread: f64 = self.means.iter().map(|m| (m - level).powi(2)).sum();
        let uncertain = variances.iter().sum::<f64>() * (1.0 - 1.0 / k);
        self.error_variance = errors / cells;
        self.example_variance = examples / touched;
        self.candidate_variance = (spread + uncertain + CANDIDATE.0 * CANDIDATE.1) / (k - 1.0 + CANDIDATE.0);
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Solves `times(x) = wanted` from the `x` given, for a symmetric positive definite `times` with the diagonal as preconditioner.
/// Source: Hestenes and Stiefel, J. Res. NBS 49, 1952.
fn conjugate_gradients(
    times: impl Fn(&[f64]) -> Vec<f64>,
    wanted: &[f64],
    x: &mut [f64],
    diagonal: impl Fn(usize) -> f64,
) {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scaled = |r: &[f64]| r.iter().enumerate().map(|(i, r)| r / diagonal(i)).collect::<Vec<f64>>();
    let mut residual: Vec<f64> = wanted.iter().zip(times(x)).map(|(wanted, got)| wanted - got).collect();
    let mut step = scaled(&residual);
    let mut size = dot(&residual, &step);
    let enough = PRECISION * PRECISION * dot(wanted, &scaled(wanted)).max(1e-300);
    for _ in 0..STEPS {
        if size <= enough {
            return;
        }
        let moved = times(&step);
        let length = size / dot(&step, &moved);
        for i in 0..x.len() {
            x[i] += length * step[i];
            residual[i] -= length * moved[i];
        }
        let next = scaled(&residual);
        let smaller = dot(&residual, &next);
        let turn = smaller / size;
        size = smaller;
        for (step, next) in step.iter_mut().zip(next) {
            *step = next + turn * *step;
        }
    }
}
