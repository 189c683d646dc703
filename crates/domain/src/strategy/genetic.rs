use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of `genetic`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GeneticSpec {
    /// Candidates that live in a generation, from 2.
    pub population: u32,
    /// Best candidates that pass unchanged into the next generation, below `population`.
    pub elite: u32,
    /// New candidates in each generation that descend from the first prompt instead of a selected parent.
    pub immigrants: u32,
    /// Most generations after the seeds; without it the budget decides.
    pub generations: Option<u32>,
    /// Train examples that each candidate meets, the same ones for all; without it as many as the budget bears, 20 to 60.
    pub examples: Option<u32>,
    /// How parents are drawn.
    pub selection: SelectionMethod,
    /// Weight of each operator by name, 0 or more; those not named are off. Without it every operator has its default.
    pub operators: BTreeMap<String, f64>,
}

impl Default for GeneticSpec {
    fn default() -> Self {
        Self {
            population: 8,
            elite: 2,
            immigrants: 0,
            generations: None,
            examples: None,
            selection: SelectionMethod::default(),
            operators: BTreeMap::new(),
        }
    }
}

/// How parents are drawn from a generation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SelectionMethod {
    /// The best of `k` drawn with replacement.
    Tournament {
        /// From 1; 1 is a uniform draw.
        k: u32,
    },
    /// With probability proportional to fitness above the worst.
    Roulette,
    /// With probability falling linearly with rank.
    Rank {
        /// The best one's expected share against the mean, in [1, 2].
        pressure: f64,
    },
    /// Uniformly among the best `top`.
    Truncation {
        /// From 1.
        top: u32,
    },
}

impl Default for SelectionMethod {
    fn default() -> Self {
        Self::Tournament { k: 3 }
    }
}
