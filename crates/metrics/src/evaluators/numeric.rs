use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    extract::{Number, last_number},
    feedback::quote,
    fill,
    settings::{Setting, check_config, check_value, expected, number, text_of},
};

/// `numeric`: the number the output gives as its answer is the value's, within `config.tolerance` (absolute) or
/// `config.relative` (share of the value); the looser of the two counts, and both are 0 unless given. The value may be a
/// worked solution that ends in its answer, as GSM8K's do. Ours; promptfoo has none.
pub(crate) struct Numeric;

impl Evaluator for Numeric {
    fn name(&self) -> &'static str {
        "numeric"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        let known = [("tolerance", Setting::Number(0.0, f64::INFINITY)), ("relative", Setting::Number(0.0, 1.0))];
        check_config(assertion, &known)?;
        check_value(assertion)?;
        match assertion.value.as_ref().map(text_of) {
            Some(text) if !fill::has_template(&text) && last_number(&text).is_none() => {
                let fix = if text.contains(',') { "; decimals follow a point, as in 12.5" } else { "" };
                Err(format!("the value of `numeric` is {}, which holds no number{fix}", quote(&text)))
            }
            _ => Ok(()),
        }
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let text = expected(case.assertion)?;
        let wanted = last_number(&text)
            .ok_or_else(|| EvaluatorError::Failed(format!("the expected value {} holds no number", quote(&text))))?;
        let absolute = number(case.assertion, "tolerance").unwrap_or(0.0);
        let relative = number(case.assertion, "relative").unwrap_or(0.0);
        Ok(Step::Done(verdict(case.output, wanted, absolute, relative)))
    }
}

/// The verdict on an output against a number; shared with `accuracy`.
pub(super) fn verdict(output: &str, wanted: Number, absolute: f64, relative: f64) -> Verdict {
    match last_number(output) {
        Some(found) if found.agrees(wanted, absolute, relative) => {
            Verdict::binary(true, format!("the answer is {found}, as expected"))
        }
        Some(found) => Verdict::binary(
            false,
            format!("the number read as the answer is {found}; expected {wanted}; the output is {}", quote(output)),
        ),
        None => Verdict::binary(
            false,
            format!("the output states no number as its answer; expected {wanted}; the output is {}", quote(output)),
        ),
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
    fn the_last_number_within_tolerance() {
        for (value, config, output, pass) in [
            (json!(42), json!({}), "6 x 7 = 42.", true),
            (json!("42"), json!({}), "6 x 7 = 43.", false),
            (json!("9 eggs * $2 = $18\n#### 18"), json!({}), "She makes $18.00 every day.", true),
            (json!(2.67), json!({"tolerance": 0.01}), "about 2.6667", true),
            (json!(2.67), json!({}), "about 2.6667", false),
            (json!(1000), json!({"relative": 0.05}), "1,040", true),
            (json!(1000), json!({"relative": 0.05}), "1,060", false),
            (json!(7), json!({}), "no idea", false),
            (json!(-2), json!({}), "Answer: 10 - 12 = -2", true),
            (json!("1.6e-19"), json!({}), "The answer is 9.1e-31", false),
            (json!("1524155677489"), json!({"tolerance": 0, "relative": 0}), "The answer is 1524155676489", false),
            (json!(1), json!({}), "The answer is one thousand", false),
            (json!(5), json!({}), "<think>Perhaps the answer is 5, but", false),
        ] {
            let check = from_json(json!({"type": "numeric", "value": value, "config": config}));
            assert_eq!(judge(&check, output).pass, pass, "{value} {output}");
        }
    }

    #[test]
    fn a_value_without_a_number_is_refused() {
        let check = from_json(json!({"type": "numeric", "value": "many"}));
        let error = registry::by_name("numeric").unwrap().check(&check).unwrap_err();
        assert_eq!(error, "the value of `numeric` is \"many\", which holds no number");
        for value in ["12,5", "1.234,50"] {
            let check = from_json(json!({"type": "numeric", "value": value}));
            let error = registry::by_name("numeric").unwrap().check(&check).unwrap_err();
            assert!(error.ends_with("holds no number; decimals follow a point, as in 12.5"), "{error}");
        }
    }
}
