use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clade_domain::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::TokenFault;

/// How far two clocks may be apart, in milliseconds.
const SKEW_MS: i64 = 60_000;
/// The longest token that is looked at.
const LONGEST: usize = 16 << 10;
/// The longest subject (OpenID Connect Core 1.0, section 2).
const SUBJECT: usize = 255;

/// A key that signatures are checked with. The way of signing is the key's, never what a token says of itself.
#[derive(Clone)]
pub(crate) struct Key {
    pub algorithm: Algorithm,
    pub key: DecodingKey,
}

/// The head of a token, before anything of it is believed.
#[derive(Debug, Deserialize)]
pub(crate) struct Head {
    pub alg: String,
    pub kid: Option<String>,
    /// Extensions that have to be understood; none is (RFC 7515, section 4.1.11).
    crit: Option<Value>,
}

impl Head {
    /// The head of what looks like a signed token.
    pub fn of(token: &str) -> Result<Self, TokenFault> {
        let mut parts = token.split('.');
        let (Some(head), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(TokenFault::Malformed);
        };
        if token.len() > LONGEST {
            return Err(TokenFault::Malformed);
        }
        let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| TokenFault::Malformed)?;
        let head: Self = serde_json::from_slice(&head).map_err(|_| TokenFault::Malformed)?;
        if head.crit.is_some() { Err(TokenFault::Malformed) } else { Ok(head) }
    }
}

/// For whom a token has to have been made, and by whom.
pub(crate) struct Expected<'a> {
    pub issuer: &'a str,
    pub audience: &'a str,
}

/// What a token says, after its signature, issuer, audience and times were checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// Who, as the issuer knows them.
    pub subject: String,
    /// Until when.
    pub until: Timestamp,
    /// All of it.
    pub all: Map<String, Value>,
}

impl Claims {
    /// A claim that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.all.get(name).and_then(Value::as_str)
    }

    /// A claim that is true, also where it is so in words.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.all.get(name).is_some_and(|value| *value == Value::Bool(true) || *value == "true")
    }
}

/// Checks a token against a key.
pub(crate) fn check(token: &str, key: &Key, expected: &Expected<'_>, now: Timestamp) -> Result<Claims, TokenFault> {
    let mut validation = Validation::new(key.algorithm);
    // the signature is checked there; what the token says, with the time as an argument, below
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &key.key, &validation);
    let all = decoded.map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenFault::Signature,
        jsonwebtoken::errors::ErrorKind::InvalidAlgorithm => TokenFault::Algorithm,
        _ => TokenFault::Malformed,
    })?;
    believed(all.claims, expected, now)
}

fn believed(all: Map<String, Value>, expected: &Expected<'_>, now: Timestamp) -> Result<Claims, TokenFault> {
    let found = all.get("iss").and_then(Value::as_str).unwrap_or_default();
    if found != expected.issuer {
        let found = found.chars().take(200).collect();
        return Err(TokenFault::Issuer { found, expected: expected.issuer.to_owned() });
    }
    let made_for = match all.get("aud") {
        Some(Value::String(one)) => one == expected.audience,
        Some(Value::Array(many)) => many.iter().any(|one| one == expected.audience),
        _ => false,
    };
    if !made_for {
        return Err(TokenFault::Audience { expected: expected.audience.to_owned() });
    }
    let time = |name: &'static str| match all.get(name) {
        None => Ok(None),
        Some(value) => match value.as_f64() {
            // seconds, which may have a fraction (RFC 7519, section 2)
            Some(seconds) if (0.0..1e11).contains(&seconds) => Ok(Some((seconds * 1_000.0) as i64)),
            _ => Err(TokenFault::Claim(name)),
        },
    };
    let until = time("exp")?.ok_or(TokenFault::Claim("exp"))?;
    if until + SKEW_MS <= now.0 {
        return Err(TokenFault::Expired { seconds: (now.0 - until).unsigned_abs() / 1_000 });
    }
    if let Some(from) = time("nbf")?.filter(|from| *from - SKEW_MS > now.0) {
        return Err(TokenFault::NotYet { seconds: (from - now.0).unsigned_abs().div_ceil(1_000) });
    }
    let subject = all.get("sub").and_then(Value::as_str).unwrap_or_default();
    if !(1..=SUBJECT).contains(&subject.len()) || subject.contains(char::is_control) || subject.contains(' ') {
        return Err(TokenFault::Claim("sub"));
    }
    Ok(Claims { subject: subject.to_owned(), until: Timestamp(until), all })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn fate(change: Value) -> Result<(), TokenFault> {
        let mut all = json!({ "iss": "https://id", "aud": "us", "sub": "zoe", "exp": 1_800_000_100 });
        for (name, value) in change.as_object().unwrap() {
            all[name] = value.clone();
        }
        let all = all.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
        let all = all.map(|(name, value)| (name.clone(), value.clone())).collect();
        believed(all, &Expected { issuer: "https://id", audience: "us" }, NOW).map(drop)
    }

    #[test]
    fn what_a_token_says_is_weighed_claim_by_claim() {
        let audience = || Err(TokenFault::Audience { expected: "us".into() });
        let table = [
            (json!({}), Ok(())),
            (json!({ "aud": ["them", "us"] }), Ok(())),
            (json!({ "aud": "them" }), audience()),
            (json!({ "aud": ["them"] }), audience()),
            (json!({ "aud": null }), audience()),
            (json!({ "aud": { "us": true } }), audience()),
            (json!({ "exp": 1_799_999_941 }), Ok(())),
            (json!({ "exp": 1_799_999_940 }), Err(TokenFault::Expired { seconds: 60 })),
            (json!({ "exp": 1_800_000_000.5 }), Ok(())),
            (json!({ "exp": null }), Err(TokenFault::Claim("exp"))),
            (json!({ "exp": "1800000100" }), Err(TokenFault::Claim("exp"))),
            (json!({ "exp": 1e300 }), Err(TokenFault::Claim("exp"))),
            (json!({ "nbf": 1_800_000_060 }), Ok(())),
            (json!({ "nbf": 1_800_000_300 }), Err(TokenFault::NotYet { seconds: 300 })),
            (json!({ "nbf": "soon" }), Err(TokenFault::Claim("nbf"))),
            (json!({ "sub": null }), Err(TokenFault::Claim("sub"))),
            (json!({ "sub": "" }), Err(TokenFault::Claim("sub"))),
            (json!({ "sub": "a b" }), Err(TokenFault::Claim("sub"))),
            (json!({ "sub": "x".repeat(256) }), Err(TokenFault::Claim("sub"))),
            (
                json!({ "iss": "https://id/" }),
                Err(TokenFault::Issuer { found: "https://id/".into(), expected: "https://id".into() }),
            ),
            (json!({ "iss": null }), Err(TokenFault::Issuer { found: String::new(), expected: "https://id".into() })),
        ];
        for (change, expected) in table {
            assert_eq!(fate(change.clone()), expected, "{change}");
        }
    }

    #[test]
    fn what_is_no_signed_token_has_no_head() {
        let head = |json: &str| format!("{}.e30.e30", URL_SAFE_NO_PAD.encode(json));
        assert!(Head::of(&head(r#"{"alg":"ES256","kid":"1"}"#)).is_ok());
        let table = [
            "".to_owned(),
            "clade_0123".to_owned(),
            "a.b".to_owned(),
            "a.b.c".to_owned(),
            format!("{}.e30", head(r#"{"alg":"ES256"}"#)),
            head("{}"),
            head(r#"{"alg":"ES256","crit":["exp"]}"#),
            format!("{}{}", head(r#"{"alg":"ES256"}"#), "x".repeat(LONGEST)),
        ];
        for token in table {
            assert_eq!(Head::of(&token).map(|head| head.alg), Err(TokenFault::Malformed), "{token}");
        }
    }
}
