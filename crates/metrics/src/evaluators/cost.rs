use clade_domain::{Assertion, ModelAnswer, Step, Usd};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    settings::{check_config, check_maximum},
};

/// `cost`: the task call cost at most `threshold` US dollars. Semantics: promptfoo, `src/assertions/cost.ts`; an unknown
/// price is an error, not a cost of 0.
pub(crate) struct Cost;

impl Evaluator for Cost {
    fn name(&self) -> &'static str {
        "cost"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_maximum(assertion, "US dollars")
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        check_maximum(case.assertion, "US dollars").map_err(EvaluatorError::Failed)?;
        let most = case.assertion.threshold.unwrap_or_default();
        let cost = case.cost.ok_or_else(|| {
            EvaluatorError::Failed("the price of the task model is unknown; set one in the run file".to_owned())
        })?;
        Ok(Step::Done(Verdict::binary(cost.0 <= most, format!("the answer cost {cost}; the most is {}", Usd(most)))))
    }
}

#[cfg(test)]
mod tests {
    use clade_domain::{Step, Usd, Vars};
    use serde_json::json;

    use super::*;
    use crate::testing::from_json;

    #[test]
    fn at_most_the_threshold_and_never_a_guess() {
        let check = from_json(json!({"type": "cost", "threshold": 0.01}));
        let vars = Vars::new();
        for (cost, pass) in [(Some(Usd(0.01)), Some(true)), (Some(Usd(0.02)), Some(false)), (None, None)] {
            let case = Case {
                assertion: &check,
                output: "x",
                prompt: "p",
                vars: &vars,
                latency_ms: 1,
                cost,
                prompt_tokens: 1,
            };
            let passed = match Cost.step(&case, &[]) {
                Ok(Step::Done(verdict)) => Some(verdict.pass),
                _ => None,
            };
            assert_eq!(passed, pass, "{cost:?}");
        }
    }
}
