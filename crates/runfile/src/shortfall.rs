use clade_domain::Budget;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PhaseEstimate;

/// How many times what a limit lets a run buy its phases have to take at the least for it to be told: estimates are rough.
const FAR: f64 = 1.5;

/// A limit of the budget that pays for a part of what the phases take: the run rests early, perhaps before anything is proved.
///
/// Calls are none of these: searches plan by them, and the phases are reckoned within them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shortfall {
    /// The limit.
    pub limit: Limit,
    /// What the phases take at the least, in USD or tokens.
    pub needed: f64,
    /// What the limit lets the run buy, likewise.
    pub most: f64,
}

/// A limit that is not counted in calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// US dollars.
    Usd,
    /// Tokens, in and out together.
    Tokens,
}

impl Shortfall {
    /// The limit that pays for the smallest part, where one pays for a part alone. Unknown prices count for nothing.
    pub(crate) fn of(phases: &[PhaseEstimate], budget: &Budget) -> Option<Self> {
        let usd: f64 = phases.iter().filter_map(|phase| phase.usd).map(|usd| usd.low).sum();
        let tokens: f64 = phases.iter().map(|phase| phase.tokens_in.low + phase.tokens_out.low).sum();
        let priced = phases.iter().all(|phase| phase.usd.is_some());
        let usd = budget.usd.filter(|_| priced).map(|most| Self { limit: Limit::Usd, needed: usd, most });
        let tokens = budget.tokens.map(|most| Self { limit: Limit::Tokens, needed: tokens, most: most as f64 });
        let short = [usd, tokens].into_iter().flatten().filter(|short| short.needed > FAR * short.most);
        short.max_by(|a, b| (a.needed / a.most).total_cmp(&(b.needed / b.most)))
    }
}
