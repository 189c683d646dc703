use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One evaluator's verdict on one output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// The named score it counts towards: the assertion's `metric`, or the evaluator's name with its `not-`.
    pub metric: String,
    /// In [0, 1]; 1 is best.
    pub score: f64,
    /// Whether the check passes.
    pub pass: bool,
    /// Feedback in words, fit to show to the model that writes the next prompt. Empty only where nothing can be said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The assertion's weight, 0 or more.
    pub weight: f64,
}

/// One named number of one trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectiveScore {
    /// Its name.
    pub metric: String,
    /// Its value, in [0, 1] for evaluators; tokens, USD or milliseconds for the measured ones.
    pub value: f64,
}
