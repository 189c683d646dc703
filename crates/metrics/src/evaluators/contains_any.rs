use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::{quote, quote_all},
    settings::{check_config, check_value, list},
};

/// `contains-any` and `icontains-any`: the output contains at least one of a list; a text is split at commas.
/// Semantics: promptfoo, `src/assertions/contains.ts`.
pub(crate) struct ContainsAny {
    name: &'static str,
    any_case: bool,
}

/// Case counts.
pub(crate) static CONTAINS_ANY: ContainsAny = ContainsAny { name: "contains-any", any_case: false };
/// Case does not count.
pub(crate) static ICONTAINS_ANY: ContainsAny = ContainsAny { name: "icontains-any", any_case: true };

impl Evaluator for ContainsAny {
    fn name(&self) -> &'static str {
        self.name
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = list(case.assertion)?;
        let found = if self.any_case {
            let output = case.output.to_lowercase();
            wanted.iter().find(|text| output.contains(&text.to_lowercase()))
        } else {
            wanted.iter().find(|text| case.output.contains(&***text))
        };
        let reason = match found {
            Some(text) => format!("the output contains {}", quote(text)),
            None => format!("the output contains none of {}; it is {}", quote_all(&wanted), quote(case.output)),
        };
        Ok(Step::Done(Verdict::binary(found.is_some(), reason)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assertion, from_json, judge};

    #[test]
    fn any_of_a_list_will_do() {
        for (kind, value, output, pass) in [
            ("contains-any", "Paris, Rome", "to Rome", true),
            ("contains-any", "paris,rome", "to Rome", false),
            ("icontains-any", "paris,rome", "to Rome", true),
            ("contains-any", "\"a, b\",c", "a", false),
        ] {
            assert_eq!(judge(&assertion(kind, value), output).pass, pass, "{kind} {value}");
        }
        let numbers = from_json(serde_json::json!({"type": "contains-any", "value": [1, "two"]}));
        assert!(judge(&numbers, "it is 1").pass);
        assert_eq!(judge(&numbers, "three").reason, "the output contains none of \"1\", \"two\"; it is \"three\"");
    }
}
