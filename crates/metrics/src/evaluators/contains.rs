use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    settings::{check_config, check_value, expected},
};

/// `contains` and `icontains`: the output contains the value. Semantics: promptfoo, `src/assertions/contains.ts`.
pub(crate) struct Contains {
    name: &'static str,
    any_case: bool,
}

/// Case counts.
pub(crate) static CONTAINS: Contains = Contains { name: "contains", any_case: false };
/// Case does not count.
pub(crate) static ICONTAINS: Contains = Contains { name: "icontains", any_case: true };

impl Evaluator for Contains {
    fn name(&self) -> &'static str {
        self.name
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = expected(case.assertion)?;
        let found = if self.any_case {
            case.output.to_lowercase().contains(&wanted.to_lowercase())
        } else {
            case.output.contains(&*wanted)
        };
        Ok(Step::Done(Verdict::binary(found, reason(found, &wanted, case.output))))
    }
}

fn reason(found: bool, wanted: &str, output: &str) -> String {
    let wanted = quote(wanted);
    if found {
        format!("the output contains {wanted}")
    } else {
        format!("the output does not contain {wanted}; it is {}", quote(output))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assertion, judge};

    #[test]
    fn contains_and_icontains() {
        for (kind, value, output, pass) in [
            ("contains", "Paris", "It is Paris.", true),
            ("contains", "paris", "It is Paris.", false),
            ("icontains", "PARIS", "It is Paris.", true),
            ("icontains", "ÉTÉ", "un été", true),
            ("contains", "Rome", "", false),
        ] {
            let verdict = judge(&assertion(kind, value), output);
            assert_eq!((verdict.pass, verdict.score), (pass, f64::from(u8::from(pass))), "{kind} {value} {output}");
        }
        assert_eq!(
            judge(&assertion("contains", "Rome"), "Paris").reason,
            "the output does not contain \"Rome\"; it is \"Paris\""
        );
    }
}
