use clade_domain::Vars;
use serde_json::Value;

/// How deep variables may stand within variables, as in promptfoo.
const DEPTH: usize = 5;

/// How long a filled value may be, in bytes.
const LONGEST: usize = 4_000_000;

/// Fills variables that stand in the values of others (`Hello {{name}}`), as promptfoo does before it fills a prompt. What names none of
/// them stays as it is. The error is the variable whose value grows too long.
pub(super) fn fill_nested(mut vars: Vars) -> Result<Vars, String> {
    let open = |value: &Value| value.as_str().is_some_and(|text| text.contains("{{"));
    for _ in 0..DEPTH {
        if !vars.values().any(open) {
            break;
        }
        let mut grown = Vec::new();
        for (name, value) in vars.iter().filter(|(_, value)| open(value)) {
            let text = value.as_str().unwrap_or_default();
            if let Some(text) = filled(name, text, &vars).map_err(|TooLong| name.clone())? {
                grown.push((name.clone(), Value::String(text)));
            }
        }
        if grown.is_empty() {
            break;
        }
        vars.extend(grown);
    }
    Ok(vars)
}

struct TooLong;

/// The text with every variable filled in that it names, itself aside; `None` where it names none.
fn filled(own: &str, text: &str, vars: &Vars) -> Result<Option<String>, TooLong> {
    let mut result = String::new();
    let (mut rest, mut found) = (text, false);
    while let Some((before, inside)) = rest.split_once("{{") {
        result.push_str(before);
        let named = inside.split_once("}}").map(|(name, behind)| (name.trim(), behind));
        match named.and_then(|(name, behind)| Some((word(vars.get(name).filter(|_| name != own)?)?, behind))) {
            Some((word, behind)) => {
                if result.len() + word.len() > LONGEST {
                    return Err(TooLong);
                }
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
    Ok(found.then_some(result))
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
            assert_eq!(fill_nested(vars(given)), Ok(vars(expected)));
        }
        // two that name one another end
        fill_nested(vars(json!({"a": "x{{b}}", "b": "y{{a}}"}))).unwrap();
    }

    #[test]
    fn what_grows_without_end_is_named() {
        let thousand = |name: &str| json!(format!("{{{{{name}}}}}").repeat(1000));
        let vars = json!({"a": thousand("b"), "b": thousand("c"), "c": thousand("d"), "d": "x"});
        assert_eq!(fill_nested(serde_json::from_value(vars).unwrap()), Err("a".to_owned()));
    }
}
