//! Which candidates were written so lately that an index may not know it yet.
//!
//! Indices of DynamoDB are eventually consistent, mostly within a second. The run's item, which is read consistently, names the
//! candidates of the last minute; whoever asks an index adds them, and reads all of them from the table itself.

use std::collections::{BTreeMap, BTreeSet};

use clade_domain::CandidateId;
use serde::{Deserialize, Serialize};

/// How long an index may lag behind, in milliseconds.
const LAG_MS: i64 = 60_000;
/// Most candidates that are named; if there are more, the whole run is read from the table.
const MOST: usize = 2_000;

/// The candidates of the last minute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recent {
    /// When each was written, in milliseconds since 1970.
    written: BTreeMap<u32, i64>,
    /// Until when there were too many to name.
    #[serde(default)]
    too_many_until: i64,
}

impl Recent {
    /// Adds what is written now, and forgets what every index knows by now.
    pub fn add(&mut self, candidates: impl Iterator<Item = CandidateId>, now_ms: i64) {
        self.written.retain(|_, at| now_ms - *at < LAG_MS);
        self.written.extend(candidates.map(|id| (id.0, now_ms)));
        if self.written.len() > MOST {
            self.written.clear();
            self.too_many_until = now_ms + LAG_MS;
        }
    }

    /// The candidates that an index may not know; `None` where they are too many to name.
    pub fn at(&self, now_ms: i64) -> Option<BTreeSet<CandidateId>> {
        let fresh = self.written.iter().filter(|(_, at)| now_ms - **at < LAG_MS).map(|(id, _)| CandidateId(*id));
        (now_ms >= self.too_many_until).then(|| fresh.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(range: std::ops::Range<u32>) -> impl Iterator<Item = CandidateId> {
        range.map(CandidateId)
    }

    #[test]
    fn what_is_fresh_is_named_and_what_is_old_is_forgotten() {
        let mut recent = Recent::default();
        recent.add(ids(0..3), 1_000);
        recent.add(ids(2..4), 40_000);
        assert_eq!(recent.at(50_000), Some(ids(0..4).collect()));
        assert_eq!(recent.at(61_500), Some(ids(2..4).collect()));
        assert_eq!(recent.at(200_000), Some(BTreeSet::new()));
    }

    #[test]
    fn too_many_are_not_named_for_a_while() {
        let mut recent = Recent::default();
        recent.add(ids(0..5_000), 1_000);
        recent.add(ids(0..1), 2_000);
        assert_eq!(recent.at(3_000), None);
        assert_eq!(recent.at(61_000), Some(ids(0..1).collect()));
    }
}
