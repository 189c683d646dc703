use std::collections::BTreeSet;

use clade_domain::{CandidateId, RunSpec, Steer};

/// Ids of candidates that were written by hand begin here: far above what a search numbers, so that neither takes the other's.
pub const BY_HAND: u32 = 1_000_000;

/// What people said about a search while it went on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hand {
    pinned: BTreeSet<CandidateId>,
    rejected: BTreeSet<CandidateId>,
    feedback: Vec<String>,
}

impl Hand {
    /// Takes a wish in. What is frozen and which models serve is part of the settings.
    pub(super) fn apply(&mut self, wish: &Steer, spec: &mut RunSpec) {
        match wish {
            Steer::Pin { candidate } => {
                self.rejected.remove(candidate);
                self.pinned.insert(*candidate);
            }
            Steer::Unpin { candidate } => {
                self.pinned.remove(candidate);
            }
            Steer::Reject { candidate } => {
                self.pinned.remove(candidate);
                self.rejected.insert(*candidate);
            }
            Steer::Feedback { text } => self.feedback.push(text.clone()),
            Steer::Freeze { text } => spec.optimize.constraints.frozen.push(text.clone()),
            Steer::Model { role, model, from } => spec.models.serve_from(*from, *role, (**model).clone()),
        }
    }

    /// A candidate that somebody wrote meets validation.
    pub(super) fn wrote(&mut self, candidate: CandidateId) {
        self.pinned.insert(candidate);
    }

    /// Who meets validation whatever the search thinks of them, in order of id.
    pub fn pinned(&self) -> impl Iterator<Item = CandidateId> + '_ {
        self.pinned.iter().copied()
    }

    /// Whether somebody rejected a candidate.
    #[must_use]
    pub fn rejects(&self, candidate: CandidateId) -> bool {
        self.rejected.contains(&candidate)
    }

    /// What whoever writes proposals is to heed, oldest first.
    #[must_use]
    pub fn feedback(&self) -> &[String] {
        &self.feedback
    }
}
