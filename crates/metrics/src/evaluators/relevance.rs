use std::collections::BTreeMap;

use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::{quote, quote_all},
    settings::{check_config, check_share, expected},
    words::content_stems,
};

/// `relevance`: how much of what the input is about the output is about, in [0, 1], without a model: the share of the
/// input's content words (stems, stop words aside, a rarer-looking longer word weighing more) that the output takes up,
/// with diminishing returns past half of them. The input is the value where there is one, else the example's variables,
/// else the prompt. It sees shared words, not shared meaning: for meaning use `relevance-judge`. Threshold: default 0.5.
pub(crate) struct Relevance;

impl Evaluator for Relevance {
    fn name(&self) -> &'static str {
        "relevance"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_share(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let input = input_of(case)?;
        let threshold = case.assertion.threshold.unwrap_or(0.5);
        let answered: Vec<String> = content_stems(case.output);
        if case.output.trim().is_empty() {
            return Ok(Step::Done(Verdict::graded(0.0, threshold, "the output is empty, so it is about nothing")));
        }
        let mut wanted: BTreeMap<String, f64> = BTreeMap::new();
        for stem in content_stems(&input) {
            // repeated words are what the input is about; longer ones tell more: both grow slowly
            let length = (stem.chars().count() as f64).ln_1p();
            *wanted.entry(stem).or_insert(length) += 0.5 * length;
        }
        let total: f64 = wanted.values().sum();
        if wanted.is_empty() {
            return Ok(Step::Done(Verdict::graded(1.0, threshold, "the input has no content words to take up")));
        }
        let taken_up = |stem: &String| answered.contains(stem);
        let shared: f64 = wanted.iter().filter(|(stem, _)| taken_up(stem)).map(|(_, weight)| weight).sum::<f64>() + 0.0;
        // no answer repeats its whole question: half of the weight is full relevance
        let score = (shared / total / 0.5).min(1.0);
        let mut missed: Vec<(&String, f64)> =
            wanted.iter().filter(|(stem, _)| !taken_up(stem)).map(|(stem, weight)| (stem, *weight)).collect();
        missed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let missed: Vec<&String> = missed.into_iter().take(5).map(|(stem, _)| stem).collect();
        let reason = if score >= 1.0 {
            "the output takes up what the input is about".to_owned()
        } else {
            format!(
                "the output takes up {:.0} % of the weight of the input's content words; it leaves out {}; it is {}",
                100.0 * shared / total,
                quote_all(&missed),
                quote(case.output)
            )
        };
        Ok(Step::Done(Verdict::graded(score, threshold, reason)))
    }
}

/// What the output should be about; shared with the graded form.
pub(super) fn input_of(case: &Case<'_>) -> Result<String, EvaluatorError> {
    if case.assertion.value.is_some() {
        return expected(case.assertion).map(std::borrow::Cow::into_owned);
    }
    let texts: Vec<&str> = case.vars.values().filter_map(|value| value.as_str()).collect();
    Ok(if texts.is_empty() { case.prompt.to_owned() } else { texts.join("\n") })
}

#[cfg(test)]
mod tests {
    use crate::testing::{assertion, judge};

    #[test]
    fn shared_content_words_count() {
        let check = assertion("relevance", "How do I bake sourdough bread at home?");
        let on = judge(&check, "To bake sourdough at home, feed your starter and let the bread rise.");
        let off = judge(&check, "The stock market closed higher on Tuesday.");
        let near = judge(&check, "Bread is tasty.");
        assert!(on.pass && on.score > 0.9, "{on:?}");
        assert!(!off.pass && off.score < 1e-9, "{off:?}");
        assert!(near.score > off.score && near.score < on.score, "{near:?}");
        assert!(off.reason.contains("\"sourdough\""), "{}", off.reason);
        assert!(!judge(&check, " ").pass);
    }
}
