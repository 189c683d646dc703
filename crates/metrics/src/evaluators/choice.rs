use clade_domain::{Assertion, ModelAnswer, Step};
use serde_json::Value;

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    extract::{Picked, letter_of, options_in, pick_label, pick_letter},
    feedback::{quote, quote_all},
    fill,
    settings::{Setting, check_config, check_value, expected, text_of},
};

/// `choice`: the option that the output picks is the value. The value is a letter (`B`, `(B)`), or one of the labels in
/// `config.options` (`[positive, negative]`), or the text of an option listed in the prompt. An output that names several
/// without choosing is wrong. Ours; promptfoo has none.
pub(crate) struct Choice;

/// The last letter taken for an option where the options are not known: 18 options are the most in BIG-Bench Hard.
const LAST: char = 'R';

impl Evaluator for Choice {
    fn name(&self) -> &'static str {
        "choice"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("options", Setting::Texts)])?;
        check_value(assertion)?;
        let (Some(value), Some(Value::Array(labels))) = (&assertion.value, assertion.config.get("options")) else {
            return Ok(());
        };
        let wanted = text_of(value);
        let labels: Vec<_> = labels.iter().map(text_of).collect();
        let open = |text: &str| fill::has_template(text);
        let known = letter_of(&wanted).is_some() || labels.iter().any(|l| l.trim().eq_ignore_ascii_case(wanted.trim()));
        if known || open(&wanted) || labels.iter().any(|label| open(label)) {
            return Ok(());
        }
        Err(format!("the value of `choice` is {}, which is none of the options {}", quote(&wanted), quote_all(&labels)))
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = expected(case.assertion)?;
        let labels: Vec<_> = match case.assertion.config.get("options") {
            Some(Value::Array(items)) => items.iter().map(text_of).collect(),
            _ => Vec::new(),
        };
        let labels: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
        match letter_of(&wanted) {
            Some(letter) if !labels.iter().any(|label| label.eq_ignore_ascii_case(&wanted)) => {
                Ok(Step::Done(by_letter(case, letter, &labels)))
            }
            _ => by_label(case, &wanted, &labels),
        }
    }
}

/// The verdict where a letter is wanted; shared with `accuracy`.
pub(super) fn by_letter(case: &Case<'_>, wanted: char, labels: &[&str]) -> Verdict {
    // the options of the question cost a look through the prompt, so first without
    let lettered: Vec<(char, &str)> = ('A'..=LAST).zip(labels.iter().copied()).collect();
    let picked = match pick_letter(case.output, &lettered, LAST) {
        Picked::None if lettered.is_empty() => pick_letter(case.output, &options_in(case.prompt), LAST),
        found => found,
    };
    match picked {
        Picked::One(letter) if letter == wanted => {
            Verdict::binary(true, format!("the answer is ({letter}), as expected"))
        }
        Picked::One(letter) => Verdict::binary(
            false,
            format!(
                "the option read as the answer is ({letter}); expected ({wanted}); the output is {}",
                quote(case.output)
            ),
        ),
        Picked::Several(letters) => {
            let named: Vec<String> = letters.iter().map(|letter| format!("({letter})")).collect();
            let named = named.join(", ");
            let reason = format!("the output names several options, {named}, where one is wanted; expected ({wanted})");
            Verdict::binary(false, reason)
        }
        Picked::None => Verdict::binary(
            false,
            format!(
                "the output names no option; expected ({wanted}); an ending such as \"The answer is (X).\" would be read; it is {}",
                quote(case.output)
            ),
        ),
    }
}

fn by_label(case: &Case<'_>, wanted: &str, labels: &[&str]) -> Result<Step<Verdict>, EvaluatorError> {
    let listed;
    let labels = if labels.is_empty() {
        listed = options_in(case.prompt);
        if let Some((letter, _)) = listed.iter().find(|(_, text)| text.eq_ignore_ascii_case(wanted.trim())) {
            return Ok(Step::Done(by_letter(case, *letter, &[])));
        }
        vec![wanted]
    } else {
        labels.to_vec()
    };
    let Some(at) = labels.iter().position(|label| label.trim().eq_ignore_ascii_case(wanted.trim())) else {
        return Err(EvaluatorError::Failed(format!(
            "the expected value {} is none of the options {}",
            quote(wanted),
            quote_all(&labels)
        )));
    };
    Ok(Step::Done(match pick_label(case.output, &labels) {
        Picked::One(found) if found == at => {
            Verdict::binary(true, format!("the answer is {}, as expected", quote(labels[at])))
        }
        Picked::One(found) => Verdict::binary(
            false,
            format!(
                "the option read as the answer is {}; expected {}; the output is {}",
                quote(labels[found]),
                quote(labels[at]),
                quote(case.output)
            ),
        ),
        Picked::Several(_) => Verdict::binary(
            false,
            format!(
                "the output names several options where one is wanted; expected {}; it is {}",
                quote(labels[at]),
                quote(case.output)
            ),
        ),
        Picked::None => Verdict::binary(
            false,
            format!(
                "the output names none of the options; expected {}; it is {}",
                quote(labels[at]),
                quote(case.output)
            ),
        ),
    }))
}

#[cfg(test)]
mod tests {
    use clade_domain::Step;
    use serde_json::json;

    use crate::testing::{from_json, judge, step_on};

    #[test]
    fn letters_and_labels() {
        let sentiment = json!({"options": ["positive", "negative"]});
        for (value, config, output, pass) in [
            ("(B)", json!({}), "So the answer is (B).", true),
            ("B", json!({}), "(A) is out, so (B)", true),
            ("B", json!({}), "The answer is (A) or (B)", false),
            ("B", json!({}), "I do not know", false),
            ("positive", sentiment.clone(), "Sentiment: Positive.", true),
            ("positive", sentiment.clone(), "negative", false),
            ("Positive", sentiment.clone(), "It is not negative; it is positive", true),
            ("B", json!({"options": ["cat", "dog"]}), "It is a dog.", true),
        ] {
            let check = from_json(json!({"type": "choice", "value": value, "config": config}));
            assert_eq!(judge(&check, output).pass, pass, "{value} {output}");
        }
    }

    #[test]
    fn an_option_of_the_prompt_is_known_by_its_text() {
        let prompt = "Capital of Italy?\n(A) Paris\n(B) Rome";
        for (value, output) in [("B", "It is Rome."), ("Rome", "(B)"), ("rome", "The answer is Rome")] {
            let check = from_json(json!({"type": "choice", "value": value}));
            assert!(
                matches!(step_on(&check, output, prompt, &[]).unwrap(), Step::Done(v) if v.pass),
                "{value} {output}"
            );
        }
    }

    #[test]
    fn a_value_outside_the_options_is_an_error() {
        let check = from_json(json!({"type": "choice", "value": "neutral", "config": {"options": ["good", "bad"]}}));
        assert!(step_on(&check, "good", "", &[]).is_err());
    }
}
