use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    settings::{check_config, check_maximum},
};

/// `latency`: the task call took at most `threshold` milliseconds. A cached answer keeps the latency of its call.
/// Semantics: promptfoo, `src/assertions/latency.ts`; a threshold is needed, since scores lie in [0, 1].
pub(crate) struct Latency;

impl Evaluator for Latency {
    fn name(&self) -> &'static str {
        "latency"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_maximum(assertion, "milliseconds")
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        check_maximum(case.assertion, "milliseconds").map_err(EvaluatorError::Failed)?;
        let most = case.assertion.threshold.unwrap_or_default();
        let took = case.latency_ms;
        Ok(Step::Done(Verdict::binary(
            f64::from(took) <= most,
            format!("the answer took {took} ms; the most is {most} ms"),
        )))
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
    fn at_most_the_threshold() {
        for (threshold, pass) in [(120, true), (119, false), (0, false)] {
            assert_eq!(
                judge(&from_json(json!({"type": "latency", "threshold": threshold})), "x").pass,
                pass,
                "{threshold}"
            );
        }
        let none = from_json(json!({"type": "latency"}));
        assert!(registry::by_name("latency").unwrap().check(&none).unwrap_err().contains("needs a `threshold`"));
    }
}
