//! Searches by name with their settings: one file each. A strategy that is added here is known to run files, to the published
//! schema and to `clade bench` at once.

mod auto;
mod de;
mod genetic;
mod mipro;
mod opro;
mod promptbreeder;

pub use auto::{AutoPart, AutoSpec};
pub use de::DeSpec;
pub use genetic::{GeneticSpec, SelectionMethod};
pub use mipro::{MiproAuto, MiproSpec};
pub use opro::OproSpec;
pub use promptbreeder::PromptbreederSpec;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names of searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StrategyName {
    /// The one with the best evidence: targeted edits, verified by the examples that tell most.
    Auto,
    /// A generational genetic search.
    Genetic,
    /// Differential evolution, after EvoPrompt.
    De,
    /// A model that sees past prompts with their scores.
    Opro,
    /// Tournaments of prompts that bring their own instructions for mutation.
    Promptbreeder,
    /// Instructions and demonstrations, combined by a Bayesian choice.
    Mipro,
}

impl StrategyName {
    /// Every search, the default first.
    pub const ALL: [Self; 6] = [Self::Auto, Self::Genetic, Self::De, Self::Opro, Self::Promptbreeder, Self::Mipro];

    /// As run files write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Genetic => "genetic",
            Self::De => "de",
            Self::Opro => "opro",
            Self::Promptbreeder => "promptbreeder",
            Self::Mipro => "mipro",
        }
    }

    /// The search with its default settings.
    #[must_use]
    pub fn spec(self) -> StrategySpec {
        match self {
            Self::Auto => StrategySpec::Auto(AutoSpec::default()),
            Self::Genetic => StrategySpec::Genetic(GeneticSpec::default()),
            Self::De => StrategySpec::De(DeSpec::default()),
            Self::Opro => StrategySpec::Opro(OproSpec::default()),
            Self::Promptbreeder => StrategySpec::Promptbreeder(PromptbreederSpec::default()),
            Self::Mipro => StrategySpec::Mipro(MiproSpec::default()),
        }
    }
}

/// The search by name, with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum StrategySpec {
    /// The one with the best evidence.
    Auto(AutoSpec),
    /// A generational genetic search.
    Genetic(GeneticSpec),
    /// Differential evolution, after EvoPrompt.
    De(DeSpec),
    /// A model that sees past prompts with their scores.
    Opro(OproSpec),
    /// Tournaments of prompts that bring their own instructions for mutation.
    Promptbreeder(PromptbreederSpec),
    /// Instructions and demonstrations, combined by a Bayesian choice.
    Mipro(MiproSpec),
}

impl StrategySpec {
    /// The name.
    #[must_use]
    pub fn name(&self) -> StrategyName {
        match self {
            Self::Auto(_) => StrategyName::Auto,
            Self::Genetic(_) => StrategyName::Genetic,
            Self::De(_) => StrategyName::De,
            Self::Opro(_) => StrategyName::Opro,
            Self::Promptbreeder(_) => StrategyName::Promptbreeder,
            Self::Mipro(_) => StrategyName::Mipro,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_settings_and_files_agree() {
        for name in StrategyName::ALL {
            let spec = name.spec();
            assert_eq!(spec.name(), name);
            let written = serde_json::to_value(&spec).unwrap();
            assert_eq!(written["name"], name.as_str());
            let bare = serde_json::json!({"name": name.as_str()});
            assert_eq!(serde_json::from_value::<StrategySpec>(bare).unwrap(), spec, "every setting has a default");
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
    }
}
