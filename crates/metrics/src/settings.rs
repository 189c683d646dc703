//! Reading an assertion: its value as text, list or schema, its threshold, its settings.

use std::borrow::Cow;

use clade_domain::Assertion;
use serde_json::Value;

use crate::{evaluator::EvaluatorError, fill, registry};

/// A value as the text that is compared with: strings as they are, everything else as JSON.
pub(crate) fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// The assertion's value as one text.
pub(crate) fn expected(assertion: &Assertion) -> Result<Cow<'_, str>, EvaluatorError> {
    assertion.value.as_ref().map(text_of).ok_or_else(|| missing(assertion))
}

/// The assertion's value as one or more texts: a list, or a single one. Never empty.
pub(crate) fn references(assertion: &Assertion) -> Result<Vec<Cow<'_, str>>, EvaluatorError> {
    let texts: Vec<Cow<'_, str>> = match &assertion.value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(text_of).collect(),
        Some(one) => vec![text_of(one)],
    };
    if texts.is_empty() { Err(missing(assertion)) } else { Ok(texts) }
}

/// The assertion's value as a list; a text is split at commas as in CSV (`a, "b, c"`).
pub(crate) fn list(assertion: &Assertion) -> Result<Vec<Cow<'_, str>>, EvaluatorError> {
    match &assertion.value {
        Some(Value::String(text)) => {
            let parts = comma_separated(text);
            if parts.is_empty() { Err(missing(assertion)) } else { Ok(parts.into_iter().map(Cow::Owned).collect()) }
        }
        _ => references(assertion),
    }
}

fn missing(assertion: &Assertion) -> EvaluatorError {
    EvaluatorError::Failed(format!("`{}` has no value to compare with; give it a `value`", assertion.kind))
}

fn comma_separated(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut quoted = false;
    let mut was_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                part.push('"');
                characters.next();
            }
            '"' if quoted => quoted = false,
            '"' if part.trim().is_empty() => {
                part.clear();
                quoted = true;
                was_quoted = true;
            }
            ',' if !quoted => {
                parts.push((std::mem::take(&mut part), std::mem::take(&mut was_quoted)));
            }
            _ => part.push(c),
        }
    }
    parts.push((part, was_quoted));
    parts
        .into_iter()
        .map(|(part, was_quoted)| if was_quoted { part } else { part.trim().to_owned() })
        .filter(|part| !part.is_empty())
        .collect()
}

/// A number among the settings; texts that read as numbers count.
pub(crate) fn number(assertion: &Assertion, key: &str) -> Option<f64> {
    match assertion.config.get(key)? {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A switch among the settings; off where absent.
pub(crate) fn switch(assertion: &Assertion, key: &str) -> bool {
    match assertion.config.get(key) {
        Some(Value::Bool(on)) => *on,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}

/// A word among the settings.
pub(crate) fn word<'a>(assertion: &'a Assertion, key: &str) -> Option<&'a str> {
    assertion.config.get(key).and_then(Value::as_str)
}

/// What may be written in the settings of an evaluator.
#[derive(Clone, Copy)]
pub(crate) enum Setting {
    /// A number in this range, both ends included.
    Number(f64, f64),
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// Two numbers, the lower first.
    Range,
}

/// Checks the settings against what the evaluator knows.
pub(crate) fn check_config(assertion: &Assertion, known: &[(&str, Setting)]) -> Result<(), String> {
    let kind = &assertion.kind;
    for (key, value) in &assertion.config {
        let Some((_, setting)) = known.iter().find(|(name, _)| name == key) else {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            return Err(match registry::nearest_of(key, names.iter().copied()) {
                Some(near) => format!("`{kind}` has no setting `{key}`; did you mean `{near}`?"),
                None if names.is_empty() => format!("`{kind}` has no settings; remove `{key}`"),
                None => format!("`{kind}` has no setting `{key}`; it has {}", names.join(", ")),
            });
        };
        if value.as_str().is_some_and(fill::has_template) {
            continue;
        }
        let problem = match setting {
            Setting::Number(low, high) => match number(assertion, key) {
                Some(n) if (*low..=*high).contains(&n) => None,
                _ if high.is_infinite() => Some(format!("a number of at least {low}")),
                _ => Some(format!("a number from {low} to {high}")),
            },
            Setting::Switch => (!value.is_boolean()).then(|| "true or false".to_owned()),
            Setting::Word(words) => (!value.as_str().is_some_and(|word| words.contains(&word)))
                .then(|| format!("one of {}", words.join(", "))),
            Setting::Text => (!value.is_string()).then(|| "a text".to_owned()),
            Setting::Texts => (!value
                .as_array()
                .is_some_and(|all| !all.is_empty() && all.iter().all(|v| v.is_string() || v.is_number())))
            .then(|| "a list of texts".to_owned()),
            Setting::Range => range(value).is_none().then(|| "two numbers, the lower first, such as [1, 5]".to_owned()),
        };
        if let Some(wanted) = problem {
            return Err(format!("`{key}` of `{kind}` is {value}; write {wanted}"));
        }
    }
    Ok(())
}

/// Two numbers, the lower first.
pub(crate) fn range(value: &Value) -> Option<(f64, f64)> {
    match value.as_array()?.as_slice() {
        [low, high] => {
            let (low, high) = (low.as_f64()?, high.as_f64()?);
            (low < high).then_some((low, high))
        }
        _ => None,
    }
}

/// Checks that there is a value that is no empty text or list.
pub(crate) fn check_value(assertion: &Assertion) -> Result<(), String> {
    let empty = match &assertion.value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        _ => false,
    };
    if empty { Err(format!("`{}` needs a `value` to compare with", assertion.kind)) } else { Ok(()) }
}

/// Checks that a threshold, where there is one, lies in [0, 1].
pub(crate) fn check_share(assertion: &Assertion) -> Result<(), String> {
    match assertion.threshold {
        Some(t) if !(0.0..=1.0).contains(&t) => Err(format!(
            "the threshold of `{}` is {t}; scores lie from 0 to 1, so write a number in that range",
            assertion.kind
        )),
        _ => Ok(()),
    }
}

/// Checks that there is a maximum, which is what the threshold of some evaluators means.
pub(crate) fn check_maximum(assertion: &Assertion, unit: &str) -> Result<(), String> {
    match assertion.threshold {
        Some(t) if t >= 0.0 => Ok(()),
        Some(t) => Err(format!("the threshold of `{}` is {t}; write the most {unit} that pass", assertion.kind)),
        None => Err(format!("`{}` needs a `threshold`: the most {unit} that pass", assertion.kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_split_at_commas_as_in_csv() {
        for (text, parts) in [
            ("a,b", vec!["a", "b"]),
            (" a , b c ", vec!["a", "b c"]),
            ("\"a, b\", c", vec!["a, b", "c"]),
            ("say \"hi\", bye", vec!["say \"hi\"", "bye"]),
            ("\"a \"\"b\"\"\"", vec!["a \"b\""]),
            (",,", vec![]),
        ] {
            assert_eq!(comma_separated(text), parts, "{text}");
        }
    }

    #[test]
    fn an_unknown_setting_names_the_nearest() {
        let mut assertion = crate::testing::assertion("numeric", "1");
        assertion.config.insert("tolerence".to_owned(), Value::from(1));
        let error = check_config(&assertion, &[("tolerance", Setting::Number(0.0, f64::INFINITY))]).unwrap_err();
        assert_eq!(error, "`numeric` has no setting `tolerence`; did you mean `tolerance`?");
        assertion.config.clear();
        assertion.config.insert("tolerance".to_owned(), Value::from(-1));
        let error = check_config(&assertion, &[("tolerance", Setting::Number(0.0, f64::INFINITY))]).unwrap_err();
        assert_eq!(error, "`tolerance` of `numeric` is -1; write a number of at least 0");
    }
}
