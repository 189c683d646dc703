use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The comparison of the chosen prompt with the first prompt on examples that the search never saw, made once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Paired examples.
    pub n: u32,
    /// The first prompt's mean score, in [0, 1].
    pub seed_score: f64,
    /// Its interval.
    pub seed_ci: [f64; 2],
    /// The chosen prompt's mean score, in [0, 1].
    pub best_score: f64,
    /// Its interval.
    pub best_ci: [f64; 2],
    /// Mean paired difference, chosen minus first.
    pub difference: f64,
    /// Lower end of the difference's interval.
    pub ci_low: f64,
    /// Upper end of the difference's interval.
    pub ci_high: f64,
    /// The level of every interval here, such as 0.95.
    pub confidence: f64,
    /// One-sided: the chance of a difference at least this large if the chosen prompt were no better.
    pub p_value: f64,
    /// Which test gave it.
    pub test: PairedTest,
    /// Whether an improvement is claimed: `p_value` at most 0.05 and a difference above 0.
    pub improved: bool,
    /// Examples on which the chosen prompt scored higher.
    pub wins: u32,
    /// Examples on which it scored lower.
    pub losses: u32,
    /// Trials of the first prompt without a score, which count as 0.
    #[serde(default)]
    pub seed_errors: u32,
    /// Trials of the chosen prompt without a score.
    #[serde(default)]
    pub best_errors: u32,
    /// Gain in score and the number of test examples that would show it with 80 % power.
    pub needed: Vec<(f64, u32)>,
    /// The task model whose answers it compares, by its label where it has one; only results state it, and journals leave it open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The whole in one plain sentence.
    pub sentence: String,
}

/// An exact paired test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PairedTest {
    /// Right or wrong: McNemar's exact test, the sign test on the examples that differ.
    Mcnemar,
    /// Other scores: permutation of signs, exact for few differing examples and sampled for many.
    Permutation,
}
