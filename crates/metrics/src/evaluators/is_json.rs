use std::sync::Arc;

use clade_domain::{Assertion, ModelAnswer, Step};
use serde_json::Value;

use crate::{
    cache::BoundedCache,
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    settings::check_config,
};

/// `is-json`: the whole output is JSON and, where the value is a JSON schema, fits it.
/// Semantics: promptfoo, `src/assertions/json.ts`; a schema is an object, `true`, `false` or JSON text.
pub(crate) struct IsJson;

/// A compiled schema; shared with `contains-json`.
pub(crate) type Schema = jsonschema::Validator;

static SCHEMAS: BoundedCache<Value, Schema> = BoundedCache::new(128);

/// The assertion's schema, compiled and kept for the next time; `None` where it has none.
pub(crate) fn schema(assertion: &Assertion) -> Result<Option<Arc<Schema>>, String> {
    match &assertion.value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(value) => SCHEMAS.get(value, || compile(&assertion.kind, value)).map(Some),
    }
}

fn compile(kind: &str, value: &Value) -> Result<Schema, String> {
    let parsed;
    let schema = match value {
        Value::String(text) => {
            parsed = serde_json::from_str(text)
                .map_err(|_| format!("the value of `{kind}` is a text but no JSON; write the schema as a mapping"))?;
            &parsed
        }
        other => other,
    };
    if !schema.is_object() && !schema.is_boolean() {
        return Err(format!("the value of `{kind}` is no JSON schema: write a mapping, or leave it out"));
    }
    // as promptfoo does: what a schema says of a format is meant
    let options = jsonschema::options().should_validate_formats(true);
    options.build(schema).map_err(|error| format!("the schema of `{kind}` does not hold together: {error}"))
}

/// What does not fit the schema, the first three points; `None` where all fits.
pub(crate) fn misfit(schema: &Schema, found: &Value) -> Option<String> {
    let mut points = schema.iter_errors(found).take(3).map(|error| {
        let place = error.instance_path().to_string();
        if place.is_empty() { error.to_string() } else { format!("at {place}: {error}") }
    });
    let first = points.next()?;
    Some(points.fold(first, |all, point| format!("{all}; {point}")))
}

impl Evaluator for IsJson {
    fn name(&self) -> &'static str {
        "is-json"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        schema(assertion).map(|_| ())
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let schema = schema(case.assertion).map_err(EvaluatorError::Failed)?;
        let found: Value = match serde_json::from_str(case.output) {
            Ok(found) => found,
            Err(error) => {
                let hint = if case.output.trim_start().starts_with("```") {
                    "; it is wrapped in a code fence, and only the bare JSON is wanted"
                } else {
                    ""
                };
                let reason = format!("the output is not JSON ({error}){hint}; it is {}", quote(case.output));
                return Ok(Step::Done(Verdict::binary(false, reason)));
            }
        };
        Ok(Step::Done(match schema.and_then(|schema| misfit(&schema, &found)) {
            None => Verdict::binary(true, "the output is JSON of the wanted form"),
            Some(misfit) => {
                Verdict::binary(false, format!("the output is JSON that does not fit the schema: {misfit}"))
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{
        registry,
        testing::{from_json, judge},
    };

    #[test]
    fn json_with_and_without_schema() {
        let object = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}});
        for (value, output, pass) in [
            (json!(null), "{\"a\": 1}", true),
            (json!(null), " [1] ", true),
            (json!(null), "```json\n{}\n```", false),
            (json!(null), "", false),
            (object.clone(), "{\"a\": 1}", true),
            (object.clone(), "{\"a\": \"x\"}", false),
            (json!(object.to_string()), "{}", false),
            (json!(false), "{}", false),
            (json!({"properties": {"a": {"format": "date"}}}), "{\"a\": \"2026-02-28\"}", true),
            (json!({"properties": {"a": {"format": "date"}}}), "{\"a\": \"x\"}", false),
            (json!({"properties": {"a": {"format": "email"}}}), "{\"a\": \"x\"}", false),
        ] {
            let check = from_json(json!({"type": "is-json", "value": value}));
            assert_eq!(judge(&check, output).pass, pass, "{value} {output}");
        }
    }

    #[test]
    fn says_where_it_does_not_fit() {
        let check = from_json(json!({"type": "is-json", "value": {"properties": {"a": {"type": "integer"}}}}));
        assert_eq!(
            judge(&check, "{\"a\": \"x\"}").reason,
            "the output is JSON that does not fit the schema: at /a: \"x\" is not of type \"integer\""
        );
    }

    #[test]
    fn bad_schemas_are_refused() {
        let evaluator = registry::by_name("is-json").unwrap();
        for value in [json!({"type": "no such type"}), json!(3), json!("not json")] {
            assert!(evaluator.check(&from_json(json!({"type": "is-json", "value": value}))).is_err(), "{value}");
        }
    }
}
