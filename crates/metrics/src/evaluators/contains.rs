use std::borrow::Cow;

use clade_domain::{Assertion, ModelAnswer, Step};
use serde_json::Value;

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    feedback::{quote, quote_all},
    script::canonical,
    settings::{check_config, check_value, expected, list, text_of},
};

/// `contains`, `contains-all` and `contains-any`, and the same with an `i` in front, where case does not count: the output
/// contains the value, or every or at least one text of a list; a text that stands for a list is split at commas. Letters that can be written
/// in two ways (`é` as one character or as two) are alike, where promptfoo tells them apart.
/// Semantics: promptfoo, `src/assertions/contains.ts`.
pub(crate) struct Contains {
    name: &'static str,
    wanted: Wanted,
    any_case: bool,
}

#[derive(Clone, Copy)]
enum Wanted {
    One,
    All,
    Any,
}

/// The value.
pub(crate) static CONTAINS: Contains = Contains { name: "contains", wanted: Wanted::One, any_case: false };
/// The value in any case.
pub(crate) static ICONTAINS: Contains = Contains { name: "icontains", wanted: Wanted::One, any_case: true };
/// Every text.
pub(crate) static CONTAINS_ALL: Contains = Contains { name: "contains-all", wanted: Wanted::All, any_case: false };
/// Every text in any case.
pub(crate) static ICONTAINS_ALL: Contains = Contains { name: "icontains-all", wanted: Wanted::All, any_case: true };
/// At least one text.
pub(crate) static CONTAINS_ANY: Contains = Contains { name: "contains-any", wanted: Wanted::Any, any_case: false };
/// At least one text in any case.
pub(crate) static ICONTAINS_ANY: Contains = Contains { name: "icontains-any", wanted: Wanted::Any, any_case: true };

impl Evaluator for Contains {
    fn name(&self) -> &'static str {
        self.name
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_value(assertion)?;
        match &assertion.value {
            Some(Value::Array(items)) if items.iter().any(|item| text_of(item).is_empty()) => Err(empty(self.name)),
            _ => Ok(()),
        }
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let texts = match self.wanted {
            Wanted::One => vec![expected(case.assertion)?],
            Wanted::All | Wanted::Any => list(case.assertion)?,
        };
        // a variable that is empty for this example
        if texts.iter().any(|text| text.is_empty()) {
            return Err(EvaluatorError::Failed(empty(self.name)));
        }
        let output = self.folded(case.output);
        let (there, missing): (Vec<_>, Vec<_>) = texts.iter().partition(|text| output.contains(&*self.folded(text)));
        let is = || quote(case.output);
        let (pass, reason) = match (self.wanted, there.first(), missing.is_empty()) {
            (Wanted::All, _, true) => (true, format!("the output contains all of {}", quote_all(&texts))),
            (Wanted::All, ..) => (false, format!("the output lacks {} of {}", quote_all(&missing), quote_all(&texts))),
            (_, Some(text), _) => (true, format!("the output contains {}", quote(text))),
            (Wanted::One, ..) => (false, format!("the output does not contain {}; it is {}", quote_all(&texts), is())),
            (Wanted::Any, ..) => (false, format!("the output contains none of {}; it is {}", quote_all(&texts), is())),
        };
        Ok(Step::Done(Verdict::binary(pass, reason)))
    }
}

fn empty(name: &str) -> String {
    format!("the value of `{name}` holds an empty text, which stands in every output; remove it or fill it")
}

impl Contains {
    fn folded<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let text = canonical(text);
        if self.any_case { Cow::Owned(text.to_lowercase()) } else { text }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{
        evaluator::EvaluatorError,
        registry,
        testing::{assertion, from_json, judge, step},
    };

    #[test]
    fn the_value_every_text_or_any() {
        for (kind, value, output, pass) in [
            ("contains", "Paris", "It is Paris.", true),
            ("contains", "paris", "It is Paris.", false),
            ("contains", "Paris, Rome", "Rome and Paris", false),
            ("icontains", "PARIS", "It is Paris.", true),
            ("icontains", "ÉTÉ", "un été", true),
            ("contains", "caf\u{e9}", "un cafe\u{301}", true),
            ("icontains-any", "ÉTÉ,hiver", "un e\u{301}te\u{301}", true),
            ("contains", "Rome", "", false),
            ("contains-all", "Paris, Rome", "Rome and Paris", true),
            ("contains-all", "Paris, Rome", "Rome", false),
            ("icontains-all", "PARIS, rome", "Rome and Paris", true),
            ("contains-any", "Paris, Rome", "to Rome", true),
            ("contains-any", "paris,rome", "to Rome", false),
            ("icontains-any", "paris,rome", "to Rome", true),
            ("contains-any", "\"a, b\",c", "a", false),
        ] {
            let verdict = judge(&assertion(kind, value), output);
            assert_eq!((verdict.pass, verdict.score), (pass, f64::from(u8::from(pass))), "{kind} {value} {output}");
        }
    }

    #[test]
    fn an_empty_text_is_no_value() {
        let message =
            "the value of `contains-any` holds an empty text, which stands in every output; remove it or fill it";
        let listed = from_json(json!({"type": "contains-any", "value": ["zzz", ""]}));
        assert_eq!(registry::by_name("contains-any").unwrap().check(&listed).unwrap_err(), message);
        assert_eq!(step(&listed, "hello", &[]).unwrap_err(), EvaluatorError::Failed(message.to_owned()));
        assert!(step(&assertion("contains", ""), "hello", &[]).is_err());
    }

    #[test]
    fn the_reason_names_what_is_there_or_missing() {
        for (kind, value, output, reason) in [
            ("contains", "Rome", "Paris", "the output does not contain \"Rome\"; it is \"Paris\""),
            ("contains", "Paris", "Paris", "the output contains \"Paris\""),
            ("contains-all", "a,b", "b", "the output lacks \"a\" of \"a\", \"b\""),
            ("contains-all", "a,b", "ab", "the output contains all of \"a\", \"b\""),
            ("contains-any", "a,b", "b", "the output contains \"b\""),
        ] {
            assert_eq!(judge(&assertion(kind, value), output).reason, reason);
        }
        let numbers = from_json(json!({"type": "contains-any", "value": [1, "two"]}));
        assert!(judge(&numbers, "it is 1").pass);
        assert_eq!(judge(&numbers, "three").reason, "the output contains none of \"1\", \"two\"; it is \"three\"");
    }
}
