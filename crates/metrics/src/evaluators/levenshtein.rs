use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    overlap::{levenshtein, levenshtein_within},
    settings::{Setting, check_config, expected, switch},
};

/// `levenshtein`: the edit distance to the value is at most the threshold (default 5), in characters.
/// Semantics: promptfoo, `src/assertions/levenshtein.ts`. With `config: {graded: true}` the score is the share of the
/// longer text that stays, 1 - distance / length, instead of 1 or 0.
pub(crate) struct Levenshtein;

/// Longest text that is graded, in characters: the work grows with the product of both lengths.
const LONGEST: usize = 20_000;

impl Evaluator for Levenshtein {
    fn name(&self) -> &'static str {
        "levenshtein"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("graded", Setting::Switch)])?;
        if assertion.value.is_none() {
            return Err("`levenshtein` needs a `value` to compare with".to_owned());
        }
        match assertion.threshold {
            Some(t) if t < 0.0 => Err(format!("the threshold of `levenshtein` is {t}; write the most edits that pass")),
            _ => Ok(()),
        }
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = expected(case.assertion)?;
        // promptfoo takes a threshold of 0 for none
        let most = case.assertion.threshold.filter(|t| *t > 0.0).unwrap_or(5.0);
        let shown = quote(&wanted);
        if switch(case.assertion, "graded") {
            let longest = case.output.chars().count().max(wanted.chars().count());
            if longest > LONGEST {
                return Err(EvaluatorError::Failed(format!(
                    "a text of {longest} characters is too long to grade by edit distance; the most is {LONGEST}"
                )));
            }
            let distance = levenshtein(case.output, &wanted);
            let share = if longest == 0 { 1.0 } else { 1.0 - distance as f64 / longest as f64 };
            let reason = format!("the output is {distance} edits away from {shown}; it is {}", quote(case.output));
            return Ok(Step::Done(Verdict::new(share, distance as f64 <= most, reason)));
        }
        Ok(Step::Done(match levenshtein_within(case.output, &wanted, most as usize) {
            Some(distance) => Verdict::binary(true, format!("the output is {distance} edits away from {shown}")),
            None => Verdict::binary(
                false,
                format!("the output is more than {most} edits away from {shown}; it is {}", quote(case.output)),
            ),
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{from_json, judge};

    #[test]
    fn distance_against_threshold() {
        for (value, output, threshold, pass) in [
            ("kitten", "sitting", json!(null), true),
            ("kitten", "sitting", json!(2), false),
            ("kitten", "sitting", json!(3), true),
            ("kitten", "something else entirely", json!(null), false),
            ("", "", json!(null), true),
            ("äöü", "aou", json!(3), true),
        ] {
            let check = from_json(json!({"type": "levenshtein", "value": value, "threshold": threshold}));
            let verdict = judge(&check, output);
            assert_eq!((verdict.pass, verdict.score), (pass, f64::from(u8::from(pass))), "{value} {output}");
        }
    }

    #[test]
    fn graded_gives_the_share_that_stays() {
        let check = from_json(json!({"type": "levenshtein", "value": "abcd", "config": {"graded": true}}));
        assert!((judge(&check, "abxd").score - 0.75).abs() < 1e-12);
    }
}
