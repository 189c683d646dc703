use crate::Span;

/// What a placeholder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlaceholderKind {
    /// `{{ expression }}`: puts a value in.
    Value,
    /// `{% tag %}`: decides or repeats.
    Tag,
    /// `{# comment #}`: nothing the model sees.
    Comment,
    /// `{% raw %}` with all up to and with its `{% endraw %}`: text that looks like a template.
    Raw,
}

/// One span of a template that is not literal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// Where, delimiters included.
    pub span: Span,
    /// What it does.
    pub kind: PlaceholderKind,
}

impl Placeholder {
    /// Its meaning without its spelling: what is inside the delimiters without whitespace control, runs of blanks outside
    /// quotes as one blank; a value's brackets as `{{x}}`, a tag's as `{%x%}`. Comments and raw texts stay as they are.
    #[must_use]
    pub fn normalised(&self, source: &str) -> String {
        let whole = &source[self.span.clone()];
        let (open, close) = match self.kind {
            PlaceholderKind::Value => ("{{", "}}"),
            PlaceholderKind::Tag => ("{%", "%}"),
            PlaceholderKind::Comment | PlaceholderKind::Raw => return whole.to_owned(),
        };
        let inner = whole.strip_prefix(open).unwrap_or(whole);
        let inner = inner.strip_suffix(close).unwrap_or(inner);
        let inner = inner.strip_prefix(['-', '+']).unwrap_or(inner);
        let inner = inner.strip_suffix(['-', '+']).unwrap_or(inner);
        let mut text = String::with_capacity(whole.len());
        text.push_str(open);
        let mut quote = None;
        let mut blank = false;
        for c in inner.trim().chars() {
            if quote.is_none() && c.is_whitespace() {
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) {
                text.push(' ');
            }
            match quote {
                Some(q) if q == c => quote = None,
                None if c == '"' || c == '\'' => quote = Some(c),
                _ => {}
            }
            text.push(c);
        }
        text.push_str(close);
        text
    }
}

/// Every placeholder of a template in order. An unclosed one reaches to the end of the text, so that what protects
/// placeholders protects it too.
#[must_use]
pub fn placeholders(source: &str) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = source[at..].find('{').map(|i| at + i) {
        let kind = match source.as_bytes().get(start + 1) {
            Some(b'{') => PlaceholderKind::Value,
            Some(b'%') => PlaceholderKind::Tag,
            Some(b'#') => PlaceholderKind::Comment,
            _ => {
                at = start + 1;
                continue;
            }
        };
        let (kind, end) = match kind {
            PlaceholderKind::Value => (kind, end_of_code(source, start + 2, "}}")),
            PlaceholderKind::Comment => {
                (kind, source[start + 2..].find("#}").map_or(source.len(), |i| start + 2 + i + 2))
            }
            _ => {
                let end = end_of_code(source, start + 2, "%}");
                if tag_word(&source[start..end]) == "raw" {
                    (PlaceholderKind::Raw, end_of_raw(source, end))
                } else {
                    (PlaceholderKind::Tag, end)
                }
            }
        };
        found.push(Placeholder { span: start..end, kind });
        at = end;
    }
    found
}

/// The first word inside a tag.
fn tag_word(tag: &str) -> &str {
    let inner = tag.strip_prefix("{%").unwrap_or(tag).trim_start_matches(['-', '+']).trim_start();
    inner.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn end_of_raw(source: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(start) = source[at..].find("{%").map(|i| at + i) {
        let end = source[start..].find("%}").map_or(source.len(), |i| start + i + 2);
        if tag_word(&source[start..end]) == "endraw" {
            return end;
        }
        at = start + 2;
    }
    source.len()
}

/// The position after `close`, skipping quoted texts and balanced brackets.
fn end_of_code(source: &str, from: usize, close: &str) -> usize {
    let bytes = source.as_bytes();
    let mut depth = 0_usize;
    let mut at = from;
    while at < bytes.len() {
        if depth == 0 && source.as_bytes()[at..].starts_with(close.as_bytes()) {
            return at + close.len();
        }
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    // a quote or a bracket may be open by mistake; then the plain delimiter is what the writer meant
    source[from..].find(close).map_or(source.len(), |i| from + i + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_meanings() {
        use PlaceholderKind::{Comment, Raw, Tag, Value};
        let cases: &[(&str, &[(PlaceholderKind, &str)])] = &[
            ("no braces { } here", &[]),
            ("a {{ x }} b {{y}}", &[(Value, "{{x}}"), (Value, "{{y}}")]),
            ("{{-  x  |  upper -}}", &[(Value, "{{x | upper}}")]),
            (r#"{{ "}}  " ~ x }}!"#, &[(Value, r#"{{"}}  " ~ x}}"#)]),
            ("{{ {'a': {'b': 1}} }}", &[(Value, "{{{'a': {'b': 1}}}}")]),
            ("{% if  x %}é{% endif %}", &[(Tag, "{%if x%}"), (Tag, "{%endif%}")]),
            ("{# {{ x }} #}{{z}}", &[(Comment, "{# {{ x }} #}"), (Value, "{{z}}")]),
            ("{% raw %}{{ x }}{% endraw %}{{z}}", &[(Raw, "{% raw %}{{ x }}{% endraw %}"), (Value, "{{z}}")]),
            ("open {{ x and on", &[(Value, "{{x and on}}")]),
            ("don't {{ it's }} go {{y}}", &[(Value, "{{it's}}"), (Value, "{{y}}")]),
        ];
        for (source, expected) in cases {
            let found: Vec<_> = placeholders(source).into_iter().map(|p| (p.kind, p.normalised(source))).collect();
            let expected: Vec<_> = expected.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect();
            assert_eq!(found, expected, "{source}");
        }
    }
}
