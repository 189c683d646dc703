use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::quote,
    overlap::token_f1,
    settings::{check_config, check_share, check_value, references},
};

/// `f1`: the words shared with the value, or the best of several, in SQuAD's normal form, against a threshold (default
/// 0.5). Rajpurkar et al. 2016. Ours; promptfoo has none.
pub(crate) struct F1;

impl Evaluator for F1 {
    fn name(&self) -> &'static str {
        "f1"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_share(assertion)?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = references(case.assertion)?;
        let score = wanted.iter().map(|text| token_f1(case.output, text)).fold(0.0, f64::max);
        let threshold = case.assertion.threshold.unwrap_or(0.5);
        let longer = case.output.len() > 3 * wanted[0].len() + 20;
        let advice = if longer { "; fewer words around the answer raise it" } else { "" };
        let reason = format!(
            "the F1 of shared words with {} is {score:.2}, with {threshold} to pass{advice}; the output is {}",
            quote(&wanted[0]),
            quote(case.output)
        );
        Ok(Step::Done(Verdict::graded(score, threshold, reason)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{from_json, judge};

    #[test]
    fn shared_words_in_normal_form() {
        for (value, output, score) in [
            (json!("the Eiffel Tower"), "Eiffel Tower!", 1.0),
            (json!("Paris"), "it is Paris", 0.5),
            (json!(["Rome", "Paris"]), "paris", 1.0),
            (json!("x"), "", 0.0),
            (json!("The."), "a", 1.0),
        ] {
            let verdict = judge(&from_json(json!({"type": "f1", "value": value})), output);
            assert!((verdict.score - score).abs() < 1e-12, "{value} {output}: {}", verdict.score);
        }
    }
}
