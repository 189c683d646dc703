use std::{fmt, iter::Sum, ops::AddAssign};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelRole;

/// An amount of money in US dollars, never negative where it is a cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Usd(pub f64);

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.map(|amount| amount.0).sum())
    }
}

impl fmt::Display for Usd {
    /// Two decimals from a dollar up, four below it, six below a cent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = match self.0.abs() {
            0.0 => 2,
            x if x >= 1.0 => 2,
            x if x >= 0.01 => 4,
            _ => 6,
        };
        write!(f, "${:.decimals$}", self.0)
    }
}

/// A number of tokens.
pub type TokenCount = u64;

/// Tokens of one answer or of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// All input tokens, cached ones included.
    #[serde(rename = "in")]
    pub input: TokenCount,
    /// All output tokens, reasoning included.
    #[serde(rename = "out")]
    pub output: TokenCount,
    /// The part of `input` read from the provider's prompt cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_read: TokenCount,
    /// The part of `input` written to the provider's prompt cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_write: TokenCount,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Usage {
    /// Input and output together.
    #[must_use]
    pub fn total(self) -> TokenCount {
        self.input + self.output
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.output += other.output;
        self.cache_read += other.cache_read;
        self.cache_write += other.cache_write;
    }
}

/// What some answers together cost the run; answers from the cache cost nothing and are not in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bill {
    /// Answered calls.
    pub calls: u32,
    /// Their tokens.
    pub usage: Usage,
    /// Their cost, as far as prices are known.
    pub cost: Usd,
    /// Calls whose price is unknown.
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    pub unpriced: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_zero_u32(n: &u32) -> bool {
    *n == 0
}

impl Bill {
    /// The bill of one answer.
    #[must_use]
    pub fn of(usage: Usage, cost: Option<Usd>) -> Self {
        Self { calls: 1, usage, cost: cost.unwrap_or_default(), unpriced: u32::from(cost.is_none()) }
    }

    /// Whether nothing was bought.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls == 0
    }
}

impl AddAssign for Bill {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.usage += other.usage;
        self.cost += other.cost;
        self.unpriced += other.unpriced;
    }
}

/// Hard limits on everything a run buys: task, reflection and judge calls together. `None` is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// US dollars. Needs a known price for every model of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
    /// Answered calls; what the cache answers is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
    /// Input and output tokens together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Minutes of running time; pauses do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
}

impl Budget {
    /// Whether nothing is limited.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.usd.is_none() && self.calls.is_none() && self.tokens.is_none() && self.minutes.is_none()
    }
}

/// Which limit of a budget was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// US dollars.
    Usd,
    /// Answered calls.
    Calls,
    /// Tokens.
    Tokens,
    /// Running time.
    Minutes,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usd => "USD",
            Self::Calls => "calls",
            Self::Tokens => "tokens",
            Self::Minutes => "minutes",
        })
    }
}

/// What a run has bought so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spent {
    /// Cost of all priced answers.
    pub usd: Usd,
    /// Answered calls that were paid for.
    pub calls: u64,
    /// Of those, calls of candidates on examples.
    pub task_calls: u64,
    /// Of those, calls that wrote proposals.
    pub reflection_calls: u64,
    /// Of those, calls of evaluators.
    pub judge_calls: u64,
    /// Input tokens.
    pub tokens_in: TokenCount,
    /// Output tokens.
    pub tokens_out: TokenCount,
    /// Running time in seconds; pauses do not count.
    pub seconds: f64,
    /// Calls that the response cache answered for nothing.
    pub cache_hits: u64,
    /// Answers whose price is unknown; where this is above 0, `usd` is a lower bound.
    #[serde(default)]
    pub unpriced_calls: u64,
}

impl Spent {
    /// Adds a bill to a role's account.
    pub fn add(&mut self, role: ModelRole, bill: Bill) {
        let calls = u64::from(bill.calls);
        self.calls += calls;
        match role {
            ModelRole::Task => self.task_calls += calls,
            ModelRole::Reflection => self.reflection_calls += calls,
            ModelRole::Judge => self.judge_calls += calls,
        }
        self.usd += bill.cost;
        self.tokens_in += bill.usage.input;
        self.tokens_out += bill.usage.output;
        self.unpriced_calls += u64::from(bill.unpriced);
    }
}
