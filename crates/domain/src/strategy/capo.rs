use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of `capo`, with the paper's defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CapoSpec {
    /// Candidates that survive a race, from 2.
    #[schemars(range(min = 2))]
    pub population: u32,
    /// Children of each generation, from 1.
    #[schemars(range(min = 1))]
    pub crossovers: u32,
    /// Most worked examples of a prompt; 0 searches without them.
    pub demonstrations: u32,
    /// Examples of a block, from 2; fewer where the data gives fewer than three blocks.
    #[schemars(range(min = 2))]
    pub block: u32,
    /// Most blocks of a race, from 1.
    #[schemars(range(min = 1))]
    pub blocks: u32,
    /// Level of the paired t-test by which a race drops candidates, between 0 and 1.
    #[schemars(range(min = 0, max = 1))]
    pub alpha: f64,
    /// What a prompt as long as the longest first one loses, in points of a score of 1; 0 or more.
    #[schemars(range(min = 0))]
    pub length_penalty: f64,
}

impl Default for CapoSpec {
    fn default() -> Self {
        Self {
            population: 10,
            crossovers: 4,
            demonstrations: 5,
            block: 30,
            blocks: 10,
            alpha: 0.2,
            length_penalty: 0.05,
        }
    }
}
