use std::collections::BTreeMap;

use clade_domain::{Assertion, ContentHash, DatasetSummary, Example, ExampleId, ModelSpec, Prompt};
use clade_models::simulated::{Regime, questions, regimes};
use serde_json::json;

/// A named regime: the rules of the simulated model, how answers are judged, and how many examples a search has.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// What it is called.
    pub name: &'static str,
    /// What is special about it.
    pub about: String,
    /// The simulated model.
    pub model: ModelSpec,
    /// How many skills stand in the first prompt.
    pub given: usize,
    /// How answers are judged.
    pub check: Check,
    /// Train examples.
    pub train: u32,
    /// Validation examples.
    pub validation: u32,
    /// Test examples.
    pub test: u32,
}

/// How answers are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// By the number that they end with.
    Numeric,
    /// By the simulated judge, who errs as the world says.
    Judge,
    /// By degrees, which the simulated judge gives to a text.
    Rubric,
}

/// The regimes that searches are compared in: those of the simulated model, and `few`, which is `rough` with 20 train and 20
/// validation examples.
#[must_use]
pub fn worlds() -> Vec<World> {
    let mut worlds: Vec<World> = regimes().iter().map(World::of).collect();
    if let Some(rough) = worlds.iter().find(|world| world.name == "rough").cloned() {
        worlds.push(World { name: "few", train: 20, validation: 20, ..rough });
    }
    worlds
}

impl World {
    fn of(regime: &Regime) -> Self {
        let settings = if regime.settings == "{}" { String::new() } else { format!(" {}", regime.settings) };
        let given = match regime.given {
            0 => String::new(),
            n => format!(", {n} skills in the first prompt"),
        };
        Self {
            name: regime.name,
            about: format!("{}{}{given}", regime.model, settings.replace('"', "")),
            model: ModelSpec { config: regime.config(), ..ModelSpec::named(regime.model) },
            given: regime.given,
            check: match regime.model {
                "simulated:writing" => Check::Rubric,
                _ if regime.config().contains_key("judge_noise") => Check::Judge,
                _ => Check::Numeric,
            },
            train: 100,
            validation: 100,
            test: 200,
        }
    }

    /// All its examples.
    #[must_use]
    pub fn examples(&self) -> u32 {
        self.train + self.validation + self.test
    }

    /// The prompt that a search starts from.
    pub(crate) fn first_prompt(&self) -> Prompt {
        Prompt::user(questions::prompt(self.given))
    }

    /// Its questions under a seed: the train examples, then those of validation, then those of test.
    pub(crate) fn questions(&self, seed: u64) -> Vec<Example> {
        let check = self.check.assertion();
        let asked = questions::questions(seed, self.examples() as usize);
        (0..)
            .zip(asked)
            .map(|(id, asked)| Example {
                id: ExampleId(id),
                vars: BTreeMap::from([
                    ("question".to_owned(), json!(asked.question)),
                    ("answer".to_owned(), json!(asked.answer)),
                ]),
                asserts: [check.clone()].into(),
                threshold: None,
                description: String::new(),
                metadata: BTreeMap::new(),
            })
            .collect()
    }

    /// The summary of these questions.
    pub(crate) fn dataset(&self, seed: u64) -> DatasetSummary {
        let parts = [('t', self.train), ('v', self.validation), ('h', self.test)];
        DatasetSummary {
            hash: ContentHash::of(format!("{} {seed} {}", self.name, self.examples()).as_bytes()),
            source: "generated questions".into(),
            splits: parts.into_iter().flat_map(|(mark, count)| (0..count).map(move |_| mark)).collect(),
            columns: vec!["answer".into(), "question".into()],
            duplicates: 0,
            judge_calls: u32::from(self.check != Check::Numeric),
        }
    }
}

impl Check {
    fn assertion(self) -> Assertion {
        let (kind, value) = match self {
            Self::Numeric => ("numeric", "{{answer}}"),
            Self::Judge => ("model-graded-closedqa", "The final answer is right."),
            Self::Rubric => ("llm-rubric", "The reply is friendly, clear and complete."),
        };
        Assertion {
            kind: kind.to_owned(),
            negated: false,
            value: Some(json!(value)),
            threshold: None,
            weight: 1.0,
            metric: None,
            provider: None,
            rubric_prompt: None,
            files: BTreeMap::new(),
            config: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_world_has_a_name_of_its_own_and_examples_for_every_split() {
        let mut names = Vec::new();
        for world in worlds() {
            assert!(!names.contains(&world.name), "{}", world.name);
            names.push(world.name);
            let (examples, dataset) = (world.questions(3), world.dataset(3));
            assert_eq!((examples.len(), dataset.len()), (world.examples() as usize, world.examples() as usize));
            let counts = dataset.counts();
            assert_eq!((counts.train, counts.validation, counts.test), (world.train, world.validation, world.test));
        }
        assert!(["rough", "gentle", "few", "null"].iter().all(|name| names.contains(name)), "{names:?}");
    }

    #[test]
    fn only_noisy_judges_are_asked_to_judge() {
        let judged: Vec<_> = worlds().into_iter().filter(|world| world.check == Check::Judge).map(|w| w.name).collect();
        assert_eq!(judged, ["judge-noise"]);
        let graded: Vec<_> = worlds().into_iter().filter(|w| w.check == Check::Rubric).map(|w| w.name).collect();
        assert_eq!(graded, ["writing"]);
    }
}
