//! A table of outcomes, and races over it.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::racing::{Cell, PolicyKind, Race};

/// In which order the results of a batch come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    AsOrdered,
    Reversed,
    Shuffled(u64),
}

/// Scores of candidates (rows) on examples.
pub type Table = Vec<Vec<f64>>;

/// Right or wrong, each candidate with its own chance on every example.
pub fn table(chances: &[f64], examples: usize, seed: u64) -> Table {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut row = |&chance: &f64| (0..examples).map(|_| f64::from(u8::from(rng.random_bool(chance)))).collect();
    chances.iter().map(&mut row).collect()
}

/// Runs a race to its end, `capacity` cells at a time, and gives the cells in the order of ordering and the leader.
pub fn run(race: &mut Race, table: &Table, capacity: usize, arrival: Arrival) -> (Vec<Cell>, Option<usize>) {
    let mut ordered = Vec::new();
    let mut open: Vec<Cell> = Vec::new();
    loop {
        let cells = race.next(capacity);
        ordered.extend(&cells);
        open.extend(&cells);
        if !cells.is_empty() {
            continue;
        }
        if open.is_empty() {
            return (ordered, race.leader());
        }
        match arrival {
            Arrival::AsOrdered => {}
            Arrival::Reversed => open.reverse(),
            Arrival::Shuffled(seed) => {
                let mut rng = ChaCha8Rng::seed_from_u64(seed ^ ordered.len() as u64);
                open.sort_by_cached_key(|_| rng.random::<u64>());
            }
        }
        for cell in open.drain(..) {
            race.observe(cell.candidate, cell.example, Some(table[cell.candidate][cell.example]));
        }
    }
}

/// A new race over the table.
pub fn race(kind: PolicyKind, table: &Table, total: Option<usize>, seed: u64) -> Race {
    Race::new(kind, table.len(), table.first().map_or(0, Vec::len), total, seed)
}
