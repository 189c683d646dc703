use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    script::canonical,
    settings::{check_config, check_value, expected},
};

/// `starts-with`: the output begins with the value; case counts. Semantics: promptfoo, `src/assertions/startsWith.ts`.
pub(crate) struct StartsWith;

impl Evaluator for StartsWith {
    fn name(&self) -> &'static str {
        "starts-with"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = expected(case.assertion)?;
        let found = canonical(case.output).starts_with(&*canonical(&wanted));
        let reason = if found {
            format!("the output starts with {}", quote(&wanted))
        } else {
            format!("the output does not start with {}; it is {}", quote(&wanted), quote(case.output))
        };
        Ok(Step::Done(Verdict::binary(found, reason)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assertion, judge};

    #[test]
    fn only_the_beginning_counts() {
        for (value, output, pass) in [
            ("Yes", "Yes, it is", true),
            ("yes", "Yes", false),
            ("Yes", " Yes", false),
            ("\u{e9}t\u{e9}", "e\u{301}te\u{301} 2026", true),
        ] {
            assert_eq!(judge(&assertion("starts-with", value), output).pass, pass, "{value} {output}");
        }
    }
}
