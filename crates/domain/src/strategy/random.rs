use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of `random`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RandomSpec {
    /// Train examples that each candidate meets, the same ones for all, from 1; without it as many as the budget bears, 20 to 60.
    #[schemars(range(min = 1))]
    pub examples: Option<u32>,
    /// Weight of each operator by name, 0 or more; those not named are off. Without it every operator has its default.
    pub operators: BTreeMap<String, f64>,
}
