use clade_domain::{Assertion, ModelAnswer, Step};

use super::rouge_n::{MEASURES, measured};
use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    overlap::rouge_l,
    settings::{Setting, check_config, check_share, check_value, references, word},
};

/// `rouge-l`: the longest common subsequence of words with the value, as F1 (`config.measure`: `recall`, `precision` or
/// `f1`), against a threshold (default 0.75). Values: the package rouge-score.
pub(crate) struct RougeL;

impl Evaluator for RougeL {
    fn name(&self) -> &'static str {
        "rouge-l"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("measure", Setting::Word(MEASURES))])?;
        check_share(assertion)?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = references(case.assertion)?;
        let measure = word(case.assertion, "measure").unwrap_or("f1");
        let score = wanted.iter().map(|text| measured(rouge_l(case.output, text), measure)).fold(0.0, f64::max);
        let threshold = case.assertion.threshold.unwrap_or(0.75);
        let reason = format!(
            "ROUGE-L {measure} is {score:.2}, with {threshold} to pass; wanted the wording of {}, the output is {}",
            quote(&wanted[0]),
            quote(case.output)
        );
        Ok(Step::Done(Verdict::graded(score, threshold, reason)))
    }
}
