/// Reads a `.env` text: `NAME=value` lines, `export` in front, `#` comments, single quotes (taken as they are), double
/// quotes (with `\n`, `\t`, `\"`, `\\`, over several lines), and `${VAR}` outside single quotes, looked up in the
/// environment first and then in the lines above.
///
/// # Errors
/// The line and what is wrong with it, never its value.
pub(crate) fn parse(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Vec<(String, String)>, String> {
    let mut found: Vec<(String, String)> = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        let (head, _) = rest.split_once('\n').unwrap_or((rest, ""));
        let trimmed = head.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            rest = after(rest, head.len());
            line += 1;
            continue;
        }
        let Some(equals) = head.find('=') else {
            return Err(format!("line {line} of the .env file has no `=`; write NAME=value"));
        };
        let name = head[..equals].trim();
        let name = name.strip_prefix("export ").unwrap_or(name).trim();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)) {
            return Err(format!("line {line} of the .env file has no variable name before `=`"));
        }
        let value = rest[equals + 1..].trim_start_matches([' ', '\t']);
        let offset = rest.len() - value.len();
        let expand = |text: &str| expand(text, &|name| lookup(name).or_else(|| last(&found, name)));
        let (value, used) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let Some(end) = closing(&value[1..], quote) else {
                    return Err(format!("line {line} of the .env file opens a {quote} that is never closed"));
                };
                let inner = &value[1..=end];
                let text = if quote == '\'' { inner.to_owned() } else { expand(&unescape(inner)) };
                (text, offset + end + 2)
            }
            _ => {
                let plain = value.split('\n').next().unwrap_or("");
                let length = plain.len();
                let plain = plain.find(" #").map_or(plain, |at| &plain[..at]);
                (expand(plain.trim()), offset + length)
            }
        };
        line += rest[..used].matches('\n').count() + 1;
        let name = name.to_owned();
        let tail = rest[used..].find('\n').unwrap_or(rest.len() - used);
        rest = after(rest, used + tail);
        found.push((name, value));
    }
    Ok(found)
}

fn after(text: &str, end: usize) -> &str {
    text.get(end + 1..).unwrap_or("")
}

fn last(found: &[(String, String)], name: &str) -> Option<String> {
    found.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

/// Where the closing quote stands.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if c == quote {
            return Some(at);
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}') else { break };
        out.push_str(&rest[..at]);
        let name = &rest[at + 2..at + end];
        let (name, default) = name.split_once(":-").unwrap_or((name, ""));
        out.push_str(&lookup(name).filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned()));
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let cases: [(&str, &[(&str, &str)]); 13] = [
            ("A=1", &[("A", "1")]),
            ("\u{feff}A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]),
            ("# comment\n\n  export A = spaced value \nB=x # note", &[("A", "spaced value"), ("B", "x")]),
            ("A=a#b", &[("A", "a#b")]),
            ("A=\"two words\" # note\nB=2", &[("A", "two words"), ("B", "2")]),
            ("A='${HOME} \\n'", &[("A", "${HOME} \\n")]),
            ("A=\"line\\none\"", &[("A", "line\none")]),
            ("A=\"over\nlines\"\nB=1", &[("A", "over\nlines"), ("B", "1")]),
            ("A=${HOME}/x\nB=\"${A}/y\"", &[("A", "/home/ann/x"), ("B", "/home/ann/x/y")]),
            ("A=${NONE:-fallback}", &[("A", "fallback")]),
            ("A=\nB=1", &[("A", ""), ("B", "1")]),
            ("A=sk-abc==", &[("A", "sk-abc==")]),
            ("A=\"say \\\"hi\\\"\"", &[("A", "say \"hi\"")]),
        ];
        for (text, expected) in cases {
            let found = parse(text, &|name| (name == "HOME").then(|| "/home/ann".to_owned())).unwrap();
            let found: Vec<(&str, &str)> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn names_the_line_and_hides_the_value() {
        for (text, line) in [("A=1\nsk-secret", "line 2"), ("\n\n='sk-secret'", "line 3"), ("A='sk-secret", "line 1")] {
            let message = parse(text, &|_| None).unwrap_err();
            assert!(message.contains(line) && !message.contains("secret"), "{message}");
        }
    }
}
