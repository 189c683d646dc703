use std::collections::BTreeSet;

use clade_domain::{CandidateId, Isolation, KeptState, Trial};

/// What a run's sessions say of its sandboxes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sandboxes {
    weakest: Option<Isolation>,
    started_from: Option<String>,
    kept: Vec<KeptAt>,
}

/// States that were kept together.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptAt {
    /// The number of the journal entry.
    pub seq: u64,
    /// The snapshot that asked for it; empty where the run was put down and kept them unasked.
    pub snapshot: String,
    /// Of which candidates, the best first.
    pub states: Vec<KeptState>,
    /// Leading candidates that had no sandbox at that moment.
    pub without: Vec<CandidateId>,
    /// Why one could not be kept; empty where all could.
    pub detail: String,
}

impl Sandboxes {
    pub(super) fn session(&mut self, isolation: Option<Isolation>) {
        self.weakest = match (self.weakest, isolation) {
            (Some(before), Some(now)) => Some(before.min(now)),
            (before, now) => before.or(now),
        };
    }

    pub(super) fn ran(&mut self, trial: &Trial) {
        if let Some(from) = trial.ran.iter().find_map(|ran| ran.from.as_ref()) {
            self.started_from = Some(from.clone());
        }
    }

    pub(super) fn kept(&mut self, at: KeptAt) {
        self.kept.push(at);
    }

    /// The weakest isolation that any session had; `None` where the run has no code.
    #[must_use]
    pub fn weakest(&self) -> Option<Isolation> {
        self.weakest
    }

    /// The kept state that sandboxes of its trials started from; `None` where all started empty. What a branch is to start from may not be there.
    #[must_use]
    pub fn started_from(&self) -> Option<&str> {
        self.started_from.as_deref()
    }

    /// All states that were kept, oldest first.
    #[must_use]
    pub fn all(&self) -> &[KeptAt] {
        &self.kept
    }

    /// The newest state of a candidate.
    #[must_use]
    pub fn newest(&self, candidate: CandidateId) -> Option<&KeptState> {
        self.kept.iter().rev().find_map(|kept| kept.of(candidate))
    }

    /// The state of a candidate that belongs to a snapshot: the one that was kept for it, else the newest before it.
    #[must_use]
    pub fn at(&self, snapshot: &str, length: u64, candidate: CandidateId) -> Option<&KeptState> {
        let own = self.kept.iter().find(|kept| kept.snapshot == snapshot).and_then(|kept| kept.of(candidate));
        own.or_else(|| self.kept.iter().rev().filter(|kept| kept.seq < length).find_map(|kept| kept.of(candidate)))
    }
}

impl Sandboxes {
    /// The states that a branch can still start from: the newest of each candidate, and those that belong to these snapshots, by name and length.
    #[must_use]
    pub fn within_reach(&self, snapshots: &[(&str, u64)]) -> BTreeSet<&str> {
        let candidates: BTreeSet<CandidateId> =
            self.kept.iter().flat_map(|kept| &kept.states).map(|state| state.candidate).collect();
        let of_each = candidates.into_iter().flat_map(|candidate| {
            let of_snapshots = snapshots.iter().filter_map(move |(name, length)| self.at(name, *length, candidate));
            self.newest(candidate).into_iter().chain(of_snapshots)
        });
        of_each.map(|state| state.state.as_str()).collect()
    }
}

impl KeptAt {
    fn of(&self, candidate: CandidateId) -> Option<&KeptState> {
        self.states.iter().find(|state| state.candidate == candidate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(of: &[(u32, &str)]) -> Vec<KeptState> {
        let state = |(id, state): &(u32, &str)| KeptState {
            candidate: CandidateId(*id),
            sandbox: format!("local-1-{id}"),
            state: (*state).to_owned(),
        };
        of.iter().map(state).collect()
    }

    #[test]
    fn a_snapshot_has_the_states_that_were_kept_for_it_and_those_before() {
        let mut sandboxes = Sandboxes::default();
        for (seq, snapshot, states) in [
            (10, "", states(&[(0, "old"), (1, "one")])),
            (25, "mine", states(&[(0, "asked")])),
            (40, "", states(&[(0, "new"), (2, "late")])),
        ] {
            sandboxes.kept(KeptAt {
                seq,
                snapshot: snapshot.to_owned(),
                states,
                without: Vec::new(),
                detail: String::new(),
            });
        }
        let at =
            |snapshot, length, id| sandboxes.at(snapshot, length, CandidateId(id)).map(|state| state.state.as_str());
        for (snapshot, length, id, expected) in [
            // its entry comes after its place in the journal
            ("mine", 24, 0, Some("asked")),
            ("mine", 24, 1, Some("one")),
            ("mine", 24, 2, None),
            ("early", 5, 0, None),
            ("paused", 11, 0, Some("old")),
            ("end", 99, 2, Some("late")),
        ] {
            assert_eq!(at(snapshot, length, id), expected, "{snapshot} {id}");
        }
        assert_eq!(sandboxes.newest(CandidateId(0)).map(|state| state.state.as_str()), Some("new"));
        assert_eq!(sandboxes.newest(CandidateId(3)), None);
        let reach = |snapshots: &[(&str, u64)]| Vec::from_iter(sandboxes.within_reach(snapshots)).join(" ");
        assert_eq!(reach(&[]), "late new one");
        assert_eq!(reach(&[("mine", 24)]), "asked late new one");
        assert_eq!(reach(&[("mine", 24), ("paused", 11)]), "asked late new old one");
    }

    #[test]
    fn the_weakest_session_counts() {
        let mut sandboxes = Sandboxes::default();
        for (session, weakest) in [
            (None, None),
            (Some(Isolation::Namespaces), Some(Isolation::Namespaces)),
            (Some(Isolation::MinimumProcess), Some(Isolation::MinimumProcess)),
            (Some(Isolation::Machine), Some(Isolation::MinimumProcess)),
            (None, Some(Isolation::MinimumProcess)),
        ] {
            sandboxes.session(session);
            assert_eq!(sandboxes.weakest(), weakest);
        }
    }
}
