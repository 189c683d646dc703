use clade_domain::Vars;
use serde_json::Value;

/// How deep variables may stand within variables, as in promptfoo.
const DEPTH: usize = 5;

/// Fills variables that stand in the values of others (`Hello {{name}}`), as promptfoo does before it fills a prompt. What names none of
/// them stays as it is.
pub(super) fn fill_nested(mut vars: Vars) -> Vars {
    let open = |value: &Value| value.as_str().is_some_and(|text| text.contains("{{"));
    for _ in 0..DEPTH {
        if !vars.values().any(open) {
            break;
        }
        let filled: Vec<(String, Value)> = vars
            .iter()
            .filter(|(_, value)| open(value))
            .filter_map(|(name, value)| Some((name.clone(), Value::String(filled(name, value.as_str()?, &vars)?))))
            .collect();
        if filled.is_empty() {
            break;
        }
        vars.extend(filled);
    }
    vars
}

/// The text with every variable filled in that it names, itself aside; `None` where it names none.
fn filled(own: &str, text: &str, vars: &Vars) -> Option<String> {
    let mut result = String::new();
    let (mut rest, mut found) = (text, false);
    while let Some((before, inside)) = rest.split_once("{{") {
        result.push_str(before);
        let named = inside.split_once("}}").map(|(name, behind)| (name.trim(), behind));
        match named.and_then(|(name, behind)| Some((word(vars.get(name).filter(|_| name != own)?)?, behind))) {
            Some((word, behind)) => {
                result.push_str(&word);
                (rest, found) = (behind, true);
            }
            None => {
                result.push_str("{{");
                rest = inside;
            }
        }
    }
    result.push_str(rest);
    found.then_some(result)
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_within_variables() {
        let vars = |value: Value| serde_json::from_value::<Vars>(value).unwrap();
        for (given, expected) in [
            (json!({"a": "Hello {{name}}!", "name": "Ada"}), json!({"a": "Hello Ada!", "name": "Ada"})),
            (json!({"a": "{{ b }}", "b": "<{{c}}>", "c": 3}), json!({"a": "<3>", "b": "<3>", "c": 3})),
            (json!({"a": "{{a}} {{no}} {{", "b": "x"}), json!({"a": "{{a}} {{no}} {{", "b": "x"})),
            (json!({"a": "{{b}}", "b": [1, 2]}), json!({"a": "{{b}}", "b": [1, 2]})),
        ] {
            assert_eq!(fill_nested(vars(given)), vars(expected));
        }
        // two that name one another end
        fill_nested(vars(json!({"a": "x{{b}}", "b": "y{{a}}"})));
    }
}
