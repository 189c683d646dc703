//! Outcomes of many prompts on the same examples, and draws of races from them.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use thiserror::Error;

use crate::child_seed;

/// Prompts of one data set with every outcome known.
#[derive(Debug, Clone)]
pub struct Pool {
    outcomes: Vec<Vec<f64>>,
    heldout: Vec<f64>,
}

/// A line that does not fit the pool.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PoolError {
    /// Another number of outcomes than the lines before.
    #[error(
        "{found} outcomes where the lines before have {expected}; every prompt needs one for each example, in the same order"
    )]
    Length {
        /// Of this line.
        found: usize,
        /// Of the others.
        expected: usize,
    },
    /// No outcome at all.
    #[error("no outcomes; write one character for each example, 1 for right and 0 for wrong")]
    Empty,
    /// A character that is no outcome.
    #[error("outcome {place} is `{found}`; write 1 for right and 0 for wrong")]
    Outcome {
        /// Its place, counted from 1.
        place: usize,
        /// What stands there.
        found: char,
    },
    /// An accuracy that is none.
    #[error("a held-out accuracy of {found}; it lies between 0 and 1")]
    Heldout {
        /// What stands there.
        found: String,
    },
}

impl Pool {
    /// Without prompts.
    #[must_use]
    pub fn new() -> Self {
        Self { outcomes: Vec::new(), heldout: Vec::new() }
    }

    /// Adds a prompt: its `outcomes` as a text of `0` and `1`, and its accuracy on other examples.
    ///
    /// # Errors
    /// Where either is malformed or the number of outcomes differs from that of the prompts before.
    pub fn push(&mut self, outcomes: &str, heldout: f64) -> Result<(), PoolError> {
        if !(0.0..=1.0).contains(&heldout) {
            return Err(PoolError::Heldout { found: heldout.to_string() });
        }
        let read = |(place, found): (usize, char)| match found {
            '0' => Ok(0.0),
            '1' => Ok(1.0),
            _ => Err(PoolError::Outcome { place: place + 1, found }),
        };
        let row = outcomes.chars().enumerate().map(read).collect::<Result<Vec<f64>, _>>()?;
        let expected = self.outcomes.first().map_or(row.len(), Vec::len);
        if row.is_empty() {
            return Err(PoolError::Empty);
        }
        if row.len() != expected {
            return Err(PoolError::Length { found: row.len(), expected });
        }
        self.outcomes.push(row);
        self.heldout.push(heldout);
        Ok(())
    }

    /// How many prompts.
    #[must_use]
    pub fn prompts(&self) -> usize {
        self.outcomes.len()
    }

    /// How many examples.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.outcomes.first().map_or(0, Vec::len)
    }

    /// A prompt's outcome on an example.
    #[must_use]
    pub fn outcome(&self, prompt: usize, example: usize) -> f64 {
        self.outcomes[prompt][example]
    }

    /// A prompt's accuracy on other examples.
    #[must_use]
    pub fn heldout(&self, prompt: usize) -> f64 {
        self.heldout[prompt]
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new()
    }
}

/// Some prompts of a pool and a seed: every policy that races a draw meets the same prompts in the same order, and the same
/// order of examples.
#[derive(Debug, Clone)]
pub struct Draw<'a> {
    /// Where it is from.
    pub pool: &'a Pool,
    /// The prompts' numbers in the pool, in the order in which they join.
    pub prompts: Vec<usize>,
    /// Seeds the order of examples.
    pub seed: u64,
}

impl<'a> Draw<'a> {
    /// Up to `size` different prompts, all alike likely, at least one of a pool that has any.
    #[must_use]
    pub fn new(pool: &'a Pool, size: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(child_seed(seed, &[0]));
        let mut prompts: Vec<usize> = (0..pool.prompts()).collect();
        for place in 0..size.min(prompts.len()) {
            let other = rng.random_range(place..prompts.len());
            prompts.swap(place, other);
        }
        prompts.truncate(size.max(1));
        Self { pool, prompts, seed: child_seed(seed, &[1]) }
    }

    /// The cells that are a share of all, rounded, at least one.
    #[must_use]
    pub fn cells(&self, fraction: f64) -> usize {
        ((self.prompts.len() * self.pool.examples()) as f64 * fraction).round().max(1.0) as usize
    }

    /// Best held-out accuracy in the draw minus that of the named candidate, in points.
    #[must_use]
    pub fn regret(&self, candidate: usize) -> f64 {
        let best = self.prompts.iter().map(|&prompt| self.pool.heldout(prompt)).fold(0.0, f64::max);
        100.0 * (best - self.pool.heldout(self.prompts[candidate]))
    }
}
