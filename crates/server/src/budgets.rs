use clade_domain::Budget;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Problem;

/// Limits on what several runs buy together. A kind that is left out is none; 0 lets nothing more be bought.
///
/// Time is none of them: runs that go on side by side have no running time together.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JointBudget {
    /// US dollars.
    #[schemars(range(min = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usd: Option<f64>,
    /// Answered calls; what the cache answers is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calls: Option<u64>,
    /// Input and output tokens together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens: Option<u64>,
}

impl JointBudget {
    /// The limits that were asked for.
    pub fn wanted(self) -> Result<Budget, Problem> {
        wanted(Budget { usd: self.usd, calls: self.calls, tokens: self.tokens, minutes: None })
    }
}

impl From<Budget> for JointBudget {
    fn from(budget: Budget) -> Self {
        let Budget { usd, calls, tokens, .. } = budget;
        Self { usd, calls, tokens }
    }
}

/// Limits that were asked for; none is below 0.
pub(crate) fn wanted(budget: Budget) -> Result<Budget, Problem> {
    let fits = |limit: Option<f64>| limit.is_none_or(|limit| limit.is_finite() && limit >= 0.0);
    match fits(budget.usd) && fits(budget.minutes) {
        true => Ok(budget),
        false => {
            Err(Problem::bad("a limit is a number of 0 or more")
                .fix("send such a number, or leave the limit out for none"))
        }
    }
}
