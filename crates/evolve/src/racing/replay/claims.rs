//! How often would an improvement be claimed, and how often where there is none?

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::pool::{Draw, Pool};
use crate::{
    child_seed,
    racing::{PolicyKind, Race, board::ranking},
    statistics::{PairedCounts, mcnemar_one_sided},
};

/// The examples of a pool in two halves that share none: races are given the one, tests the other. Nothing else in this file
/// knows an example's number in the pool.
#[derive(Debug)]
struct Halves {
    choosing: Vec<usize>,
    fresh: Vec<usize>,
}

impl Halves {
    fn of(examples: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut choosing: Vec<usize> = (0..examples).collect();
        for last in (1..examples).rev() {
            choosing.swap(last, rng.random_range(0..=last));
        }
        let fresh = choosing.split_off(examples / 2);
        Self { choosing, fresh }
    }
}

/// One simulated selection: a start, a named prompt, and what the test says of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Held-out accuracy of the named prompt minus that of the start, in points.
    pub gain: f64,
    /// For each number of fresh examples asked for, whether an improvement is claimed.
    pub claimed: Vec<bool>,
    /// The same after the two outcomes of each example were swapped by the throw of a coin: no prompt is better then.
    pub claimed_of_coins: Vec<bool>,
}

/// Chooses among up to `size` prompts on half of the examples for `fraction` of the draw's cells, and tests the named one against a random prompt of
/// the worse half of the draw on the first of the other half, by McNemar's exact one-sided test at `level`.
#[must_use]
pub fn claim(
    pool: &Pool,
    kind: PolicyKind,
    size: usize,
    fraction: f64,
    fresh: &[usize],
    level: f64,
    seed: u64,
) -> Claim {
    let draw = Draw::new(pool, size, seed);
    let mut rng = ChaCha8Rng::seed_from_u64(child_seed(seed, &[2]));
    let halves = Halves::of(pool.examples(), &mut rng);
    let total = draw.cells(fraction);
    let mut race = Race::new(kind, draw.prompts.len(), halves.choosing.len(), Some(total), draw.seed);
    loop {
        let cells = race.next(usize::MAX);
        if cells.is_empty() {
            break;
        }
        for cell in cells {
            let score = pool.outcome(draw.prompts[cell.candidate], halves.choosing[cell.example]);
            race.observe(cell.candidate, cell.example, Some(score));
        }
    }
    let named = draw.prompts[race.leader().unwrap_or_default()];
    let heldout: Vec<f64> = draw.prompts.iter().map(|&prompt| pool.heldout(prompt)).collect();
    let worse = ranking(&heldout).split_off(heldout.len() / 2);
    let start = draw.prompts[worse[rng.random_range(0..worse.len())]];
    let differences: Vec<f64> =
        halves.fresh.iter().map(|&example| pool.outcome(named, example) - pool.outcome(start, example)).collect();
    let coins: Vec<f64> = differences.iter().map(|d| if rng.random_bool(0.5) { *d } else { -d }).collect();
    let claims = |differences: &[f64]| {
        let claimed = |&n: &usize| {
            let counts = PairedCounts::of(&differences[..n.min(differences.len())]);
            mcnemar_one_sided(counts.wins, counts.losses) <= level
        };
        fresh.iter().map(claimed).collect()
    };
    Claim {
        gain: 100.0 * (pool.heldout(named) - pool.heldout(start)),
        claimed: claims(&differences),
        claimed_of_coins: claims(&coins),
    }
}
