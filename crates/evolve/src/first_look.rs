use clade_domain::{CandidateId, Purpose, RunEvent, Trial};

use crate::{Plan, RunState, strategy::Grid};

/// Train examples of a first look: their mean cost is within a tenth or two of that of all, and few searches meet fewer.
const EXAMPLES: usize = 10;

/// What a trial costs is found out before a search lays itself out by a limit in USD or tokens: the first prompt meets the first train
/// examples, which such searches have it meet anyway. Until all of these answers are there the search does not begin, so that what it
/// goes by does not depend on their order.
pub(crate) struct FirstLook {
    grid: Grid,
    /// The event that the search begins with.
    held: RunEvent,
}

impl FirstLook {
    /// The first version of the journal whose searches look first.
    pub(crate) const SINCE: u32 = 10;

    /// The look that goes before this event, the last of the user's prompts, where one is needed.
    pub(crate) fn before(event: &RunEvent, state: &RunState, plan: &Plan) -> Option<Self> {
        let RunEvent::CandidateAdmitted { candidate, .. } = event else { return None };
        let budget = state.budget();
        let limited = budget.usd.is_some() || budget.tokens.is_some();
        let all = candidate.slot.is_none() && state.seeds().count() == state.spec().prompts.len();
        if !limited || !all || state.format() < Self::SINCE {
            return None;
        }
        let examples = plan.train.iter().take(EXAMPLES).copied().collect();
        let mut grid = Grid::new(Purpose::Search, 0, examples);
        grid.add(state, CandidateId(0));
        (!grid.is_complete()).then(|| Self { grid, held: event.clone() })
    }

    /// Takes note of a trial. What was held back, once all answers are there.
    pub(crate) fn apply(&mut self, trial: &Trial) -> Option<RunEvent> {
        self.grid.apply(trial);
        self.grid.is_complete().then(|| self.held.clone())
    }

    /// The next cell to look at.
    pub(crate) fn next(&mut self, state: &RunState) -> Option<crate::EvaluateCommand> {
        self.grid.next(state)
    }
}
