use clade_domain::{CandidateId, Isolation, KeptState};

/// What a run's sessions say of its sandboxes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sandboxes {
    weakest: Option<Isolation>,
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
}

impl Sandboxes {
    pub(super) fn session(&mut self, isolation: Option<Isolation>) {
        self.weakest = match (self.weakest, isolation) {
            (Some(before), Some(now)) => Some(before.min(now)),
            (before, now) => before.or(now),
        };
    }

    pub(super) fn kept(&mut self, seq: u64, snapshot: &str, states: &[KeptState]) {
        self.kept.push(KeptAt { seq, snapshot: snapshot.to_owned(), states: states.to_vec() });
    }

    /// The weakest isolation that any session had; `None` where the run has no code.
    #[must_use]
    pub fn weakest(&self) -> Option<Isolation> {
        self.weakest
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
        sandboxes.kept(10, "", &states(&[(0, "old"), (1, "one")]));
        sandboxes.kept(25, "mine", &states(&[(0, "asked")]));
        sandboxes.kept(40, "", &states(&[(0, "new"), (2, "late")]));
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
