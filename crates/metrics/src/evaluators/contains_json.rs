use std::ops::Range;

use clade_domain::{Assertion, ModelAnswer, Step};
use serde_json::Value;

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    evaluators::is_json::{misfit, schema},
    extract::json_values,
    feedback::quote,
    settings::check_config,
};

/// `contains-json`: somewhere in the output stands a JSON object, or a list that has one in it or is the whole answer; where the value is a JSON
/// schema, an object or list that fits it.
/// Semantics: promptfoo, `src/assertions/json.ts`, which takes a single list as well; `[1]` among prose is none here.
pub(crate) struct ContainsJson;

impl Evaluator for ContainsJson {
    fn name(&self) -> &'static str {
        "contains-json"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        schema(assertion).map(|_| ())
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let schema = schema(case.assertion).map_err(EvaluatorError::Failed)?;
        let mut misfits = None;
        let mut lists = false;
        for (place, found) in json_values(case.output) {
            let problem = match &schema {
                None if holds_an_object(&found) || is_the_answer(case.output, &place) => None,
                None => {
                    lists = true;
                    continue;
                }
                Some(schema) => misfit(schema, &found),
            };
            match problem {
                None => return Ok(Step::Done(Verdict::binary(true, "the output contains JSON of the wanted form"))),
                Some(problem) => misfits = Some(problem),
            }
        }
        let reason = match misfits {
            Some(problem) => format!("the output contains JSON that does not fit the schema: {problem}"),
            None if lists => {
                format!(
                    "the output contains no JSON object, only lists of other things within its text; it is {}",
                    quote(case.output)
                )
            }
            None => format!("the output contains no JSON object or list; it is {}", quote(case.output)),
        };
        Ok(Step::Done(Verdict::binary(false, reason)))
    }
}

fn holds_an_object(found: &Value) -> bool {
    match found {
        Value::Object(_) => true,
        Value::Array(items) => items.iter().any(holds_an_object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Whether what stands at a place is all that was answered, but for a code fence round it.
fn is_the_answer(output: &str, place: &Range<usize>) -> bool {
    let (before, after) = (output[..place.start].trim(), output[place.end..].trim());
    matches!((before, after), ("", "") | ("```" | "```json", "```"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{from_json, judge};

    #[test]
    fn finds_json_among_prose() {
        let schema = json!({"type": "object", "required": ["a"]});
        let list = json!({"type": "array"});
        for (value, output, pass) in [
            (json!(null), "Here: ```json\n{\"a\": 1}\n``` done", true),
            (json!(null), "see [1] and {this}", false),
            (json!(null), "[1, 2]", true),
            (json!(null), "```json\n[1, 2]\n```", true),
            (json!(null), "they are [{\"a\": 1}, 2]", true),
            (json!(null), "no", false),
            (schema.clone(), "{\"b\": 1} or {\"a\": 1}", true),
            (schema.clone(), "{\"b\": 1}", false),
            (list, "it is [1, 2]", true),
            (json!(null), "{\"text\": \"a { brace\"}", true),
        ] {
            let check = from_json(json!({"type": "contains-json", "value": value}));
            assert_eq!(judge(&check, output).pass, pass, "{value} {output}");
        }
    }
}
