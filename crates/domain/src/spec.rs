use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Budget, ContentHash, ItemKind, Models, ProgramSpec, Prompt, SandboxSpec, StrategySpec};

/// What a run does: the run file with everything resolved, without the data and without any key. Stored with the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunSpec {
    /// Search, or only evaluate.
    pub mode: RunMode,
    /// The user's words for it; may be empty.
    #[serde(default)]
    pub description: String,
    /// The run file's path as the user wrote it, for messages and for reading keys again on resume.
    #[serde(default)]
    pub source: Option<String>,
    /// The source of all randomness of the run.
    pub seed: u64,
    /// The user's prompts; at least one. The first is the one that evidence compares with.
    pub prompts: Vec<SeedPrompt>,
    /// Who answers.
    pub models: Models,
    /// How evaluations are carried out.
    pub options: EvalOptions,
    /// How the search goes.
    pub optimize: OptimizeSpec,
    /// The function that answers examples with calls of the task model; `None` where the model does so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<ProgramSpec>,
    /// How its code is executed; `None` where it has none and wants no sandboxes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<SandboxSpec>,
    /// The prompts and data sets of the workspace that the run file names, in the versions that they had when the run was created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub library: Vec<PinnedItem>,
}

/// A version of a prompt or data set that a workspace keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinnedItem {
    /// Which kind.
    pub kind: ItemKind,
    /// Its name in the workspace.
    pub name: String,
    /// Its number, from 1.
    pub version: u32,
    /// Its content.
    pub content: ContentHash,
}

impl RunSpec {
    /// How many model calls one trial is taken to make, its judges left out: 1, or what a program says of itself.
    #[must_use]
    pub fn task_calls(&self) -> u32 {
        self.program.as_ref().map_or(1, |program| program.calls.max(1))
    }
}

/// Search, or only evaluate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunMode {
    /// Evolve the prompts (`clade run`).
    Optimize,
    /// Evaluate them as they are (`clade eval`).
    Evaluate,
}

/// A prompt of the run file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeedPrompt {
    /// The user's label, or the file's name, or the beginning of the text.
    pub label: String,
    /// The prompt.
    pub prompt: Prompt,
}

/// How evaluations are carried out; promptfoo's `evaluateOptions`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvalOptions {
    /// Most calls at once; `None` finds it out as it goes.
    #[serde(default)]
    pub max_concurrency: Option<u32>,
    /// How often each example is evaluated, from 1.
    pub repeat: u32,
    /// Least milliseconds between two calls.
    pub delay_ms: u64,
    /// Whether answers bought by earlier runs are used.
    pub cache: bool,
    /// Longest wait for one answer in milliseconds.
    pub timeout_ms: u64,
}

impl Default for EvalOptions {
    fn default() -> Self {
        Self { max_concurrency: None, repeat: 1, delay_ms: 0, cache: true, timeout_ms: 120_000 }
    }
}

/// The `optimize` block with every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OptimizeSpec {
    /// Hard limits.
    pub budget: Budget,
    /// The search.
    pub strategy: StrategySpec,
    /// What counts, at least one; the first score to raise is the one that evidence is about.
    pub objectives: Vec<Objective>,
    /// How examples are parted.
    pub splits: SplitSpec,
    /// What every prompt must keep to.
    pub constraints: Constraints,
    /// When to stop early.
    pub stop: StopSpec,
}

/// A named direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Objective {
    /// `score` (the weighted mean of all checks), a named metric of the checks, or one of the measured `prompt_tokens`
    /// (estimated tokens of the prompt), `cost` (USD per trial), `latency` (milliseconds per trial).
    pub metric: String,
    /// Which way is better.
    pub direction: Direction,
    /// Its share in the fitness, 0 or more. A minimised objective counts relative to the first prompt's value.
    pub weight: f64,
}

impl Objective {
    /// Metrics that are measured instead of judged; less of them is better.
    pub const MEASURED: [&str; 3] = ["prompt_tokens", "cost", "latency"];

    /// Whether it is a score of checks that is to rise and counts.
    #[must_use]
    pub fn raises_a_score(&self) -> bool {
        self.direction == Direction::Maximize && self.weight > 0.0 && !Self::MEASURED.contains(&self.metric.as_str())
    }

    /// The metric that racing, evidence and gates go by: the first of the objectives that is a score to raise. A run file has
    /// one; `score` where there is none.
    #[must_use]
    pub fn primary(objectives: &[Self]) -> &str {
        objectives.iter().find(|objective| objective.raises_a_score()).map_or("score", |o| o.metric.as_str())
    }
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More.
    Maximize,
    /// Less.
    Minimize,
}

/// How examples are parted: shares that sum to 1, by a stable hash of each example's content.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SplitSpec {
    /// Share of train.
    pub train: f64,
    /// Share of validation.
    pub validation: f64,
    /// Share of test.
    pub test: f64,
    /// Another seed parts them otherwise.
    pub seed: u64,
}

impl Default for SplitSpec {
    fn default() -> Self {
        Self { train: 0.4, validation: 0.3, test: 0.3, seed: 0 }
    }
}

/// What every prompt must keep to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Constraints {
    /// Most estimated tokens of a prompt's components and demonstrations together.
    #[serde(default)]
    pub max_prompt_tokens: Option<u32>,
    /// Texts that every descendant keeps word for word, wherever the first prompt has them.
    #[serde(default)]
    pub frozen: Vec<String>,
}

/// When to stop before the budget is spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StopSpec {
    /// Generations without a new best, until the first one is found; after each the next wait is longer, so that looking often gives no search up too early.
    #[serde(default)]
    pub no_improvement: Option<u32>,
    /// A score on train in [0, 1] that the best prompt is shown to have.
    #[serde(default)]
    pub target_score: Option<f64>,
}
