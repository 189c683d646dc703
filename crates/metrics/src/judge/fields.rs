use std::ops::Range;

use serde_json::{Map, Value};

/// The fields of something that is nearly JSON: single quotes, unquoted keys, Python's words, trailing commas, a missing
/// end. The last `{` that is followed by a verdict's field starts it.
pub(super) fn loose_object(text: &str) -> Option<(Range<usize>, Map<String, Value>)> {
    let starts: Vec<usize> = text.match_indices('{').map(|(at, _)| at).collect();
    for start in starts.into_iter().rev().take(50) {
        let (fields, end) = parse(&text[start + 1..]);
        let telling = ["score", "pass", "rating", "verdict", "category", "grade"];
        if fields.keys().any(|key| telling.contains(&key.to_lowercase().as_str())) {
            return Some((start..start + 1 + end, fields));
        }
    }
    None
}

/// Fields up to the closing brace or the end, and where that is.
fn parse(text: &str) -> (Map<String, Value>, usize) {
    let mut fields = Map::new();
    let mut at = 0;
    loop {
        at += skip(&text[at..], |c| c.is_whitespace() || c == ',');
        let rest = &text[at..];
        if rest.is_empty() {
            return (fields, at);
        }
        if rest.starts_with('}') {
            return (fields, at + 1);
        }
        let Some((key, length)) = token(rest, &[':', '}', '{']) else { return (fields, at) };
        at += length;
        at += skip(&text[at..], char::is_whitespace);
        if !text[at..].starts_with(':') {
            return (fields, at);
        }
        at += 1;
        at += skip(&text[at..], char::is_whitespace);
        let quoted = text[at..].starts_with(['"', '\'']);
        let Some((word, length)) = token(&text[at..], &[',', '}', '\n']) else { return (fields, at) };
        at += length;
        let value = if quoted { Value::String(word) } else { bare(word.trim()) };
        fields.insert(key.trim().to_owned(), value);
    }
}

fn skip(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}

/// A quoted text, or bare characters up to one of `ends`; and how long it is. A quote inside a text counts as its end only
/// where a separator follows, so that apostrophes do not cut texts short.
fn token(text: &str, ends: &[char]) -> Option<(String, usize)> {
    let quote = text.chars().next()?;
    if quote != '"' && quote != '\'' {
        let length = text.find(|c| ends.contains(&c)).unwrap_or(text.len());
        return (length > 0).then(|| (text[..length].to_owned(), length));
    }
    let mut word = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' {
            if let Some((_, escaped)) = characters.next() {
                word.push(if escaped == 'n' { '\n' } else { escaped });
            }
        } else if c == quote {
            let after = text[at + 1..].trim_start();
            if after.is_empty() || after.starts_with([',', '}', ':']) {
                return Some((word, at + 1));
            }
            word.push(c);
        } else {
            word.push(c);
        }
    }
    Some((word, text.len()))
}

fn bare(word: &str) -> Value {
    match word.to_lowercase().as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "none" | "null" => Value::Null,
        _ => serde_json::from_str::<serde_json::Number>(word)
            .map_or_else(|_| Value::String(word.to_owned()), Value::Number),
    }
}
