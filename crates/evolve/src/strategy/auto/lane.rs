use clade_domain::{CandidateId, OperatorName, SlotId};

use super::verification::{Odds, Outcome, Verification};

/// What a lane tries.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Attempt {
    /// A new edit by an operator.
    Edit,
    /// An edit that proved itself on an earlier incumbent, on the one of today.
    Carried {
        /// The child that carries the edit.
        child: CandidateId,
        /// What it was found to be.
        odds: Odds,
    },
    /// A sentence less: did it do harm?
    Review {
        /// The sentence.
        sentence: String,
        /// How likely it is thought to harm.
        suspicion: f64,
    },
    /// The same with less, where something else than scores counts too.
    Simplify {
        /// The sentence that is left out; none where a model says everything in fewer words.
        sentence: Option<String>,
    },
}

/// An accepted edit that waits: another one of its round took the lead.
#[derive(Debug, Clone)]
pub(super) struct Carried {
    /// The child that carries it.
    pub child: CandidateId,
    /// The prompt that was edited.
    pub base: CandidateId,
    /// Places of the examples that it is made for.
    pub targets: Vec<usize>,
    /// What it was found to be.
    pub odds: Odds,
}

/// How far a lane is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// An operator writes.
    Writing,
    /// What the edit lost by the way is put back.
    Restoring,
    /// The child is evaluated.
    Verifying,
    /// It is over.
    Over,
}

/// One proposal on its way from the operator to a verdict. Lanes of a round run side by side and know nothing of one another,
/// so the order in which answers come changes nothing.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub attempt: Attempt,
    pub operator: OperatorName,
    /// The slots of the proposal and of the restored one.
    pub slots: [SlotId; 2],
    /// The ids that the two would get.
    pub ids: [CandidateId; 2],
    /// What was edited: the incumbent, or the last child of its chain.
    pub base: CandidateId,
    /// Places of the examples that it is made for.
    pub targets: Vec<usize>,
    /// Most trials that it may buy.
    pub quota: usize,
    pub step: Step,
    /// The candidate under verification.
    pub child: Option<CandidateId>,
    pub verification: Option<Verification>,
    /// Places that were asked for and have no score yet.
    pub asked: Vec<usize>,
    /// Trials that were bought.
    pub trials: u32,
    pub outcome: Option<Outcome>,
}

impl Lane {
    /// Whether an operator writes a new edit.
    pub(super) fn is_edit(&self) -> bool {
        self.attempt == Attempt::Edit
    }

    /// Whether the child is to be taken.
    pub(super) fn accepted(&self) -> bool {
        self.outcome == Some(Outcome::Accept)
    }
}
