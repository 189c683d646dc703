//! Filling templates in assertions. Most values hold none and are used as they are.

use std::borrow::Cow;

use clade_domain::{Assertion, Vars};
use serde_json::Value;

use crate::evaluator::EvaluatorError;

/// Whether a text holds a template.
pub(crate) fn has_template(text: &str) -> bool {
    text.contains('{') && (text.contains("{{") || text.contains("{%"))
}

/// The text with its variables filled in; an undefined variable is an error.
pub(crate) fn text<'t>(text: &'t str, vars: &Vars) -> Result<Cow<'t, str>, EvaluatorError> {
    if !has_template(text) {
        return Ok(Cow::Borrowed(text));
    }
    clade_text::template::fill(text, vars)
        .map(Cow::Owned)
        .map_err(|error| EvaluatorError::Failed(format!("its template could not be filled: {error}")))
}

/// The assertion with every template in its value, settings and metric filled; itself where there is none.
pub(crate) fn assertion<'a>(original: &'a Assertion, vars: &Vars) -> Result<Cow<'a, Assertion>, EvaluatorError> {
    let templated = original.value.as_ref().is_some_and(value_has_template)
        || original.config.values().any(value_has_template)
        || original.metric.as_deref().is_some_and(has_template);
    if !templated {
        return Ok(Cow::Borrowed(original));
    }
    let mut filled = original.clone();
    if let Some(found) = &mut filled.value {
        fill_value(found, vars)?;
    }
    for found in filled.config.values_mut() {
        fill_value(found, vars)?;
    }
    if let Some(found) = &mut filled.metric {
        *found = text(found, vars)?.into_owned();
    }
    Ok(Cow::Owned(filled))
}

/// Whether a value holds a template anywhere.
pub(crate) fn value_has_template(value: &Value) -> bool {
    match value {
        Value::String(text) => has_template(text),
        Value::Array(items) => items.iter().any(value_has_template),
        Value::Object(fields) => fields.values().any(value_has_template),
        _ => false,
    }
}

fn fill_value(value: &mut Value, vars: &Vars) -> Result<(), EvaluatorError> {
    match value {
        Value::String(found) => {
            if has_template(found) {
                // a lone `{{variable}}` that holds a list or an object stays one
                *value = match lone(found, vars) {
                    Some(whole @ (Value::Array(_) | Value::Object(_))) => whole.clone(),
                    _ => Value::String(text(found, vars)?.into_owned()),
                };
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| fill_value(item, vars)),
        Value::Object(fields) => fields.values_mut().try_for_each(|field| fill_value(field, vars)),
        _ => Ok(()),
    }
}

fn lone<'v>(text: &str, vars: &'v Vars) -> Option<&'v Value> {
    vars.get(text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars() -> Vars {
        serde_json::from_str(r#"{"a": "x", "n": 42, "f": 1.5, "l": ["p", "q"], "o": {"k": "v"}, "b": true}"#).unwrap()
    }

    #[test]
    fn fills_variables_and_expressions() {
        for (template, filled) in [
            ("{{a}}", "x"),
            ("{{ a }} and {{n}}", "x and 42"),
            ("is {{f}}.", "is 1.5."),
            ("none", "none"),
            ("{{b}}", "true"),
            ("{ {{a}} }", "{ x }"),
            ("{{ a | upper }}{% if n > 1 %}!{% endif %}{{o.k}}", "X!v"),
        ] {
            assert_eq!(text(template, &vars()).unwrap(), filled, "{template}");
        }
    }

    #[test]
    fn a_missing_variable_is_an_error() {
        assert!(text("{{missing}}", &vars()).is_err());
    }

    #[test]
    fn a_lone_list_stays_a_list() {
        let mut check = crate::testing::assertion("contains-any", "{{l}}");
        assert_eq!(assertion(&check, &vars()).unwrap().value, Some(serde_json::json!(["p", "q"])));
        check.value = Some(serde_json::json!({"deep": ["{{a}}", 3]}));
        assert_eq!(assertion(&check, &vars()).unwrap().value, Some(serde_json::json!({"deep": ["x", 3]})));
        check.value = Some(serde_json::json!("plain {text}"));
        assert!(matches!(assertion(&check, &vars()).unwrap(), Cow::Borrowed(_)));
    }
}
