use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{Split, Trial};
use serde::{Deserialize, Serialize};

use crate::Estimate;

/// What must be remembered of a candidate's trials to take further ones in: the rules are those of a run's state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tally {
    model: Option<String>,
    splits: BTreeMap<Split, (f64, u32)>,
    /// Cells that are filled, 64 to a number: each counts once.
    seen: BTreeMap<u32, u64>,
}

impl Tally {
    /// Takes a trial in. One of another model than the earlier ones starts afresh: scores of different models never mix.
    pub fn add(&mut self, trial: &Trial, score: f64, repeat: u32) {
        if self.model != trial.model {
            *self = Self { model: trial.model.clone(), ..Self::default() };
        }
        let cell = u64::from(trial.cell.example.0) * u64::from(repeat) + u64::from(trial.cell.sample);
        let chunk = self.seen.entry(u32::try_from(cell / 64).unwrap_or(u32::MAX)).or_default();
        if *chunk >> (cell % 64) & 1 == 1 {
            return;
        }
        *chunk |= 1 << (cell % 64);
        let (sum, trials) = self.splits.entry(trial.split).or_default();
        *sum += if score.is_finite() { score } else { 0.0 };
        *trials += 1;
    }

    /// The mean on each split that was met.
    pub fn estimates(&self) -> BTreeMap<Split, Estimate> {
        self.splits.iter().filter_map(|(split, (sum, trials))| Some((*split, Estimate::of(*sum, *trials)?))).collect()
    }
}

/// Ids as a set.
pub(super) fn set<T: Copy + Ord>(ids: &[T]) -> BTreeSet<T> {
    ids.iter().copied().collect()
}
