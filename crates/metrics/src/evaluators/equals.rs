use clade_domain::{Assertion, ModelAnswer, Step};
use serde_json::Value;

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    script::canonical,
    settings::{check_config, expected},
};

/// `equals`: the output is the value, character for character, `é` being one however it was typed, where promptfoo tells the two apart. Where the value is a list or an object the output is
/// read as JSON and compared as data: order of keys, spaces and `1` against `1.0` do not count.
/// Semantics: promptfoo, `src/assertions/equals.ts`.
pub(crate) struct Equals;

impl Evaluator for Equals {
    fn name(&self) -> &'static str {
        "equals"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        match assertion.value {
            None => Err("`equals` needs a `value` to compare with".to_owned()),
            Some(_) => Ok(()),
        }
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let text = expected(case.assertion)?;
        let (same, detail) = match &case.assertion.value {
            Some(data @ (Value::Array(_) | Value::Object(_))) => match serde_json::from_str::<Value>(case.output) {
                Ok(found) => (same_data(data, &found), ""),
                Err(_) => (false, ", which is no JSON"),
            },
            _ if canonical(&text) == canonical(case.output) => (true, ""),
            _ if text.trim() == case.output.trim() => (false, ", which differs in the spaces around it"),
            _ if text.to_lowercase() == case.output.to_lowercase() => {
                (false, ", which differs in upper and lower case")
            }
            _ => (false, ""),
        };
        let reason = if same {
            format!("the output equals {}", quote(&text))
        } else {
            format!(
                "the output should be exactly {} and nothing else; it is {}{detail}",
                quote(&text),
                quote(case.output)
            )
        };
        Ok(Step::Done(Verdict::binary(same, reason)))
    }
}

/// Whether two JSON values hold the same data; numbers count by value.
pub(crate) fn same_data(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same_data(x, y)),
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(key, x)| y.get(key).is_some_and(|y| same_data(x, y)))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{from_json, judge};

    #[test]
    fn text_or_data() {
        for (value, output, pass) in [
            (json!("yes"), "yes", true),
            (json!("yes"), "yes ", false),
            (json!("yes"), "Yes", false),
            (json!("caf\u{e9}"), "cafe\u{301}", true),
            (json!("cafe"), "cafe\u{301}", false),
            (json!(""), "", true),
            (json!(42), "42", true),
            (json!(true), "true", true),
            (json!({"a": 1, "b": [2, null]}), "{ \"b\": [2.0, null], \"a\": 1 }", true),
            (json!({"a": 1}), "{\"a\": 1, \"b\": 2}", false),
            (json!([1, 2]), "[2, 1]", false),
            (json!([1, 2]), "not json", false),
        ] {
            let check = from_json(json!({"type": "equals", "value": value}));
            assert_eq!(judge(&check, output).pass, pass, "{value} {output}");
        }
    }

    #[test]
    fn says_how_it_differs() {
        let check = from_json(json!({"type": "equals", "value": "yes"}));
        assert_eq!(
            judge(&check, "Yes").reason,
            "the output should be exactly \"yes\" and nothing else; it is \"Yes\", which differs in upper and lower case"
        );
    }
}
