use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of `opro`, with the defaults of Yang et al. 2024, section 5.1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OproSpec {
    /// Prompts that are written in each step, from 1.
    #[schemars(range(min = 1))]
    pub proposals: u32,
    /// Best past prompts that a request shows with their scores, from 1.
    #[schemars(range(min = 1))]
    pub history: u32,
    /// Examples that a request shows.
    pub exemplars: u32,
    /// Most steps; without it the budget decides, and 200 where no limit does.
    #[schemars(range(min = 1))]
    pub steps: Option<u32>,
    /// Train examples that each prompt meets, the same ones for all; without it 50, or as few as 20 where the budget bears no more.
    #[schemars(range(min = 1))]
    pub examples: Option<u32>,
}

impl Default for OproSpec {
    fn default() -> Self {
        Self { proposals: 8, history: 20, exemplars: 3, steps: None, examples: None }
    }
}
