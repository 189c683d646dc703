//! The published schema, the check and the decoder agree: on random documents that fit, and on ones with a fault.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Checker, RunFile, schema};
use crate::{source::Span, yaml::Node};

static VALIDATOR: std::sync::OnceLock<jsonschema::Validator> = std::sync::OnceLock::new();
static ROOT: LazyLock<Value> = LazyLock::new(schema);

/// A stream of choices, zero once it is used up, which makes documents small.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn below(&mut self, n: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % n.max(1)
    }
}

fn document(root: &Value, schema: &Value, choices: &mut Choices<'_>, faults: bool, depth: usize) -> Value {
    if faults && choices.below(40) == 39 {
        let wrong = [json!(null), json!(true), json!(-3), json!(0.5), json!("x"), json!([1]), json!({"zzz": 1})];
        return wrong[choices.below(wrong.len())].clone();
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.rsplit('/').next().unwrap();
        return document(root, &root["$defs"][name], choices, faults, depth);
    }
    if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
        let branch = &branches[choices.below(branches.len())];
        return document(root, branch, choices, faults, depth);
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values[choices.below(values.len())].clone();
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds[choices.below(kinds.len())].as_str().unwrap(),
        _ => "string",
    };
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    match kind {
        "null" => Value::Null,
        "boolean" => json!(choices.below(2) == 1),
        "integer" => {
            let least = number("minimum").unwrap_or(0.0);
            json!(least as u64 + choices.below(5) as u64)
        }
        "number" => {
            let least = number("minimum").or(number("exclusiveMinimum").map(|above| above + 0.5)).unwrap_or(-2.0);
            let most = number("maximum").unwrap_or(2.0);
            json!(least + (most - least) * choices.below(3) as f64 / 2.0 + 0.0)
        }
        "string" => json!(["x", "file://a.txt", "", "contains"][choices.below(4)]),
        "array" => {
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0) as usize;
            let most = if depth > 6 { 0 } else { choices.below(3) };
            let item = schema.get("items").cloned().unwrap_or_else(|| json!({}));
            (0..least.max(most)).map(|_| document(root, &item, choices, faults, depth + 1)).collect()
        }
        _ => {
            let mut map = Map::new();
            let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            for (name, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let wanted = required.iter().any(|r| r == name);
                let leave_out = faults && choices.below(30) == 29;
                if (wanted && !leave_out) || (depth < 6 && choices.below(2) == 1) {
                    map.insert(name.clone(), document(root, inner, choices, faults, depth + 1));
                }
            }
            if let Some(inner) = schema.get("additionalProperties").filter(|s| s.is_object()) {
                for name in ["one", "two"].iter().take(choices.below(3)) {
                    map.insert((*name).to_owned(), document(root, inner, choices, faults, depth + 1));
                }
            }
            if faults && choices.below(25) == 24 {
                map.insert(["zzz", "provders", "asert", "id"][choices.below(4)].to_owned(), json!(1));
            }
            Value::Object(map)
        }
    }
}

fn fits(value: &Value) -> bool {
    Checker::run_file().check(&Node::of_json(value, Span::default())).iter().all(|f| f.note)
}

fn faults(value: &Value) -> Vec<String> {
    Checker::run_file().check(&Node::of_json(value, Span::default())).into_iter().map(|f| f.message).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_the_schema_makes_passes_and_decodes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let root = &*ROOT;
        let value = document(root, root, &mut Choices(bytes.iter()), false, 0);
        prop_assert!(fits(&value), "{value}: {:?}", faults(&value));
        let decoded = serde_json::from_value::<RunFile>(value.clone());
        prop_assert!(decoded.is_ok(), "{value}: {:?}", decoded.err());
    }

    #[test]
    fn a_validator_of_json_schemas_says_the_same(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let root = &*ROOT;
        let validator = VALIDATOR.get_or_init(|| jsonschema::validator_for(root).unwrap());
        let value = document(root, root, &mut Choices(bytes.iter()), true, 0);
        let valid = validator.is_valid(&value);
        prop_assert_eq!(fits(&value), valid, "{}: {:?}", value, faults(&value));
        if valid {
            prop_assert!(serde_json::from_value::<RunFile>(value.clone()).is_ok(), "{value}");
        }
    }
}

#[test]
fn the_random_documents_are_worth_the_name() {
    let root = schema();
    let bytes = |n: u32| {
        let mut bytes = vec![0; 600];
        blake3::Hasher::new().update(&n.to_le_bytes()).finalize_xof().fill(&mut bytes);
        bytes
    };
    let make = |n, faults| document(&root, &root, &mut Choices(bytes(n).iter()), faults, 0);
    let size: usize = (0..300).map(|n| make(n, false).to_string().len()).sum();
    assert!(size / 300 > 200, "mean length {}", size / 300);
    let right = (0..300).filter(|n| fits(&make(*n, true))).count();
    assert!((30..270).contains(&right), "{right} of 300 fit");
}

#[test]
fn the_schema_is_one_that_editors_take() {
    assert!(jsonschema::meta::is_valid(&schema()));
    assert_eq!(schema()["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let keys: Vec<String> = schema()["properties"].as_object().unwrap().keys().cloned().collect();
    assert!(keys.contains(&"optimize".to_owned()) && keys.contains(&"defaultTest".to_owned()), "{keys:?}");
}
