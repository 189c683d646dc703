use std::collections::BTreeMap;

use clade_domain::{Assertion, ModelSpec};
use serde_json::{Value, json};

/// A named regime: the rules of the simulated model, and how many examples a search has.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// What it is called.
    pub name: &'static str,
    /// What is special about it.
    pub about: &'static str,
    /// The simulated model.
    pub model: ModelSpec,
    /// How answers are judged.
    pub checks: Vec<Assertion>,
    /// Train examples.
    pub train: u32,
    /// Validation examples.
    pub validation: u32,
    /// Test examples.
    pub test: u32,
}

impl World {
    /// All its examples.
    #[must_use]
    pub fn examples(&self) -> u32 {
        self.train + self.validation + self.test
    }
}

/// The regimes that searches are compared in. Those after `gentle` and `rough` are `rough` with one thing changed, and
/// `null`, where nothing ever helps: no strategy was tuned on them.
#[must_use]
pub fn worlds() -> Vec<World> {
    let rough = |name, about, config| world(name, about, "simulated:rough", config);
    vec![
        world("gentle", "proposals help half of the time and never harm; no noise", "simulated:gentle", json!({})),
        rough("rough", "proposals help 35 %, harm 25 %, lose a sentence 15 % of the time; 5 % noise", json!({})),
        rough("skills-12", "12 hidden skills instead of 8", json!({"skills": 12})),
        rough("noise-15", "15 % of the outcomes turned round instead of 5 %", json!({"noise": 0.15})),
        rough("useful-15", "proposals help 15 % of the time instead of 35 %", json!({"useful": 0.15})),
        rough("harm-40", "proposals harm 40 % of the time instead of 25 %", json!({"harm": 0.4})),
        rough("needs-6", "questions need 1 to 6 skills instead of 1 to 3", json!({"needs": [1, 1, 1, 1, 1, 1]})),
        World { train: 20, validation: 20, ..rough("few", "20 train and 20 validation examples", json!({})) },
        rough("misaim-50", "half of the useful proposals are aimed at another failure", json!({"misaim": 0.5})),
        rough("repeats", "5 % of the outcomes differ from repeat to repeat", json!({"sample_noise": 0.05})),
        world("null", "nothing ever helps; 45 % of the questions are answered right", "simulated:null", json!({})),
    ]
}

fn world(name: &'static str, about: &'static str, model: &str, config: Value) -> World {
    let config: BTreeMap<String, Value> = match config {
        Value::Object(map) => map.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    World {
        name,
        about,
        model: ModelSpec { config, ..ModelSpec::named(model) },
        checks: vec![numeric()],
        train: 100,
        validation: 100,
        test: 200,
    }
}

fn numeric() -> Assertion {
    Assertion {
        kind: "numeric".to_owned(),
        negated: false,
        value: Some(json!("{{answer}}")),
        threshold: None,
        weight: 1.0,
        metric: None,
        provider: None,
        rubric_prompt: None,
        config: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use clade_models::simulated::check_config;

    use super::*;

    #[test]
    fn every_world_has_a_name_of_its_own_and_rules_that_hold() {
        let mut names = Vec::new();
        for world in worlds() {
            assert_eq!(check_config(&world.model.id, &world.model.config), Ok(()), "{}", world.name);
            assert!(!names.contains(&world.name), "{}", world.name);
            names.push(world.name);
        }
    }
}
