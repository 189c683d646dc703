use std::borrow::Cow;

use clade_domain::{Assertion, ModelAnswer, ModelRequest, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Needs, Verdict},
    feedback::quote,
    overlap::{cosine, ngram_cosine},
    settings::{Setting, check_config, check_share, check_value, references, switch},
};

/// `similar`: the cosine of the embeddings of output and value reaches the threshold (default 0.75); of several values
/// the nearest counts. Semantics: promptfoo, `src/assertions/similar.ts`. With `config: {offline: true}` no model is asked
/// and the cosine is that of the counts of character trigrams, which sees shared wording, not shared meaning.
pub(crate) struct Similar;

impl Evaluator for Similar {
    fn name(&self) -> &'static str {
        "similar"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("offline", Setting::Switch)])?;
        check_share(assertion)?;
        check_value(assertion)
    }

    fn needs(&self, assertion: &Assertion) -> Needs {
        Needs { embedding: !switch(assertion, "offline"), ..Needs::default() }
    }

    fn calls(&self) -> u32 {
        1
    }

    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = references(case.assertion)?;
        let scores: Vec<f64> = if switch(case.assertion, "offline") {
            wanted.iter().map(|text| ngram_cosine(case.output, text)).collect()
        } else {
            match answers.first() {
                None => {
                    let mut texts = vec![case.output.to_owned()];
                    texts.extend(wanted.into_iter().map(Cow::into_owned));
                    return Ok(Step::Ask(vec![ModelRequest::Embed(texts)]));
                }
                Some(ModelAnswer::Embedding(vectors)) if vectors.len() == wanted.len() + 1 => {
                    vectors[1..].iter().map(|vector| cosine(&vectors[0], vector)).collect()
                }
                Some(_) => {
                    return Err(EvaluatorError::Failed(
                        "the embedding answer does not fit the texts asked for".to_owned(),
                    ));
                }
            }
        };
        let nearest = scores.iter().zip(&wanted).max_by(|a, b| a.0.total_cmp(b.0));
        let (score, text) = nearest.map_or((0.0, ""), |(score, text)| (*score, &**text));
        let threshold = case.assertion.threshold.unwrap_or(0.75);
        let reason = format!(
            "the similarity to {} is {score:.2}, with {threshold} to pass; the output is {}",
            quote(text),
            quote(case.output)
        );
        Ok(Step::Done(Verdict::graded(score, threshold, reason)))
    }
}

#[cfg(test)]
mod tests {
    use clade_domain::{ModelAnswer, ModelRequest, Step};
    use serde_json::json;

    use crate::testing::{from_json, judge, step};

    #[test]
    fn asks_for_vectors_and_takes_the_nearest() {
        let check = from_json(json!({"type": "similar", "value": ["a", "b"]}));
        let asked = step(&check, "out", &[]).unwrap();
        assert_eq!(asked, Step::Ask(vec![ModelRequest::Embed(vec!["out".into(), "a".into(), "b".into()])]));
        let vectors = ModelAnswer::Embedding(vec![vec![1.0, 0.0], vec![0.0, 1.0], vec![3.0, 4.0]]);
        let Step::Done(verdict) = step(&check, "out", &[vectors]).unwrap() else { panic!("asks again") };
        assert!((verdict.score - 0.6).abs() < 1e-9 && !verdict.pass, "{verdict:?}");
        assert!(step(&check, "out", &[ModelAnswer::Embedding(vec![vec![1.0]])]).is_err());
    }

    #[test]
    fn offline_needs_no_model() {
        let check =
            from_json(json!({"type": "similar", "value": "the cat sat on the mat", "config": {"offline": true}}));
        assert!(judge(&check, "the cat sat on the mat").pass);
        assert!(judge(&check, "The cat sat on a mat!").pass);
        assert!(!judge(&check, "stock prices fell").pass);
    }
}
