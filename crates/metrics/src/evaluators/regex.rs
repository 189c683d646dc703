use std::sync::Arc;

use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    cache::BoundedCache,
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    fill,
    settings::{check_config, check_value, expected},
};

/// `regex`: the pattern matches somewhere in the output. Semantics: promptfoo, `src/assertions/regex.ts`; the syntax is
/// that of the crates `regex` and, for patterns that look around or back, `fancy-regex`.
pub(crate) struct Regex;

/// A compiled pattern: linear time where the syntax allows it, backtracking with a limit where it does not.
pub(crate) enum Pattern {
    Linear(regex::Regex),
    Backtracking(fancy_regex::Regex),
}

static PATTERNS: BoundedCache<String, Pattern> = BoundedCache::new(512);

impl Pattern {
    fn compile(pattern: &str) -> Result<Self, String> {
        match regex::RegexBuilder::new(pattern).size_limit(1 << 22).build() {
            Ok(compiled) => Ok(Self::Linear(compiled)),
            Err(linear) => fancy_regex::RegexBuilder::new(pattern)
                .backtrack_limit(200_000)
                .build()
                .map(Self::Backtracking)
                .map_err(|_| {
                    format!("the pattern {} is no regular expression: {}", quote(pattern), last_line(&linear))
                }),
        }
    }

    fn is_match(&self, text: &str) -> Result<bool, String> {
        match self {
            Self::Linear(compiled) => Ok(compiled.is_match(text)),
            Self::Backtracking(compiled) => compiled.is_match(text).map_err(|error| error.to_string()),
        }
    }
}

/// The compiled pattern, kept for the next time.
pub(crate) fn compiled(pattern: &str) -> Result<Arc<Pattern>, String> {
    PATTERNS.get(pattern, || Pattern::compile(pattern))
}

fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
}

impl Evaluator for Regex {
    fn name(&self) -> &'static str {
        "regex"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_value(assertion)?;
        match assertion.value.as_ref().and_then(|value| value.as_str()) {
            None => Err("`regex` needs a text as its `value`".to_owned()),
            Some(pattern) if fill::has_template(pattern) => Ok(()),
            Some(pattern) => compiled(pattern).map(|_| ()),
        }
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let pattern = expected(case.assertion)?;
        let found =
            compiled(&pattern).and_then(|compiled| compiled.is_match(case.output)).map_err(EvaluatorError::Failed)?;
        let reason = if found {
            format!("the output matches the pattern {}", quote(&pattern))
        } else {
            format!("the output does not match the pattern {}; it is {}", quote(&pattern), quote(case.output))
        };
        Ok(Step::Done(Verdict::binary(found, reason)))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        registry,
        testing::{assertion, judge},
    };

    #[test]
    fn matches_anywhere() {
        for (pattern, output, pass) in [
            (r"\d{3}", "call 911 now", true),
            (r"^\d{3}$", "call 911 now", false),
            (r"(?i)yes", "YES", true),
            (r"^(?!.*sorry).*$", "I am sorry", false),
            (r"^(?!.*sorry).*$", "gladly", true),
            (r"(\w)\1", "hello", true),
        ] {
            assert_eq!(judge(&assertion("regex", pattern), output).pass, pass, "{pattern} {output}");
        }
    }

    #[test]
    fn a_bad_pattern_is_refused_before_anything_is_spent() {
        let regex = registry::by_name("regex").unwrap();
        let error = regex.check(&assertion("regex", "a(b")).unwrap_err();
        assert_eq!(error, "the pattern \"a(b\" is no regular expression: unclosed group");
        assert!(regex.check(&assertion("regex", "{{pattern}}")).is_ok());
    }

    #[test]
    fn a_runaway_pattern_ends_in_an_error() {
        let check = assertion("regex", r"^(a|a)*(?=b)\1$");
        let output = "a".repeat(5000);
        assert!(crate::testing::step(&check, &output, &[]).is_err());
    }
}
