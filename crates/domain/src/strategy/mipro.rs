use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of `mipro`, with the defaults of MIPROv2 (Opsahl-Ong et al. 2024, as DSPy ships it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MiproSpec {
    /// How much is tried; without it the largest whose trials the budget bears.
    pub auto: Option<MiproAuto>,
    /// Most worked examples in a set of demonstrations; 0 searches instructions alone.
    pub demonstrations: u32,
    /// Examples of a trial, from 1.
    #[schemars(range(min = 1))]
    pub minibatch: u32,
    /// Trials after which the best combination meets all examples, from 1.
    #[schemars(range(min = 1))]
    pub full_every: u32,
}

impl Default for MiproSpec {
    fn default() -> Self {
        Self { auto: None, demonstrations: 4, minibatch: 35, full_every: 5 }
    }
}

/// Sizes of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MiproAuto {
    /// 6 instructions and 6 sets of demonstrations, at most 100 examples.
    Light,
    /// 12 of each, at most 300 examples.
    Medium,
    /// 18 of each, at most 1000 examples.
    Heavy,
}

impl MiproAuto {
    /// Every size, the smallest first.
    pub const ALL: [Self; 3] = [Self::Light, Self::Medium, Self::Heavy];

    /// Instructions, and sets of demonstrations.
    #[must_use]
    pub fn candidates(self) -> u32 {
        match self {
            Self::Light => 6,
            Self::Medium => 12,
            Self::Heavy => 18,
        }
    }

    /// Most examples that choose among combinations.
    #[must_use]
    pub fn examples(self) -> u32 {
        match self {
            Self::Light => 100,
            Self::Medium => 300,
            Self::Heavy => 1000,
        }
    }

    /// Trials: `max(2 v log2 n, 1.5 n)` for `n` candidates of each of the `v` things to choose.
    #[must_use]
    pub fn trials(self, variables: u32) -> u32 {
        let n = f64::from(self.candidates());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 9 and 40")]
        let trials = (2.0 * f64::from(variables) * n.log2()).max(1.5 * n) as u32;
        trials
    }
}
