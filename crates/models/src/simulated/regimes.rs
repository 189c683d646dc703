use std::collections::BTreeMap;

use serde_json::Value;

/// A world that a search is measured in: a simulated model with its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regime {
    /// Its short name.
    pub name: &'static str,
    /// The model, such as `simulated:rough`.
    pub model: &'static str,
    /// Settings over the model's own, as a JSON object.
    pub settings: &'static str,
    /// How many skills stand in the first prompt.
    pub given: usize,
}

impl Regime {
    /// The settings as a provider's `config`. Every table entry is an object; a test holds that.
    #[must_use]
    pub fn config(&self) -> BTreeMap<String, Value> {
        serde_json::from_str(self.settings).unwrap_or_default()
    }
}

const fn rough(name: &'static str, settings: &'static str) -> Regime {
    Regime { name, model: "simulated:rough", settings, given: 0 }
}

const REGIMES: &[Regime] = &[
    rough("rough", "{}"),
    Regime { name: "gentle", model: "simulated:gentle", settings: "{}", given: 0 },
    rough("skills-12", r#"{"skills": 12}"#),
    rough("noise-15", r#"{"noise": 0.15}"#),
    rough("useful-15", r#"{"useful": 0.15}"#),
    rough("harm-40", r#"{"harm": 0.4}"#),
    rough("needs-1-6", r#"{"needs": [1, 1, 1, 1, 1, 1]}"#),
    rough("misaimed", r#"{"misaim": 0.5}"#),
    rough("pairs", r#"{"pairs": 4}"#),
    rough("conflicts", r#"{"conflicts": 4}"#),
    rough("overrides", r#"{"overrides": 4}"#),
    rough("rewriting", r#"{"rewrite": 1}"#),
    rough("opaque", r#"{"rewrite": 1, "opaque": 1}"#),
    rough("opaque-noise-15", r#"{"rewrite": 1, "opaque": 1, "noise": 0.15}"#),
    rough("partial", r#"{"partial": 0.4}"#),
    rough("temperature", r#"{"sample_noise": 0.1}"#),
    rough("judge-noise", r#"{"judge_noise": 0.5}"#),
    rough("generalising", r#"{"useful": 0.15, "generalise": 0.15}"#),
    rough("memorising", r#"{"memorise": 0.2}"#),
    Regime { name: "writing", model: "simulated:writing", settings: "{}", given: 0 },
    Regime { name: "null", model: "simulated:null", settings: "{}", given: 0 },
    Regime { name: "null-given-5", model: "simulated:rough", settings: r#"{"useful": 0}"#, given: 5 },
];

/// The worlds in which searches are compared; `docs/simulated.md` says what each is for.
#[must_use]
pub fn regimes() -> &'static [Regime] {
    REGIMES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulated::rules::check_config;

    #[test]
    fn every_regime_is_a_model_with_settings_and_stands_in_the_documentation() {
        let page = include_str!("../../../../docs/simulated.md");
        for regime in regimes() {
            assert!(serde_json::from_str::<BTreeMap<String, Value>>(regime.settings).is_ok(), "{}", regime.name);
            assert_eq!(check_config(regime.model, &regime.config()), Ok(()), "{}", regime.name);
            let settings = regime.settings.replace('"', "");
            let row = format!("| `{}` | `{}` | `{settings}` |", regime.name, regime.model);
            assert!(page.contains(&row), "{row}");
        }
    }
}
