use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of `de`, with the defaults of EvoPrompt (Guo et al. 2024, section 4.1 and appendix).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeSpec {
    /// Prompts that live, from 4: each one, two others, and the best make a child.
    #[schemars(range(min = 4))]
    pub population: u32,
    /// Most generations after the first prompts; without it the budget decides, and 10 where no limit does.
    #[schemars(range(min = 1))]
    pub generations: Option<u32>,
    /// Train examples that each prompt meets, the same ones for all; without it 50, or as few as 20 where the budget bears no more.
    #[schemars(range(min = 1))]
    pub examples: Option<u32>,
}

impl Default for DeSpec {
    fn default() -> Self {
        Self { population: 10, generations: None, examples: None }
    }
}
