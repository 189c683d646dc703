use clade_domain::{Assertion, ModelAnswer, Step};

use super::{choice::by_letter, exact_match::same, numeric};
use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    extract::{letter_of, mentions, stated, whole_number, without_thinking},
    feedback::quote,
    settings::{Setting, check_config, check_value, number, references},
};

/// `accuracy`: whether the answer that the output gives is the expected one. It needs no model: the expected value's form
/// decides how the answer is read. An option's letter reads as `choice` does, a number as `numeric` does (with its
/// tolerances), anything else as text in normal form, where an announced answer counts as a whole or by its beginning and
/// an unannounced one may be a phrase of the last line. Of several expected values any will do. The score is 1 or 0. It does not know
/// paraphrases: for free text use `accuracy-judge`.
pub(crate) struct Accuracy;

impl Evaluator for Accuracy {
    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        let known = [("tolerance", Setting::Number(0.0, f64::INFINITY)), ("relative", Setting::Number(0.0, 1.0))];
        check_config(assertion, &known)?;
        check_value(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let wanted = references(case.assertion)?;
        let mut first = None;
        for text in &wanted {
            let verdict = against(case, text);
            if verdict.pass {
                return Ok(Step::Done(verdict));
            }
            first.get_or_insert(verdict);
        }
        first.map(Step::Done).ok_or_else(|| EvaluatorError::Failed("there is no expected value".to_owned()))
    }
}

fn against(case: &Case<'_>, wanted: &str) -> Verdict {
    if let Some(letter) = letter_of(wanted) {
        return by_letter(case, letter, &[]);
    }
    if let Some(wanted) = whole_number(wanted) {
        let tolerance = number(case.assertion, "tolerance").unwrap_or(0.0);
        let relative = number(case.assertion, "relative").unwrap_or(0.0);
        return numeric::verdict(case.output, wanted, tolerance, relative);
    }
    text(case.output, stated(wanted).answer)
}

/// Pairs of which an answer holds one: a mention of the other decides against it.
const OPPOSITES: &[(&str, &str)] = &[
    ("yes", "no"),
    ("true", "false"),
    ("valid", "invalid"),
    ("correct", "incorrect"),
    ("positive", "negative"),
    ("plausible", "implausible"),
    ("possible", "impossible"),
];

fn opposite(text: &str) -> Option<&'static str> {
    OPPOSITES.iter().find_map(|(a, b)| {
        if text.eq_ignore_ascii_case(a) {
            Some(*b)
        } else if text.eq_ignore_ascii_case(b) {
            Some(*a)
        } else {
            None
        }
    })
}

fn text(output: &str, wanted: &str) -> Verdict {
    let output = without_thinking(output);
    let place = stated(output);
    let found = place.answer;
    let right = same(found, wanted) || same(output, wanted) || begins(found, wanted) || phrase(&place, wanted);
    if right {
        return Verdict::binary(true, format!("the answer is {}, as expected", quote(wanted)));
    }
    let advice = if place.explicit || found.len() <= wanted.len() + 20 {
        ""
    } else {
        "; no words announce the answer, and an ending such as \"The answer is ...\" would be read"
    };
    Verdict::binary(
        false,
        format!("the answer read from the output is {}; expected {}{advice}", quote(found), quote(wanted)),
    )
}

/// Whether the answer begins with the expected words and then explains itself: `No, because ...`, `No. It ...`.
fn begins(found: &str, wanted: &str) -> bool {
    let Some(first) = mentions(found, wanted).into_iter().next() else { return false };
    let after = &found[first.at.end..];
    let explains = after.starts_with([',', '.', ';', ':', '(', '!'])
        || after.trim_start().starts_with(['(', '-', '–'])
        || ["because", "since", "as", "for"]
            .iter()
            .any(|word| after.trim_start().get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)));
    found[..first.at.start].chars().all(|c| !c.is_alphanumeric()) && !first.hedged && explains
}

/// Whether a stated sentence names the expected words, undenied, and not their opposite.
fn phrase(place: &crate::extract::Stated<'_>, wanted: &str) -> bool {
    let other = opposite(wanted);
    // an announced answer is the answer itself: a list that merely holds the expected words is another answer
    if place.explicit
        && other.is_none()
        && place.answer.split_whitespace().count() > wanted.split_whitespace().count() + 6
    {
        return false;
    }
    let listed = wanted.split_whitespace().count() > 1 && place.explicit;
    let named = mentions(place.answer, wanted);
    let clean = !named.is_empty() && named.iter().all(|mention| !mention.denied && !mention.hedged);
    let opposed = other.is_some_and(|other| !mentions(place.answer, other).is_empty());
    // words without a letter, such as brackets, are found inside longer answers too easily
    let wordy = wanted.chars().any(char::is_alphanumeric);
    // an answer of a few bare words more is another answer, one in a sentence is the answer
    let sentence = !listed
        && (!place.explicit || place.answer.split_whitespace().count() <= wanted.split_whitespace().count() + 6);
    clean && !opposed && wordy && sentence
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{assertion, from_json, judge};

    #[test]
    fn reads_the_answer_by_the_form_of_the_expected_one() {
        for (value, output, pass) in [
            ("(A)", "Thinking... So the answer is (A).", true),
            ("(A)", "(B)", false),
            ("42", "that makes 42 apples.", true),
            ("42", "that makes 43 apples.", false),
            ("No", "So the answer is No.", true),
            ("No", "No, because it is late.", true),
            ("No", "yes", false),
            ("Yes", "The answer is yes or no.", false),
            ("valid", "the argument is invalid", false),
            ("valid", "the argument is valid", true),
            ("Paris", "The capital of France is Paris.", true),
            ("Paris", "It is not Paris.", false),
            ("] )", "So the answer is ] ).", true),
            ("] )", "So the answer is ] ) }.", false),
            ("syndrome therefrom", "So the answer is syndrome therefrom.", true),
            ("syndrome therefrom", "So the answer is apple syndrome therefrom.", false),
            ("True", "So the answer is True.", true),
            ("the cat", "The Cat!", true),
            ("2", "Answer: 12 - 10 = 2", true),
            ("30", "So the answer is $50 - $20 = $30.", true),
            ("1524155677489", "The answer is 1524155676489", false),
            ("Paris", "<think>Is it Paris? The answer is Paris.", false),
            ("(A)", "<think>The answer is (A), or", false),
            ("Paris", "<think>Perhaps Rome.</think>Paris", true),
        ] {
            assert_eq!(judge(&assertion("accuracy", value), output).pass, pass, "{value} | {output}");
        }
    }

    #[test]
    fn any_of_several_expected_values() {
        let check = from_json(json!({"type": "accuracy", "value": ["UK", "United Kingdom"]}));
        assert!(judge(&check, "The answer is the United Kingdom.").pass);
        let close = from_json(json!({"type": "accuracy", "value": 100, "config": {"relative": 0.1}}));
        assert!(judge(&close, "about 95").pass);
    }

    #[test]
    fn feedback_names_both_answers() {
        assert_eq!(
            judge(&assertion("accuracy", "Rome"), "The answer is Paris.").reason,
            "the answer read from the output is \"Paris\"; expected \"Rome\""
        );
    }
}
