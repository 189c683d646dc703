use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{Split, Trial};
use serde::{Deserialize, Serialize};

use crate::Estimate;

/// What must be remembered of a candidate's trials to take further ones in: the rules are those of a run's state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tally {
    model: Option<String>,
    splits: BTreeMap<Split, Sums>,
    /// Cells that are filled, 64 to a number: each counts once.
    seen: BTreeMap<u32, u64>,
}

/// The sum of the scores on a split, of how many trials, on how many examples.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Sums(f64, u32, u32);

impl Tally {
    /// Takes a trial in. One of another model than the earlier ones starts afresh: scores of different models never mix.
    pub fn add(&mut self, trial: &Trial, score: f64, repeat: u32) {
        if self.model != trial.model {
            *self = Self { model: trial.model.clone(), ..Self::default() };
        }
        let first = u64::from(trial.cell.example.0) * u64::from(repeat);
        let cell = first + u64::from(trial.cell.sample);
        if self.is_filled(cell) {
            return;
        }
        let example_is_new = !(first..first + u64::from(repeat)).any(|cell| self.is_filled(cell));
        *self.seen.entry(chunk(cell)).or_default() |= 1 << (cell % 64);
        let Sums(sum, trials, examples) = self.splits.entry(trial.split).or_default();
        *sum += if score.is_finite() { score } else { 0.0 };
        *trials += 1;
        *examples += u32::from(example_is_new);
    }

    fn is_filled(&self, cell: u64) -> bool {
        self.seen.get(&chunk(cell)).is_some_and(|filled| filled >> (cell % 64) & 1 == 1)
    }

    /// The mean on each split that was met.
    pub fn estimates(&self) -> BTreeMap<Split, Estimate> {
        let estimate = |Sums(sum, trials, examples): &Sums| Estimate::of(*sum, *trials, *examples);
        self.splits.iter().filter_map(|(split, sums)| Some((*split, estimate(sums)?))).collect()
    }
}

/// Where a cell's bit is.
fn chunk(cell: u64) -> u32 {
    u32::try_from(cell / 64).unwrap_or(u32::MAX)
}

/// Ids as a set.
pub(super) fn set<T: Copy + Ord>(ids: &[T]) -> BTreeSet<T> {
    ids.iter().copied().collect()
}
