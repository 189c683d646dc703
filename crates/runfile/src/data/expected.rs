//! promptfoo's mini-syntax of `__expected` columns: `contains: Paris`, `similar(0.8): Hello`, `not-equals: 4`, or a plain text.
//! Source: promptfoo's `src/csv.ts` and its documentation of test cases.

use std::collections::BTreeMap;

use clade_domain::Assertion;
use clade_metrics::registry;
use serde_json::Value;

use crate::text::nearest;

/// Evaluators that a name without a value calls.
const BARE: [&str; 4] = ["is-json", "contains-json", "is-refusal", "moderation"];

/// Reads one cell. A text that names no evaluator is compared as a whole (`equals`).
///
/// # Errors
/// What is wrong and what to do: a program's file, an evaluator that is not supported, a value that is missing.
pub(super) fn assertion(text: &str) -> Result<Assertion, (String, String)> {
    let trimmed = text.trim();
    let named =
        trimmed.strip_prefix("python:").or_else(|| trimmed.strip_prefix("javascript:")).unwrap_or(trimmed).trim();
    if named.starts_with("file://") && [".py", ".js", ".ts"].iter().any(|end| named.contains(end)) {
        let fix = "name it in `defaultTest.assert`: {type: python, value: file://score.py}";
        return Err(("a column cannot name a file to execute".to_owned(), fix.to_owned()));
    }
    for (prefix, kind) in [("grade:", "llm-rubric"), ("fn:", "javascript"), ("eval:", "javascript")] {
        if let Some(value) = trimmed.strip_prefix(prefix) {
            return finish(plain(kind, false, value.trim()));
        }
    }
    let Some((kind, negated, threshold, value)) = parse(trimmed) else {
        return match misspelt(trimmed) {
            Some(wrong) => Err(wrong),
            None => Ok(plain("equals", false, trimmed)),
        };
    };
    let mut assertion = plain(kind, negated, value.unwrap_or_default());
    assertion.threshold = threshold;
    match kind {
        _ if value.is_none() => assertion.value = None,
        "contains-all" | "contains-any" | "icontains-all" | "icontains-any" => {
            let items = value.unwrap_or_default().split(',').map(|item| Value::String(item.trim().to_owned()));
            assertion.value = Some(Value::Array(items.collect()));
        }
        "similar" if threshold.is_none() => assertion.threshold = Some(0.8),
        "answer-relevance" | "rouge-n" if threshold.is_none() => assertion.threshold = Some(0.75),
        // `latency: 1000` and `cost: 0.01` give the maximum as the value
        "latency" | "cost" if threshold.is_none() => {
            assertion.threshold = value.and_then(|v| v.trim().parse().ok());
            assertion.value = None;
        }
        "is-json" | "contains-json" if assertion.value.as_ref().and_then(Value::as_str) == Some("") => {
            assertion.value = None;
        }
        _ => {}
    }
    finish(assertion)
}

/// What is wrong with a text that was most likely meant as a check: its name is nearly one, or its threshold is no number.
fn misspelt(text: &str) -> Option<(String, String)> {
    let rest = text.strip_prefix("not-").unwrap_or(text);
    let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '-'))?;
    let (name, behind) = rest.split_at(end);
    let threshold = behind.strip_prefix('(').and_then(|inner| inner.split_once("):"));
    if !behind.starts_with(':') && threshold.is_none() {
        return None;
    }
    let as_text = format!("write `equals: {text}`, if it is meant as a text");
    if registry::by_name(name).is_some() {
        let (written, _) = threshold?;
        return Some((format!("the threshold of `{name}` is `{written}`, which is no number"), as_text));
    }
    let near = nearest(name, registry::names()).filter(|_| name.len() > 4)?;
    Some((format!("there is no check `{name}`; did you mean `{near}`?"), as_text))
}

fn finish(assertion: Assertion) -> Result<Assertion, (String, String)> {
    match super::case::check(&assertion) {
        Ok(()) => Ok(assertion),
        Err(message) => Err(super::case::advice(&message)),
    }
}

fn plain(kind: &str, negated: bool, value: &str) -> Assertion {
    Assertion {
        kind: kind.to_owned(),
        negated,
        value: Some(Value::String(value.to_owned())),
        threshold: None,
        weight: 1.0,
        metric: None,
        provider: None,
        rubric_prompt: None,
        files: BTreeMap::new(),
        config: BTreeMap::new(),
    }
}

type Parsed<'a> = (&'a str, bool, Option<f64>, Option<&'a str>);

/// `[not-]name[(threshold)][: value]`, where the name is an evaluator's or one of promptfoo's.
fn parse(text: &str) -> Option<Parsed<'_>> {
    let (negated, rest) = match text.strip_prefix("not-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
    let name = &rest[..end];
    let known = registry::by_name(name).is_some()
        || registry::PROMPTFOO_UNSUPPORTED.iter().any(|(unsupported, _)| *unsupported == name);
    if !known {
        return None;
    }
    let rest = &rest[end..];
    let (threshold, rest) = match rest.strip_prefix('(') {
        Some(inner) => {
            let close = inner.find(')')?;
            (Some(inner[..close].trim().parse().ok()?), &inner[close + 1..])
        }
        None => (None, rest),
    };
    match rest.strip_prefix(':') {
        Some(value) => Some((name, negated, threshold, Some(value.trim()))),
        None if rest.is_empty() && (BARE.contains(&name) || threshold.is_some()) => {
            Some((name, negated, threshold, None))
        }
        None => None,
    }
}
