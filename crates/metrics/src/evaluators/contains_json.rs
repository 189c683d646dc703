use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    evaluators::is_json::{misfit, schema},
    extract::json_values,
    feedback::quote,
    settings::check_config,
};

/// `contains-json`: somewhere in the output stands a JSON object and, where the value is a JSON schema, one that fits it.
/// Semantics: promptfoo, `src/assertions/json.ts`; with a schema, lists count as well as objects.
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
        for (_, found) in json_values(case.output) {
            let problem = match &schema {
                None if found.is_object() => None,
                None => continue,
                Some(schema) => misfit(schema, &found),
            };
            match problem {
                None => return Ok(Step::Done(Verdict::binary(true, "the output contains JSON of the wanted form"))),
                Some(problem) => misfits = Some(problem),
            }
        }
        let reason = match misfits {
            Some(problem) => format!("the output contains JSON that does not fit the schema: {problem}"),
            None => format!("the output contains no JSON object; it is {}", quote(case.output)),
        };
        Ok(Step::Done(Verdict::binary(false, reason)))
    }
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
