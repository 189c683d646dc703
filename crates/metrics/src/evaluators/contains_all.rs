use std::borrow::Cow;

use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote_all,
    settings::{check_config, check_value, list},
};

/// `contains-all` and `icontains-all`: the output contains every text of a list; a text is split at commas.
/// Semantics: promptfoo, `src/assertions/contains.ts`.
pub(crate) struct ContainsAll {
    name: &'static str,
    any_case: bool,
}

/// Case counts.
pub(crate) static CONTAINS_ALL: ContainsAll = ContainsAll { name: "contains-all", any_case: false };
/// Case does not count.
pub(crate) static ICONTAINS_ALL: ContainsAll = ContainsAll { name: "icontains-all", any_case: true };

impl Evaluator for ContainsAll {
    fn name(&self) -> &'static str {
        self.name
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = list(case.assertion)?;
        let output = if self.any_case { Cow::Owned(case.output.to_lowercase()) } else { Cow::Borrowed(case.output) };
        let lacks = |text: &&Cow<'_, str>| {
            if self.any_case { !output.contains(&text.to_lowercase()) } else { !output.contains(&***text) }
        };
        let missing: Vec<&Cow<'_, str>> = wanted.iter().filter(lacks).collect();
        let reason = if missing.is_empty() {
            format!("the output contains all of {}", quote_all(&wanted))
        } else {
            format!("the output lacks {} of {}", quote_all(&missing), quote_all(&wanted))
        };
        Ok(Step::Done(Verdict::binary(missing.is_empty(), reason)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assertion, judge};

    #[test]
    fn every_text_must_be_there() {
        for (kind, value, output, pass) in [
            ("contains-all", "Paris, Rome", "Rome and Paris", true),
            ("contains-all", "Paris, Rome", "Rome", false),
            ("icontains-all", "PARIS, rome", "Rome and Paris", true),
        ] {
            assert_eq!(judge(&assertion(kind, value), output).pass, pass, "{kind} {value}");
        }
        assert_eq!(judge(&assertion("contains-all", "a,b"), "b").reason, "the output lacks \"a\" of \"a\", \"b\"");
    }
}
