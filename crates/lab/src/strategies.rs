use std::{collections::BTreeMap, fmt};

use clade_domain::{AutoPart, StrategySpec};
use serde::{
    Deserialize,
    de::{self, value::MapDeserializer},
};
use serde_json::{Map, Value};

/// Why there is no such strategy.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StrategyError {
    /// No strategy of this name.
    #[error("there is no strategy `{name}`; there is {}", .known.join(", "))]
    Name {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<&'static str>,
    },
    /// Its settings do not fit.
    #[error("the settings of strategy `{name}` do not fit: {why}")]
    Settings {
        /// The strategy.
        name: String,
        /// Why.
        why: String,
    },
}

/// The names of all strategies, as the run file's format has them.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let nothing = [("name", "")].into_iter();
    // the format itself knows its names, and tells them when it is asked for one that is none
    match StrategySpec::deserialize(MapDeserializer::<_, Names>::new(nothing)) {
        Err(Names(known)) => known.to_vec(),
        Ok(_) => Vec::new(),
    }
}

/// The strategy of this name with settings over its defaults.
///
/// # Errors
/// Where there is none, or it has no such settings.
pub fn strategy(name: &str, settings: &BTreeMap<String, Value>) -> Result<StrategySpec, StrategyError> {
    let known = names();
    if !known.contains(&name) {
        return Err(StrategyError::Name { name: name.to_owned(), known });
    }
    if let Some(gone) = parts_gone(name, settings) {
        let there = AutoPart::ALL.map(AutoPart::name).join(", ");
        let why = format!("`without` names `{gone}`, a part that is in no search any more; there is {there}");
        return Err(StrategyError::Settings { name: name.to_owned(), why });
    }
    let mut map: Map<String, Value> = settings.clone().into_iter().collect();
    map.insert("name".to_owned(), name.into());
    serde_json::from_value(Value::Object(map))
        .map_err(|error| StrategyError::Settings { name: name.to_owned(), why: error.to_string() })
}

/// A part that settings leave out and that no search has any more. Old journals may name it; a measurement of it would measure nothing.
fn parts_gone(name: &str, settings: &BTreeMap<String, Value>) -> Option<String> {
    let without = settings.get("without").filter(|_| name == "auto")?.as_array()?;
    without.iter().filter_map(Value::as_str).find(|part| AutoPart::GONE.contains(part)).map(str::to_owned)
}

/// An error of deserialising that keeps nothing but the names it would have taken.
#[derive(Debug)]
struct Names(&'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for Names {}

impl de::Error for Names {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_name_is_a_strategy_with_defaults() {
        let names = names();
        assert!(names.contains(&"genetic"), "{names:?}");
        for name in names {
            let spec = strategy(name, &BTreeMap::new()).unwrap();
            assert_eq!(serde_json::to_value(&spec).unwrap()["name"], name);
        }
    }

    #[test]
    fn settings_go_over_the_defaults() {
        let set = |key: &str, value| BTreeMap::from([(key.to_owned(), value)]);
        let spec = serde_json::to_value(strategy("genetic", &set("population", json!(12))).unwrap()).unwrap();
        assert_eq!((&spec["population"], &spec["elite"]), (&json!(12), &json!(2)));
        let wrong = strategy("genetic", &set("popluation", json!(12))).unwrap_err().to_string();
        assert!(wrong.contains("popluation"), "{wrong}");
        for part in ["bandit", "demonstrations", "luck"] {
            let wrong = strategy("auto", &set("without", json!(["racing", part]))).unwrap_err().to_string();
            assert!(
                wrong.contains(part) && wrong.contains("racing, targeting, guard, reviews") || part == "luck",
                "{wrong}"
            );
        }
        assert!(strategy("auto", &set("without", json!(["racing"]))).is_ok());
        let none = strategy("genetics", &BTreeMap::new()).unwrap_err().to_string();
        assert!(none.contains("`genetics`; there is") && none.contains("genetic"), "{none}");
    }
}
