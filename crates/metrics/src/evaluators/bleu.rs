use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    overlap::{Smoothing, bleu},
    settings::{Setting, check_config, check_share, check_value, references, word},
};

/// `bleu`: shared n-grams of 1 to 4 words with the value, or the best of several, against a threshold (default 0.5).
/// Name, tokens and smoothing: promptfoo, `src/assertions/bleu.ts`; the brevity penalty is the paper's, see [`bleu`].
pub(crate) struct Bleu;

impl Evaluator for Bleu {
    fn name(&self) -> &'static str {
        "bleu"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("smoothing", Setting::Word(&["floor", "exp"]))])?;
        check_share(assertion)?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = references(case.assertion)?;
        let smoothing = match word(case.assertion, "smoothing") {
            Some("exp") => Smoothing::Exponential,
            _ => Smoothing::Floor,
        };
        let score = bleu(case.output, &wanted, smoothing);
        let threshold = case.assertion.threshold.unwrap_or(0.5);
        let reason = format!(
            "BLEU is {score:.4}, with {threshold} to pass; wanted wording like {}, the output is {}",
            quote(&wanted[0]),
            quote(case.output)
        );
        Ok(Step::Done(Verdict::graded(score, threshold, reason)))
    }
}
