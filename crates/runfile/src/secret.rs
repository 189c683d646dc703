//! What must not be stored or shown: settings whose name says that their value is a secret.

use std::borrow::Cow;

/// Names without case, `-` and `_`; headers among them.
const NAMES: [&str; 14] = [
    "apikey",
    "xapikey",
    "secret",
    "secretkey",
    "clientsecret",
    "accesskey",
    "secretaccesskey",
    "password",
    "token",
    "accesstoken",
    "sessiontoken",
    "authorization",
    "proxyauthorization",
    "cookie",
];

/// Endings of environment variables that hold secrets.
const ENDINGS: [&str; 5] = ["_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_APIKEY"];

/// Whether a name says that its value is a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let plain = name.to_lowercase().replace(['-', '_'], "");
    NAMES.contains(&plain.as_str()) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// A line with the values of secret names replaced by as many `*`. References to the environment stay.
pub(crate) fn mask(line: &str) -> Cow<'_, str> {
    let mut masked: Option<Vec<char>> = None;
    let chars: Vec<char> = line.chars().collect();
    for colon in (0..chars.len()).filter(|i| chars[*i] == ':') {
        let word = |c: &&char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let end = colon - chars[..colon].iter().rev().take_while(|c| matches!(c, '"' | '\'' | ' ')).count();
        let start = end - chars[..end].iter().rev().take_while(word).count();
        let name: String = chars[start..end].iter().collect();
        if !is_secret(&name) {
            continue;
        }
        let blank = chars[colon + 1..].iter().take_while(|c| matches!(c, '"' | '\'' | ' ')).count();
        let from = colon + 1 + blank;
        if matches!(chars.get(from), Some('$' | '{')) {
            continue;
        }
        let until = chars[from..].iter().take_while(|c| !matches!(c, '"' | '\'' | ',' | '}')).count();
        masked.get_or_insert_with(|| chars.clone())[from..from + until].fill('*');
    }
    masked.map_or(Cow::Borrowed(line), |chars| Cow::Owned(chars.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_references_stay() {
        for (line, expected) in [
            ("question: what is a token?", "question: what is a token?"),
            ("  apiKey: sk-123", "  apiKey: ******"),
            ("{apiKey: 'sk-1', temperature: 0}", "{apiKey: '****', temperature: 0}"),
            ("\"api_key\": \"sk-1\"}", "\"api_key\": \"****\"}"),
            ("apiKey: '${OPENAI_API_KEY}'", "apiKey: '${OPENAI_API_KEY}'"),
            ("apiKey: '{{env.KEY}}'", "apiKey: '{{env.KEY}}'"),
            ("OPENAI_API_KEY: sk-1", "OPENAI_API_KEY: ****"),
            ("headers: {Authorization: Bearer x, a: b}", "headers: {Authorization: ********, a: b}"),
            ("max_tokens: 100", "max_tokens: 100"),
            ("apiKeyEnvar: NAME", "apiKeyEnvar: NAME"),
        ] {
            assert_eq!(mask(line), expected);
        }
    }
}
