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

/// Whether a header's name says so: `X-Auth-Token` too.
pub(crate) fn is_secret_header(name: &str) -> bool {
    let plain = name.to_lowercase().replace(['-', '_'], "");
    is_secret(name) || ["token", "secret", "apikey", "password"].iter().any(|end| plain.ends_with(end))
}

/// Which part of an address is a secret: a password before the host, or a value of its query.
pub(crate) fn secret_in_address(address: &str) -> Option<&'static str> {
    let (_, rest) = address.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let host = place.split('/').next().unwrap_or_default();
    if host.contains('@') {
        return Some("user or a password");
    }
    let secret = |pair: &str| pair.split_once('=').is_some_and(|(name, value)| is_secret(name) && !value.is_empty());
    query.split('&').any(secret).then_some("secret in its query")
}

/// A line without what stands between `://` and `@`, and without the values of secret names in a query.
fn mask_addresses(line: &str) -> Cow<'_, str> {
    let mut masked: Option<Vec<char>> = None;
    let chars: Vec<char> = line.chars().collect();
    let ends = |c: &char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '}' | '#');
    for at in (0..chars.len().saturating_sub(2)).filter(|at| chars[*at..*at + 3] == [':', '/', '/']) {
        let scheme = chars[..at].iter().rev().take_while(|c| c.is_ascii_alphabetic()).count();
        if !["http", "https"].iter().any(|http| chars[at - scheme..at].iter().copied().eq(http.chars())) {
            continue;
        }
        let from = at + 3;
        let host = chars[from..].iter().take_while(|c| !ends(c) && !matches!(c, '/' | '?')).count();
        if let Some(who) = chars[from..from + host].iter().rposition(|c| *c == '@') {
            masked.get_or_insert_with(|| chars.clone())[from..from + who].fill('*');
        }
        let until = from + chars[from..].iter().take_while(|c| !ends(c)).count();
        for equals in (from..until).filter(|i| chars[*i] == '=') {
            let word = |c: &&char| c.is_alphanumeric() || matches!(c, '_' | '-');
            let start = equals - chars[from..equals].iter().rev().take_while(word).count();
            let name: String = chars[start..equals].iter().collect();
            let value = chars[equals + 1..until].iter().take_while(|c| **c != '&').count();
            if is_secret(&name) && !matches!(chars.get(equals + 1), Some('$' | '{')) {
                masked.get_or_insert_with(|| chars.clone())[equals + 1..equals + 1 + value].fill('*');
            }
        }
    }
    masked.map_or(Cow::Borrowed(line), |chars| Cow::Owned(chars.into_iter().collect()))
}

/// A line with the values of secret names replaced by as many `*`. References to the environment stay.
pub(crate) fn mask(line: &str) -> Cow<'_, str> {
    match mask_addresses(line) {
        Cow::Borrowed(line) => mask_named(line),
        Cow::Owned(line) => Cow::Owned(mask_named(&line).into_owned()),
    }
}

fn mask_named(line: &str) -> Cow<'_, str> {
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
    fn addresses_with_secrets_are_found() {
        for (address, secret) in [
            ("http://host/v1", false),
            ("http://me:pw@host/v1", true),
            ("https://me@host", true),
            ("https://host/v1?api-key=abc", true),
            ("https://host/v1?api-version=2&max_tokens=3", false),
            ("https://host/a@b", false),
            ("openai:gpt-5-mini", false),
        ] {
            assert_eq!(secret_in_address(address).is_some(), secret, "{address}");
        }
    }

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
            ("apiBaseUrl: http://me:pw@host/v1", "apiBaseUrl: http://*****@host/v1"),
            ("apiBaseUrl: 'http://host/v1?api_key=abc&x=1'", "apiBaseUrl: 'http://host/v1?api_key=***&x=1'"),
            ("see https://a.b/c@d?x=1", "see https://a.b/c@d?x=1"),
            ("- library://name@3", "- library://name@3"),
        ] {
            assert_eq!(mask(line), expected);
        }
    }
}
