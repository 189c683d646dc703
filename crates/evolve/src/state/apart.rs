use clade_domain::{ContentHash, Trial, TrialOutcome};

/// Trials that a run paid for and that are part of no score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Apart {
    /// Second answers of the first prompt, which the noise between repeats is estimated from.
    pub repeats: u64,
    /// Answers that came when they counted no more: of a search that had ended, or for a cell that was filled.
    pub late: u64,
    /// Of these two, those without a score.
    pub failed: u64,
    /// Of these two, those whose answer had no text.
    pub empty: u64,
    /// Of these two, those whose answer was cut off at the model's length limit.
    pub cut: u64,
    /// Of these two, those whose answer was paid for, or shared with one that was.
    pub bought: u64,
}

impl Apart {
    /// All of them.
    #[must_use]
    pub fn trials(self) -> u64 {
        self.repeats + self.late
    }

    pub(super) fn repeat(&mut self, trial: &Trial) {
        self.repeats += 1;
        self.take(trial);
    }

    pub(super) fn late(&mut self, trial: &Trial) {
        self.late += 1;
        self.take(trial);
    }

    fn take(&mut self, trial: &Trial) {
        self.cut += u64::from(trial.cut);
        self.bought += u64::from(trial.is_bought());
        match &trial.outcome {
            TrialOutcome::Failed { .. } => self.failed += 1,
            TrialOutcome::Scored { answer, .. } => self.empty += u64::from(*answer == ContentHash::of(&[])),
        }
    }
}
