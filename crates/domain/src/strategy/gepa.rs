use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of `gepa`; the defaults are those of gepa-ai 0.1.4, with the merging of `dspy.GEPA`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GepaSpec {
    /// Train examples on which a child is compared with its parent, from 1.
    #[schemars(range(min = 1))]
    pub minibatch: u32,
    /// Train examples that the frontier is over (the paper's D_pareto), from 1 and fewer than there are; without it half of them,
    /// and fewer where the budget would not bear twenty candidates on them.
    #[schemars(range(min = 1))]
    pub pareto: Option<u32>,
    /// Most merges of two lines that are tried; 0 is GEPA without merging.
    pub merges: u32,
}

impl Default for GepaSpec {
    fn default() -> Self {
        Self { minibatch: 3, pareto: None, merges: 5 }
    }
}
