use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of `promptbreeder`, with the defaults of Fernando et al. 2024.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PromptbreederSpec {
    /// Units that live, from 4; without it 50, or as few as 8 where a quarter of the search's budget bears no more.
    #[schemars(range(min = 4))]
    pub population: Option<u32>,
    /// Most generations after the first units; without it the budget decides, and 20 where no limit does.
    #[schemars(range(min = 1))]
    pub generations: Option<u32>,
    /// Train examples that each unit meets, the same ones for all; without it 100, or as few as 20 where the budget bears no more.
    #[schemars(range(min = 1))]
    pub examples: Option<u32>,
}
