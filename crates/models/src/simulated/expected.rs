use clade_domain::{Example, Vars};
use serde_json::Value;

/// How a right answer is written at the end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `#### 72`.
    Hashes,
    /// A number in a sentence.
    Number,
    /// An option such as `(B)`.
    Choice,
    /// The answer and nothing else: labels, short texts, and whatever must match as a whole.
    Bare,
    /// There is no right answer; texts are judged by their quality.
    Open,
}

/// A right answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Right {
    pub(super) text: Box<str>,
    pub(super) style: Style,
}

/// Variables that hold the right answer, the first that is there counts.
const ANSWERS: [&str; 5] = ["answer", "target", "label", "expected", "output"];

/// Assertions whose value is what the output must be or have.
const COMPARING: [&str; 16] = [
    "equals",
    "numeric",
    "choice",
    "contains",
    "icontains",
    "starts-with",
    "contains-any",
    "icontains-any",
    "f1",
    "rouge-n",
    "levenshtein",
    "similar",
    "factuality",
    "accuracy",
    "exact-match",
    "accuracy-judge",
];

impl Right {
    /// From what the data say; `exact` where the output must be the answer and nothing else.
    pub(super) fn new(raw: &str, exact: Option<Exact>) -> Self {
        let raw = raw.trim();
        let (text, hashes) = match raw.rsplit_once("####") {
            Some((_, last)) => (last.trim(), true),
            None => (raw, false),
        };
        let style = if text.is_empty() {
            Style::Open
        } else if exact.is_some() {
            Style::Bare
        } else if hashes {
            Style::Hashes
        } else if is_number(text) {
            Style::Number
        } else if is_choice(text) {
            Style::Choice
        } else {
            Style::Bare
        };
        Self { text: text.into(), style }
    }
}

/// Marks an example whose check compares whole outputs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact;

/// The right answer of an example.
pub(super) fn expected_answer(example: &Example) -> Right {
    let exact = example.asserts.iter().any(|assert| assert.kind == "equals" && !assert.negated).then_some(Exact);
    let asserted = || {
        let rank = |kind: &str| COMPARING.iter().position(|known| *known == kind);
        let asserts = example.asserts.iter().filter(|assert| !assert.negated);
        let (_, value) = asserts
            .filter_map(|assert| Some((rank(&assert.kind)?, assert.value.as_ref()?)))
            .min_by_key(|(rank, _)| *rank)?;
        Some(fill(&first_text(value)?, &example.vars))
    };
    let raw = answer_var(&example.vars).map(|(_, text)| text).or_else(asserted);
    Right::new(&raw.unwrap_or_default(), exact)
}

/// The texts that tell an example apart: its variables except the answer.
pub(super) fn question_texts(example: &Example) -> Vec<String> {
    let answer = answer_var(&example.vars).map(|(name, _)| name);
    let vars = example.vars.iter().filter(|(name, _)| Some(name.as_str()) != answer);
    vars.filter_map(|(_, value)| first_text(value)).collect()
}

fn answer_var(vars: &Vars) -> Option<(&'static str, String)> {
    // with nothing else to tell examples apart, no variable can be the answer
    if vars.len() < 2 {
        return None;
    }
    ANSWERS.iter().find_map(|name| Some((*name, first_text(vars.get(*name)?)?)))
}

fn first_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Array(values) => values.first().and_then(first_text),
        Value::Null | Value::Object(_) => None,
    }
}

/// Fills `{{name}}` where the value is nothing but one variable.
fn fill(text: &str, vars: &Vars) -> String {
    let inner = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    inner.and_then(|name| first_text(vars.get(name.trim())?)).unwrap_or_else(|| text.to_owned())
}

pub(super) fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+', '$']).trim_end_matches('%');
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
}

pub(super) fn is_choice(text: &str) -> bool {
    matches!(text.as_bytes(), [b'(', letter, b')'] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use clade_domain::{Assertion, ExampleId};
    use serde_json::json;

    use super::*;

    fn example(vars: Value, asserts: Value) -> Example {
        let asserts: Vec<Assertion> = serde_json::from_value(asserts).unwrap();
        Example {
            id: ExampleId(0),
            vars: serde_json::from_value(vars).unwrap(),
            asserts: asserts.into(),
            threshold: None,
            description: String::new(),
            metadata: Default::default(),
        }
    }

    #[test]
    fn right_answers_come_from_variables_or_checks() {
        let table = [
            (json!({"question": "q", "answer": "6 x 12\n#### 72"}), json!([]), "72", Style::Hashes),
            (json!({"question": "q", "answer": 72}), json!([]), "72", Style::Number),
            (json!({"input": "q", "target": "(B)"}), json!([]), "(B)", Style::Choice),
            (json!({"text": "q", "label": "positive"}), json!([]), "positive", Style::Bare),
            (json!({"text": "q", "label": "7"}), json!([{"type": "equals", "value": "{{label}}"}]), "7", Style::Bare),
            (json!({"q": "q"}), json!([{"type": "contains", "value": "Paris"}]), "Paris", Style::Bare),
            (json!({"q": "q", "gold": "4"}), json!([{"type": "numeric", "value": "{{ gold }}"}]), "4", Style::Number),
            (json!({"q": "q"}), json!([{"type": "contains-any", "value": ["a1", "b"]}]), "a1", Style::Bare),
            (
                json!({"q": "q", "zielwort": "Haus"}),
                json!([{"type": "accuracy", "value": "{{zielwort}}"}]),
                "Haus",
                Style::Bare,
            ),
            (json!({"q": "q"}), json!([{"type": "contains", "negated": true, "value": "Paris"}]), "", Style::Open),
            (json!({"q": "q"}), json!([{"type": "llm-rubric", "value": "is kind"}]), "", Style::Open),
            (json!({"answer": "the only text"}), json!([]), "", Style::Open),
        ];
        for (vars, asserts, text, style) in table {
            let right = expected_answer(&example(vars.clone(), asserts));
            assert_eq!((right.text.as_ref(), right.style), (text, style), "{vars}");
        }
    }

    #[test]
    fn the_answer_is_no_question_text() {
        let texts = question_texts(&example(json!({"question": "how many?", "answer": "4", "n": 3}), json!([])));
        assert_eq!(texts, ["3", "how many?"]);
        assert_eq!(question_texts(&example(json!({"answer": "the only text"}), json!([]))), ["the only text"]);
    }
}
