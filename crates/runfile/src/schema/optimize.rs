use clade_domain::{Direction, StrategyName, StrategySpec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ProviderInput, SandboxInput};

/// How the prompt is improved.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OptimizeInput {
    /// Hard limits on everything a run buys. Default: 2,000 calls.
    pub budget: Option<BudgetInput>,
    /// The search. Default `auto`.
    pub strategy: Option<StrategyInput>,
    /// Models by role.
    pub models: Option<ModelsInput>,
    /// What counts; the first score to raise is the one that evidence is about, and one has to be. Default: `score`, maximised.
    #[schemars(length(min = 1))]
    pub objectives: Option<Vec<ObjectiveInput>>,
    /// How examples are parted. Default: 0.4 train, 0.3 validation, 0.3 test.
    pub splits: Option<SplitsInput>,
    /// What every prompt must keep to.
    pub constraints: Option<ConstraintsInput>,
    /// When to stop before the budget is spent.
    pub stop: Option<StopInput>,
    /// How code of the run is executed.
    pub sandbox: Option<SandboxInput>,
    /// The source of all randomness of the run. Default 0.
    pub seed: Option<u64>,
}

/// Hard limits. What is left out is not limited.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BudgetInput {
    /// US dollars. Needs a known price for every model of the run.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub usd: Option<f64>,
    /// Answered calls; what the cache answers is free.
    #[schemars(range(min = 1))]
    pub calls: Option<u64>,
    /// Input and output tokens together.
    #[schemars(range(min = 1))]
    pub tokens: Option<u64>,
    /// Minutes of running time.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub minutes: Option<f64>,
}

/// The search by name, with settings where wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum StrategyInput {
    /// By name.
    Name(StrategyName),
    /// With settings.
    Settings(StrategySpec),
}

/// Models by role.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ModelsInput {
    /// Writes proposals. Default: the first of `providers`.
    pub reflection: Option<ProviderInput>,
    /// Judges. Default: `defaultTest.options.provider`, else the reflection model.
    pub judge: Option<ProviderInput>,
    /// Embeds texts, for `similar` and `answer-relevance`.
    pub embedding: Option<ProviderInput>,
    /// Answers `moderation`.
    pub moderation: Option<ProviderInput>,
    /// Other models from some generation on.
    pub generations: Vec<GenerationInput>,
}

/// Models that take over from a generation on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GenerationInput {
    /// The first generation they serve; 0 is the seeds'.
    pub from: u32,
    /// Answers the examples.
    pub task: Option<ProviderInput>,
    /// Writes proposals.
    pub reflection: Option<ProviderInput>,
    /// Judges.
    pub judge: Option<ProviderInput>,
}

/// A named direction.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum ObjectiveInput {
    /// A metric in its usual direction.
    Metric(String),
    /// A metric with direction and weight.
    Object(ObjectiveObject),
}

/// A metric with direction and weight.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectiveObject {
    /// `score`, a named metric of the checks, `prompt_tokens`, `cost` or `latency`.
    pub metric: String,
    /// Default: `minimize` for `prompt_tokens`, `cost` and `latency`, else `maximize`.
    pub direction: Option<Direction>,
    /// Its share in the fitness. Default 1 where it is maximised, 0.1 where it is minimised.
    #[schemars(range(min = 0))]
    pub weight: Option<f64>,
}

/// Shares that sum to 1.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SplitsInput {
    /// Feeds reflection and the search.
    #[schemars(range(min = 0, max = 1))]
    pub train: Option<f64>,
    /// Chooses among finalists.
    #[schemars(range(min = 0, max = 1))]
    pub validation: Option<f64>,
    /// Touched once, at the end.
    #[schemars(range(min = 0, max = 1))]
    pub test: Option<f64>,
    /// Another seed parts them otherwise. Default 0.
    pub seed: Option<u64>,
}

/// What every prompt must keep to.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ConstraintsInput {
    /// Most estimated tokens of a prompt.
    #[schemars(range(min = 1))]
    pub max_prompt_tokens: Option<u32>,
    /// Texts that every descendant keeps word for word.
    pub frozen: Vec<String>,
    /// Components that no operator may change, such as `system`.
    pub frozen_components: Vec<String>,
}

/// When to stop before the budget is spent.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StopInput {
    /// Generations without a new best; after each new best the next wait is a little longer.
    #[schemars(range(min = 1))]
    pub no_improvement: Option<u32>,
    /// A score on train, which the lower confidence bound of the best prompt has to reach.
    #[schemars(range(min = 0, max = 1))]
    pub target_score: Option<f64>,
}
