use secrecy::{ExposeSecret, SecretString};

/// What stands where a secret stood.
const REDACTED: &str = "[redacted]";

/// How keys of the well-known vendors begin.
const KEY_BEGINNINGS: [&str; 8] = ["sk-", "sk_", "AIza", "gsk_", "xai-", "pplx-", "fw_", "csk-"];

/// Takes secrets out of texts that come from outside, such as a provider's error that echoes the key it refused.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    secrets: Vec<SecretString>,
}

impl Redactor {
    /// Takes out these secrets and everything that looks like a key. Secrets under 4 characters are too short to tell
    /// from ordinary words.
    pub(crate) fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Self { secrets: secrets.into_iter().filter(|secret| secret.expose_secret().len() >= 4).collect() }
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
