use clade_text::template::{PlaceholderKind, placeholders};
use serde_json::Value;

/// A chat in JSON with `{{ name | dump }}` where a text belongs, as promptfoo's manual writes it: with `"{{ name }}"` in its place, which is filled to
/// the same text and can be read before it is filled. `None` where there is no such place.
pub(super) fn quoted(text: &str) -> Option<String> {
    let mut written = String::with_capacity(text.len());
    let mut from = 0;
    let mut inside = false;
    let mut any = false;
    for found in placeholders(text) {
        let literal = &text[from..found.span.start];
        inside = ends_inside(literal, inside);
        written.push_str(literal);
        let whole = &text[found.span.clone()];
        match dumped(whole).filter(|_| found.kind == PlaceholderKind::Value && !inside) {
            Some(value) => {
                any = true;
                written.push_str(&Value::from(format!("{{{{ {value} }}}}")).to_string());
            }
            None => written.push_str(whole),
        }
        from = found.span.end;
    }
    written.push_str(&text[from..]);
    any.then_some(written)
}

/// What is dumped: the expression in front of `| dump`.
fn dumped(placeholder: &str) -> Option<&str> {
    let inner = placeholder.strip_prefix("{{")?.strip_suffix("}}")?;
    let mut inner = inner.trim_start_matches('-').trim_end_matches('-').trim();
    if let Some((before, "safe")) = inner.rsplit_once('|').map(|(before, filter)| (before, filter.trim())) {
        inner = before.trim();
    }
    let (value, filter) = inner.rsplit_once('|')?;
    matches!(filter.trim(), "dump" | "tojson").then(|| value.trim())
}

/// Whether a stretch of JSON that begins in or out of a text ends in one.
fn ends_inside(literal: &str, mut inside: bool) -> bool {
    let mut escaped = false;
    for c in literal.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stand_where_a_value_was_dumped() {
        for (text, expected) in [
            (r#"{"content": {{ q | dump }}}"#, Some(r#"{"content": "{{ q }}"}"#)),
            (r#"{"content":{{q|dump}}}"#, Some(r#"{"content":"{{ q }}"}"#)),
            (r#"{"content": {{- q | upper | dump | safe -}} }"#, Some(r#"{"content": "{{ q | upper }}" }"#)),
            (r#"{"content": {{ "a\" " ~ q | dump }}}"#, Some(r#"{"content": "{{ \"a\\\" \" ~ q }}"}"#)),
            (r#"{"content": "say \"{{ q | dump }}\""}"#, None),
            (r#"{"content": {{ q }}}"#, None),
            (r#"{"content": "{{ q }}"}"#, None),
        ] {
            assert_eq!(quoted(text).as_deref(), expected, "{text}");
        }
    }
}
