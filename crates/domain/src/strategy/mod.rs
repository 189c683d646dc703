//! Searches by name with their settings: one file each. A strategy that is added here is known to run files, to the published
//! schema and to `clade bench` at once.

mod auto;
mod capo;
mod de;
mod genetic;
mod gepa;
mod hill_climb;
mod mipro;
mod opro;
mod promptbreeder;
mod random;

pub use auto::{AutoPart, AutoSpec};
pub use capo::CapoSpec;
pub use de::DeSpec;
pub use genetic::{GeneticSpec, SelectionMethod};
pub use gepa::GepaSpec;
pub use hill_climb::HillClimbSpec;
pub use mipro::{MiproAuto, MiproSpec};
pub use opro::OproSpec;
pub use promptbreeder::PromptbreederSpec;
pub use random::RandomSpec;

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
    /// Random edits of the first prompt: what every search must beat.
    Random,
    /// One incumbent, replaced by reflective edits that do better on a few paired examples.
    HillClimb,
    /// Reflection on parents from the per-example Pareto frontier.
    Gepa,
    /// A population that is crossed, mutated and raced, with worked examples and a length penalty.
    Capo,
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
    pub const ALL: [Self; 10] = [
        Self::Auto,
        Self::Genetic,
        Self::Random,
        Self::HillClimb,
        Self::Gepa,
        Self::Capo,
        Self::De,
        Self::Opro,
        Self::Promptbreeder,
        Self::Mipro,
    ];

    /// As run files write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Genetic => "genetic",
            Self::Random => "random",
            Self::HillClimb => "hill-climb",
            Self::Gepa => "gepa",
            Self::Capo => "capo",
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
            Self::Random => StrategySpec::Random(RandomSpec::default()),
            Self::HillClimb => StrategySpec::HillClimb(HillClimbSpec::default()),
            Self::Gepa => StrategySpec::Gepa(GepaSpec::default()),
            Self::Capo => StrategySpec::Capo(CapoSpec::default()),
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
    /// Random edits of the first prompt.
    Random(RandomSpec),
    /// One incumbent and reflective edits.
    HillClimb(HillClimbSpec),
    /// Reflection and a per-example Pareto frontier.
    Gepa(GepaSpec),
    /// Crossover, mutation and races.
    Capo(CapoSpec),
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
            Self::Random(_) => StrategyName::Random,
            Self::HillClimb(_) => StrategyName::HillClimb,
            Self::Gepa(_) => StrategyName::Gepa,
            Self::Capo(_) => StrategyName::Capo,
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
