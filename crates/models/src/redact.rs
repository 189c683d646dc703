use std::borrow::Cow;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::simulated::SIMULATED;

/// What stands where a secret stood.
const REDACTED: &str = "[redacted]";

/// How keys of the well-known vendors begin.
const KEY_BEGINNINGS: [&str; 8] = ["sk-", "sk_", "AIza", "gsk_", "xai-", "pplx-", "fw_", "csk-"];

/// Shorter secrets are not told from what an answer may say.
const SHORTEST_IN_ANSWERS: usize = 8;

/// Takes secrets out of texts that come from outside, such as a provider's error that echoes the key it refused.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    secrets: Vec<SecretString>,
    /// What the request showed who it is by.
    credentials: Vec<SecretString>,
}

impl Redactor {
    /// Takes out these secrets and everything that looks like a key. Secrets under 4 characters are too short to tell
    /// from ordinary words.
    pub(crate) fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let secrets = secrets.into_iter().filter(|secret| secret.expose_secret().len() >= 4).collect();
        Self { secrets, credentials: Vec::new() }
    }

    /// Takes these out of whatever comes back, answers too ([`Redactor::received`]). Those under 8 characters, and the word that marks what
    /// is simulated, stay.
    pub(crate) fn with_credentials(mut self, credentials: impl IntoIterator<Item = SecretString>) -> Self {
        for credential in credentials {
            let plain = credential.expose_secret();
            if plain.len() < SHORTEST_IN_ANSWERS || plain == SIMULATED {
                continue;
            }
            // as JSON writes it, where that is another text
            let escaped = Value::from(plain).to_string();
            let escaped = &escaped[1..escaped.len() - 1];
            if escaped != plain {
                self.credentials.push(SecretString::from(escaped.to_owned()));
            }
            self.credentials.push(credential);
        }
        self
    }

    /// A body as it came, without the credentials of the request, whichever way JSON writes them. One that does not hold them is not copied.
    pub(crate) fn received(&self, body: Bytes) -> Bytes {
        if self.credentials.is_empty() {
            return body;
        }
        let text = String::from_utf8_lossy(&body);
        let clean = self.without_credentials(&text);
        // `\/` and `\u002d` are the only other ways to write what a key is made of
        let text = clean.as_deref().unwrap_or(&text);
        if (text.contains("\\u00") || text.contains("\\/"))
            && let Ok(mut value) = serde_json::from_str::<Value>(text)
            && self.take_out_of(&mut value)
        {
            return value.to_string().into();
        }
        clean.map_or_else(|| body.clone(), Bytes::from)
    }

    /// `None` where there are none in it.
    fn without_credentials(&self, text: &str) -> Option<String> {
        let mut clean = Cow::Borrowed(text);
        for credential in &self.credentials {
            if clean.contains(credential.expose_secret()) {
                clean = Cow::Owned(clean.replace(credential.expose_secret(), REDACTED));
            }
        }
        match clean {
            Cow::Borrowed(_) => None,
            Cow::Owned(clean) => Some(clean),
        }
    }

    /// Whether there was one in any text of a value.
    fn take_out_of(&self, value: &mut Value) -> bool {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
            Value::String(text) => match self.without_credentials(text) {
                Some(clean) => {
                    *text = clean;
                    true
                }
                None => false,
            },
            Value::Array(all) => all.iter_mut().map(|one| self.take_out_of(one)).filter(|found| *found).count() > 0,
            Value::Object(fields) => {
                fields.values_mut().map(|one| self.take_out_of(one)).filter(|found| *found).count() > 0
            }
        }
    }

    /// The text without them.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.expose_secret(), REDACTED);
        }
        without_keys(&text)
    }
}

/// Replaces words that begin as keys do and have 12 or more characters, masked ones (`sk-ab***yz`) too.
fn without_keys(text: &str) -> String {
    let in_key = |c: char| c.is_ascii_alphanumeric() || "-_*.…".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut boundary = true;
    while let Some(c) = rest.chars().next() {
        if boundary && KEY_BEGINNINGS.iter().any(|beginning| rest.starts_with(beginning)) {
            let end = rest.find(|c| !in_key(c)).unwrap_or(rest.len());
            if rest[..end].trim_end_matches('.').len() >= 12 {
                out.push_str(REDACTED);
                rest = &rest[end..];
                boundary = false;
                continue;
            }
        }
        boundary = !in_key(c);
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_showed_is_in_no_body() {
        let credentials = ["pa/ss\"word-1", "EMPTY", "simulated"].map(SecretString::from);
        let redactor = Redactor::default().with_credentials(credentials);
        let cases = [
            (r#"{"a": "key pa/ss\"word-1!"}"#, r#"{"a": "key [redacted]!"}"#),
            (r#"{"a": ["pa\/ss\u0022word\u002d1"], "b": 1}"#, r#"{"a":["[redacted]"],"b":1}"#),
            (r#"{"a": "pa/ss\"word-1", "b": "pa\/ss\"word-1"}"#, r#"{"a":"[redacted]","b":"[redacted]"}"#),
            (r#"{"a": "\u0041 EMPTY"}"#, r#"{"a": "\u0041 EMPTY"}"#),
            (r#"{"model": "simulated:rough"}"#, r#"{"model": "simulated:rough"}"#),
            (r#"pa/ss"word-1 <html> pa/ss"word-1"#, "[redacted] <html> [redacted]"),
        ];
        for (body, expected) in cases {
            assert_eq!(redactor.received(body.into()), expected.as_bytes(), "{body}");
        }
        // no UTF-8, and no key that is cut in two by whoever quotes the beginning
        let broken = [b"\xff ".as_slice(), b"pa/ss\"word-1"].concat();
        assert_eq!(redactor.received(broken.into()), "\u{fffd} [redacted]".as_bytes());
    }

    #[test]
    fn no_key_survives() {
        let redactor = Redactor::new([SecretString::from("hunter2hunter2"), SecretString::from("no")]);
        let cases = [
            (
                "Incorrect API key provided: sk-proj-abcdefghijkl. See https://x",
                "Incorrect API key provided: [redacted] See https://x",
            ),
            ("key hunter2hunter2 is bad", "key [redacted] is bad"),
            ("masked sk-ab******************wxyz", "masked [redacted]"),
            ("AIzaSyA-1234567890 (denied)", "[redacted] (denied)"),
            ("no such model; risk-free; sk-learn", "no such model; risk-free; sk-learn"),
        ];
        for (text, expected) in cases {
            assert_eq!(redactor.clean(text), expected);
        }
    }
}
