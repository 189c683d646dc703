use clade_domain::{Limit, RunEvent};

use crate::EngineError;

/// How a run left this process.
#[derive(Debug)]
pub enum RunOutcome {
    /// Complete.
    Finished,
    /// Put down in order by the user; resumable.
    Interrupted,
    /// A limit was spent before choosing and proving were done; resumable with a larger budget.
    BudgetSpent {
        /// Which.
        limit: Limit,
    },
    /// Stopped by what waiting does not mend; resumable once it is mended.
    Failed(EngineError),
}

const OWN: &str = "the budget's limit on ";

/// What a row says of a run whose limit was spent.
pub(crate) fn spent_detail(limit: Limit, whose: Option<&str>) -> String {
    match whose {
        // a call is made where all that it may take fits, so some is left
        None if matches!(limit, Limit::Usd | Limit::Tokens) => {
            format!(
                "{OWN}{limit} is spent: what is left is less than one call may take (a lower `max_tokens` sets less aside)"
            )
        }
        None => format!("{OWN}{limit} is spent"),
        Some(whose) => format!("{whose} limit on {limit} is spent; an admin of the workspace raises it"),
    }
}

/// The limit that a run was put down for, from what its row says.
#[must_use]
pub fn spent_limit(detail: &str) -> Option<Limit> {
    let all = [Limit::Usd, Limit::Calls, Limit::Tokens, Limit::Minutes];
    all.into_iter().find(|limit| detail.contains(&format!(" limit on {limit} is spent")))
}

/// Whether what a row says is that a limit of a member or a workspace is spent, which no limit of the run's own helps against.
#[must_use]
pub fn spent_above(detail: &str) -> bool {
    spent_limit(detail).is_some() && !detail.starts_with(OWN)
}

/// What one executor has to say.
#[derive(Debug)]
pub(crate) enum Done {
    /// It ended in an event.
    Event(RunEvent),
    /// The ledger refused it.
    Limit(Limit),
    /// It was given up before an answer came, because the run is being put down; it is commanded again when the run goes on.
    Stopped,
    /// Its trial could not be carried out, and no other one can.
    Fatal(Box<EngineError>),
}
