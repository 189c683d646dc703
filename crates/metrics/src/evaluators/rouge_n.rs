use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    overlap::{Overlap, rouge_n},
    settings::{Setting, check_config, check_share, check_value, number, references, word},
};

/// `rouge-n`: the share of the value's n-grams (`config.n`, default 1) that are in the output, against a threshold
/// (default 0.75). Name, recall and threshold: promptfoo, `src/assertions/rouge.ts`; tokens and clipped counts: the
/// package rouge-score. `config.measure` may be `precision` or `f1` instead.
pub(crate) struct RougeN;

/// The measures that may be asked for.
pub(super) const MEASURES: &[&str] = &["recall", "precision", "f1"];

/// The score of the measure asked for.
pub(super) fn measured(overlap: Overlap, measure: &str) -> f64 {
    match measure {
        "precision" => overlap.precision,
        "f1" => overlap.f1(),
        _ => overlap.recall,
    }
}

impl Evaluator for RougeN {
    fn name(&self) -> &'static str {
        "rouge-n"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("n", Setting::Number(1.0, 9.0)), ("measure", Setting::Word(MEASURES))])?;
        check_share(assertion)?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = references(case.assertion)?;
        let n = number(case.assertion, "n").unwrap_or(1.0) as usize;
        let measure = word(case.assertion, "measure").unwrap_or("recall");
        let score = wanted.iter().map(|text| measured(rouge_n(case.output, text, n), measure)).fold(0.0, f64::max);
        let threshold = case.assertion.threshold.unwrap_or(0.75);
        let reason = format!(
            "ROUGE-{n} {measure} is {score:.2}, with {threshold} to pass; wanted the wording of {}, the output is {}",
            quote(&wanted[0]),
            quote(case.output)
        );
        Ok(Step::Done(Verdict::graded(score, threshold, reason)))
    }
}
