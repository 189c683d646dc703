use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What there is to gain, estimated on the first prompt before a search spends its budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Headroom {
    /// Train examples that the first prompt met.
    pub n: u32,
    /// Its mean score on them, in [0, 1].
    pub score: f64,
    /// Lower end of the score's 95 % interval.
    pub ci_low: f64,
    /// Upper end of the score's 95 % interval.
    pub ci_high: f64,
    /// Examples that were asked a second time.
    pub repeats: u32,
    /// Share of them where the second answer scored otherwise, in [0, 1]; `None` where none was asked twice.
    pub noise: Option<f64>,
    /// The highest mean score that a prompt can be expected to reach at that noise, in [0, 1]: by the lower end of the noise's 99 % interval, so that few
    /// repeats claim little. `None` where that says nothing: no answer scored otherwise, or scores are not all 0 or 1.
    pub ceiling: Option<f64>,
    /// What a gain of 2, 5 and 10 points needs where two prompts differ by chance as much as two answers of the first one did, and by the gain. Older runs
    /// assumed a tenth of the examples.
    pub power: Vec<PowerRow>,
}

/// What it takes to show a gain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PowerRow {
    /// The gain in mean score, in (0, 1].
    pub gain: f64,
    /// Fresh examples on which both prompts must be tested for 80 % power at the 5 % level.
    pub examples: u32,
    /// Calls of that test: two prompts on each of them, judges included.
    pub calls: u64,
}
