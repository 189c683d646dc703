//! Filters that nunjucks has and the engine has not, or that mean something else there. Lengths are in characters.

use std::{borrow::Cow, sync::LazyLock};

use minijinja::{
    Environment, Error, ErrorKind, Value,
    value::{Serde, ValueKind},
};
use regex::Regex;

use super::{engine::to_json, value};

/// Adds them.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("center", center);
    environment.add_filter("dump", dump);
    environment.add_filter("float", |value: Value, or: Option<Value>| number(&value, false, or));
    environment.add_filter("int", |value: Value, or: Option<Value>| number(&value, true, or));
    environment.add_filter("load", load);
    environment.add_filter("nl2br", |text: String| text.replace("\r\n", "\n").replace('\n', "<br />\n"));
    environment.add_filter("striptags", striptags);
    environment.add_filter("truncate", truncate);
    environment.add_filter("urlencode", urlencode);
    environment.add_filter("wordcount", wordcount);
}

// constants that compile; the tests below hold that
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?is)</?[a-z][a-z0-9]*\b[^>]*>|<!--.*?-->").ok());
static NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").ok());
static INTEGER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\s*[+-]?[0-9]+").ok());

fn dump(value: Value, spaces: Option<usize>) -> Result<String, Error> {
    let json = to_json(&value)?;
    let mut out = String::new();
    match spaces {
        Some(spaces @ 1..) => value::write_indented(&mut out, &json, spaces.min(10), 0),
        _ => value::write_json(&mut out, &json),
    }
    Ok(out)
}

fn load(text: String) -> Result<Value, Error> {
    serde_json::from_str::<serde_json::Value>(&text)
        .map(|value| Value::from(Serde(value)))
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, format!("`load` needs JSON text: {error}")))
}

/// At most `length` characters, cut at a space unless `killwords`, and then `end`.
fn truncate(text: String, length: Option<usize>, killwords: Option<bool>, end: Option<String>) -> String {
    let Some((cut, next)) = text.char_indices().nth(length.unwrap_or(255)) else { return text };
    let kept = &text[..cut];
    // a space right behind the cut counts
    let whole = if next == ' ' { Some(cut) } else { kept.rfind(' ') };
    let kept = if killwords == Some(true) { kept } else { whole.map_or(kept, |space| &text[..space]) };
    format!("{kept}{}", end.as_deref().unwrap_or("..."))
}

fn wordcount(text: String) -> usize {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).count()
}

fn center(text: String, width: Option<usize>) -> String {
    let Some(spaces) = width.unwrap_or(80).checked_sub(text.chars().count()) else { return text };
    // as nunjucks parts an odd number
    let after = spaces.div_ceil(2);
    let before = spaces.saturating_sub(after);
    format!("{}{text}{}", " ".repeat(before), " ".repeat(after))
}

fn striptags(text: String, keep_lines: Option<bool>) -> String {
    let text = TAG.as_ref().map_or(Cow::Borrowed(&*text), |tag| tag.replace_all(&text, ""));
    let joined = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    if keep_lines != Some(true) {
        return joined(&text);
    }
    let mut lines: Vec<String> = Vec::new();
    for line in text.trim().lines().map(joined) {
        // at most one empty line in a row
        if !(line.is_empty() && lines.last().is_some_and(String::is_empty)) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// As JavaScript's `encodeURIComponent`; pairs of a map are joined with `&`.
fn urlencode(value: Value) -> Result<String, Error> {
    let text = |value: &Value| encoded(&value.to_string());
    if value.kind() != ValueKind::Map {
        return Ok(text(&value));
    }
    let pair = |key: Value| Ok::<_, Error>(format!("{}={}", text(&key), text(&value.get_item(&key)?)));
    Ok(value.try_iter()?.map(pair).collect::<Result<Vec<_>, _>>()?.join("&"))
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The number that a value begins with, as JavaScript's `parseInt` and `parseFloat` read it; else `or`, else nothing.
fn number(value: &Value, whole: bool, or: Option<Value>) -> Value {
    let text = value.to_string();
    let form = if whole { &INTEGER } else { &NUMBER };
    let found = form.as_ref().and_then(|form| form.find(&text)).map(|found| found.as_str().trim());
    let read = found.and_then(|found| match whole {
        true => found.parse::<i128>().ok().map(Value::from),
        false => found.parse::<f64>().ok().map(Value::from),
    });
    read.or(or).unwrap_or_else(|| Value::from(()))
}

#[cfg(test)]
mod tests {
    use clade_domain::Vars;
    use serde_json::json;

    use super::super::fill;

    fn filled(text: &str) -> String {
        let values = json!({
            "t": "one two three", "long": "a b", "html": "<p>Hi <b>you</b></p>\n\n\n<i>all</i> <!-- not this -->",
            "m": { "b": "x y", "a": 1 }, "n": 3.7, "s": "12 apples", "w": "abc",
        });
        let vars: Vars = serde_json::from_value(values).unwrap();
        fill(text, &vars).unwrap()
    }

    #[test]
    fn filters_mean_what_they_mean_in_nunjucks() {
        for (template, expected) in [
            ("{{ t | truncate(7) }}", "one two..."),
            ("{{ t | truncate(9) }}", "one two..."),
            ("{{ t | truncate(9, true) }}", "one two t..."),
            ("{{ t | truncate(9, true, '') }}", "one two t"),
            ("{{ t | truncate(2) }}", "on..."),
            ("{{ t | truncate }}", "one two three"),
            ("{{ t | wordcount }}", "3"),
            ("[{{ long | center(8) }}]", "[  a b   ]"),
            ("[{{ long | center(2) }}]", "[a b]"),
            ("{{ html | striptags }}", "Hi you all"),
            ("{{ html | striptags(true) }}", "Hi you\n\nall"),
            ("{{ 'a\n1' | nl2br }}", "a<br />\n1"),
            ("{{ 'a b&ä/(1)' | urlencode }}", "a%20b%26%C3%A4%2F(1)"),
            ("{{ m | urlencode }}", "a=1&b=x%20y"),
            ("{{ m | dump }}", r#"{"a":1,"b":"x y"}"#),
            ("{{ m | dump(2) }}", "{\n  \"a\": 1,\n  \"b\": \"x y\"\n}"),
            ("{{ s | int }}, {{ w | int }}, {{ w | int(5) }}, {{ n | int }}", "12, , 5, 3"),
            ("{{ s | float }}, {{ w | float }}, {{ n | float }}", "12, , 3.7"),
        ] {
            assert_eq!(filled(template), expected, "{template}");
        }
    }
}
