use clade_domain::{Budget, Limit, RunEvent};
use clade_store::RunSummary;

use crate::{EngineError, obey::spent_already};

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

const RAISED: &str = "was raised: resume goes on";

/// What the row of a run that rests says under other limits: where its own were spent, whether they still are.
pub(crate) fn detail_under(row: &RunSummary, budget: &Budget) -> String {
    let named = spent_limit(&row.detail).filter(|_| !spent_above(&row.detail));
    if named.is_none() && !row.detail.ends_with(RAISED) {
        return row.detail.clone();
    }
    if let Some(still) = spent_already(budget, &row.spent) {
        return spent_detail(still, None);
    }
    let Some(limit) = named else { return row.detail.clone() };
    let (most, used): (fn(&Budget) -> Option<f64>, f64) = match limit {
        Limit::Usd => (|budget| budget.usd, row.spent.usd.0),
        Limit::Calls => (|budget| budget.calls.map(|calls| calls as f64), row.spent.calls as f64),
        Limit::Tokens => {
            (|budget| budget.tokens.map(|tokens| tokens as f64), (row.spent.tokens_in + row.spent.tokens_out) as f64)
        }
        Limit::Minutes => (|budget| budget.minutes, row.spent.seconds / 60.0),
    };
    // dollars and tokens are called spent where some are left, but less than a call may take
    let before = row.budget.as_ref().and_then(most);
    match most(budget).is_none_or(|most| used < most && before.is_none_or(|before| before < most)) {
        true => format!("its limit on {limit} {RAISED}"),
        false => row.detail.clone(),
    }
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

#[cfg(test)]
mod tests {
    use clade_domain::{Spent, Usd};
    use clade_store::conformance::samples;

    use super::*;

    #[test]
    fn a_row_says_under_other_limits_whether_they_are_still_spent() {
        let calls = |calls| Budget { calls: Some(calls), ..Budget::default() };
        let usd = |usd| Budget { usd: Some(usd), ..Budget::default() };
        let raised = "its limit on calls was raised: resume goes on";
        let by_calls = spent_detail(Limit::Calls, None);
        let by_usd = spent_detail(Limit::Usd, None);
        let above = spent_detail(Limit::Calls, Some("the workspace's"));
        let cases = [
            (by_calls.as_str(), calls(40), calls(90), raised),
            (&by_calls, calls(40), Budget::default(), raised),
            (&by_calls, calls(40), calls(30), &by_calls),
            (raised, calls(90), calls(20), &by_calls),
            (&by_usd, usd(0.3), usd(0.3), &by_usd),
            (&by_usd, usd(0.3), usd(0.4), "its limit on USD was raised: resume goes on"),
            (&above, calls(40), calls(90), &above),
            ("", calls(40), calls(20), ""),
        ];
        for (detail, before, now, said) in cases {
            let spent = Spent { calls: 40, usd: Usd(0.25), ..Spent::default() };
            let row = samples::summary(&samples::run("raised").unwrap(), 1);
            let row = RunSummary { detail: detail.to_owned(), budget: Some(before), spent, ..row };
            assert_eq!(detail_under(&row, &now), said, "{detail}: {before:?} to {now:?}");
        }
    }
}
