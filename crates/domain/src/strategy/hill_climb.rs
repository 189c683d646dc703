use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of `hill-climb`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HillClimbSpec {
    /// Train examples on which a child is compared with the incumbent, from 1; others in each round.
    #[schemars(range(min = 1))]
    pub minibatch: u32,
}

impl Default for HillClimbSpec {
    fn default() -> Self {
        Self { minibatch: 20 }
    }
}
