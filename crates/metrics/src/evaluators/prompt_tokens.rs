use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    settings::{check_config, check_maximum},
};

/// `prompt-tokens`: the prompt's templates and demonstrations take at most `threshold` estimated tokens. Past that the
/// score falls as threshold / tokens. Ours; promptfoo has none.
pub(crate) struct PromptTokens;

impl Evaluator for PromptTokens {
    fn name(&self) -> &'static str {
        "prompt-tokens"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_maximum(assertion, "tokens")
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        check_maximum(case.assertion, "tokens").map_err(EvaluatorError::Failed)?;
        let most = case.assertion.threshold.unwrap_or_default();
        let tokens = f64::from(case.prompt_tokens);
        let score = if tokens <= most { 1.0 } else { most / tokens };
        let reason = format!("the prompt takes about {tokens} tokens; the most is {most}");
        Ok(Step::Done(Verdict::new(score, tokens <= most, reason)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{from_json, judge};

    #[test]
    fn falls_past_the_threshold() {
        for (threshold, score, pass) in [(50, 1.0, true), (100, 1.0, true), (25, 0.5, false), (0, 0.0, false)] {
            let verdict = judge(&from_json(json!({"type": "prompt-tokens", "threshold": threshold})), "x");
            assert_eq!((verdict.score, verdict.pass), (score, pass), "{threshold}");
        }
    }
}
