//! Filling templates in assertions. Most values hold none, and most others only plain `{{variable}}`: neither costs an engine.

use std::borrow::Cow;

use clade_domain::{Assertion, Vars};
use serde_json::Value;

use crate::{evaluator::EvaluatorError, settings::text_of};

/// Whether a text holds a template.
pub(crate) fn has_template(text: &str) -> bool {
    text.contains('{') && (text.contains("{{") || text.contains("{%"))
}

/// The text with its variables filled in.
pub(crate) fn text<'t>(text: &'t str, vars: &Vars) -> Result<Cow<'t, str>, EvaluatorError> {
    if !has_template(text) {
        return Ok(Cow::Borrowed(text));
    }
    if let Some(plain) = plain(text, vars) {
        return Ok(Cow::Owned(plain));
    }
    engine(text, minijinja::Value::from_serialize(vars)).map(Cow::Owned)
}

/// Fills with the template engine; an undefined variable is an error.
pub(crate) fn engine(text: &str, context: minijinja::Value) -> Result<String, EvaluatorError> {
    let mut environment = minijinja::Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(1_000_000));
    environment.render_str(text, context).map_err(|error| {
        EvaluatorError::Failed(format!("the template of a check could not be filled ({error}); check its variables"))
    })
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

fn value_has_template(value: &Value) -> bool {
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

/// Fills a text whose templates are all plain `{{name}}` of texts, numbers or lists; `None` where the engine is needed.
fn plain(text: &str, vars: &Vars) -> Option<String> {
    if text.contains("{%") || text.contains("{#") {
        return None;
    }
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        filled.push_str(&rest[..at]);
        let inside = &rest[at + 2..];
        let end = inside.find("}}")?;
        let value = vars.get(inside[..end].trim())?;
        if value.is_null() {
            return None;
        }
        filled.push_str(&text_of(value));
        rest = &inside[end + 2..];
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars() -> Vars {
        serde_json::from_str(r#"{"a": "x", "n": 42, "f": 1.5, "l": ["p", "q"], "o": {"k": "v"}, "b": true}"#).unwrap()
    }

    #[test]
    fn fills_plain_variables_as_the_engine_does() {
        for template in ["{{a}}", "{{ a }} and {{n}}", "is {{f}}.", "none", "{{b}}", "{ {{a}} }", "{{a}}{{a}}"] {
            let engine = engine(template, minijinja::Value::from_serialize(vars())).unwrap();
            assert_eq!(text(template, &vars()).unwrap(), engine, "{template}");
        }
        assert_eq!(text("{{ a | upper }}{% if n > 1 %}!{% endif %}{{o.k}}", &vars()).unwrap(), "X!v");
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
