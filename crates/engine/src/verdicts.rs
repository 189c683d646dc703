use clade_domain::{RunEvent, TrialErrorKind, TrialOutcome};
use clade_evolve::RunState;

use crate::EngineError;

/// Trials without a verdict after which a session stops, where none has a score.
pub(crate) const UNJUDGED: u32 = 12;

/// How many trials of this session have no verdict; `None` once one has a score.
pub(crate) struct Verdicts(Option<u32>);

impl Verdicts {
    /// A run of which nothing could be judged gets one more try, not another dozen.
    pub fn of(state: &RunState) -> Self {
        Self(Some(if state.trials() > 0 && state.failed() == state.trials() { UNJUDGED - 1 } else { 0 }))
    }

    /// Whether there was none yet.
    pub fn awaited(&self) -> bool {
        self.0.is_some()
    }

    /// Why to stop, where nothing can be judged: each further answer would be paid for in vain.
    pub fn take(&mut self, event: &RunEvent) -> Option<EngineError> {
        let RunEvent::TrialFinished(trial) = event else { return None };
        let trials = self.0?;
        let TrialOutcome::Failed { error, .. } = &trial.outcome else {
            self.0 = None;
            return None;
        };
        self.0 = Some(trials + 1);
        if trials + 1 != UNJUDGED {
            return None;
        }
        let (trials, message) = (UNJUDGED, error.message.clone());
        Some(match error.kind {
            TrialErrorKind::Judge | TrialErrorKind::Evaluator | TrialErrorKind::Program => {
                EngineError::Unjudged { trials, message }
            }
            TrialErrorKind::Template | TrialErrorKind::Refused | TrialErrorKind::Provider => {
                EngineError::Unanswered { trials, message }
            }
        })
    }
}
