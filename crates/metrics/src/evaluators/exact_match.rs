use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::{quote, quote_all},
    overlap::squad_normalise,
    settings::{check_config, check_value, references},
};

/// `exact-match`: the output equals the value, or one of several, in SQuAD's normal form: case, punctuation, articles and
/// spacing do not count. A value of punctuation alone is compared without its spaces. Ours; promptfoo has none.
pub(crate) struct ExactMatch;

/// Whether two texts are the same answer in normal form.
pub(crate) fn same(a: &str, b: &str) -> bool {
    let (x, y) = (squad_normalise(a), squad_normalise(b));
    if x.is_empty() || y.is_empty() {
        let bare = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
        return bare(a) == bare(b);
    }
    x == y
}

impl Evaluator for ExactMatch {
    fn name(&self) -> &'static str {
        "exact-match"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = references(case.assertion)?;
        let found = wanted.iter().any(|text| same(case.output, text));
        let reason = if found {
            format!("the output is the answer {}", quote_all(&wanted))
        } else {
            format!(
                "the whole output should be {} without anything around it; it is {}",
                quote_all(&wanted),
                quote(case.output)
            )
        };
        Ok(Step::Done(Verdict::binary(found, reason)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assertion, judge};

    #[test]
    fn case_articles_and_punctuation_do_not_count() {
        for (value, output, pass) in [
            ("The Beatles", "beatles.", true),
            ("Paris", "It is Paris", false),
            ("] )", "])", true),
            ("] )", "} )", false),
            ("the", "a", false),
        ] {
            assert_eq!(judge(&assertion("exact-match", value), output).pass, pass, "{value} {output}");
        }
    }
}
