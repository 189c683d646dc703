use std::{borrow::Cow, sync::Arc, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::time::Instant;

use super::{Refusals, failure::Teller};
use crate::{
    client::ModelError,
    http::{Http, HttpError, Target, tell_limits},
    layers::{Counters, Pacer},
    prices::Price,
    redact::Redactor,
    simulated::SIMULATED,
};

/// What a provider's client is made of, whatever its wire format.
pub(crate) struct Setup {
    pub http: Http,
    /// The model's full name, for messages.
    pub full_name: String,
    /// The model as its provider calls it.
    pub model: String,
    /// The base URL, for messages.
    pub base_url: String,
    /// How a refused key is mended.
    pub key_fix: String,
    pub redactor: Redactor,
    pub pacer: Arc<Pacer>,
    pub counters: Arc<Counters>,
    pub timeout: Duration,
    pub price: Price,
    pub refusals: Refusals,
}

/// The way to one endpoint of a provider.
pub(crate) struct Connection {
    setup: Setup,
    target: Target,
}

/// An answer that was read, with the time it took from the request to its last byte.
pub(crate) struct Answered<T> {
    pub value: T,
    pub body: Bytes,
    pub latency_ms: u32,
}

impl Connection {
    pub(crate) fn new(setup: Setup, target: Target) -> Self {
        Self { setup, target }
    }

    pub(crate) fn full_name(&self) -> &str {
        &self.setup.full_name
    }

    pub(crate) fn model(&self) -> &str {
        &self.setup.model
    }

    pub(crate) fn price(&self) -> &Price {
        &self.setup.price
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.setup.counters
    }

    pub(crate) fn teller(&self) -> Teller<'_> {
        let Setup { full_name, key_fix, base_url, redactor, .. } = &self.setup;
        Teller { model: full_name, key_fix, address: base_url, redactor }
    }

    /// Sends what `build` makes and reads the answer. Where the provider refuses a parameter that this request carried, it is
    /// remembered and left out, and the request is built and sent again at once; others in flight do the same.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        build: impl Fn(&Refusals) -> Vec<u8>,
    ) -> Result<Answered<T>, ModelError> {
        loop {
            // what this request leaves out, whatever others learn while it is on its way
            let left_out = self.setup.refusals.now();
            let body = build(&left_out);
            let start = Instant::now();
            let mut reply = match self.setup.http.post(&self.target, body, self.setup.timeout).await {
                Ok(reply) => reply,
                Err(HttpError::TooLarge) => return Err(self.teller().request(&HttpError::TooLarge.to_string())),
                Err(error @ HttpError::Setup(_)) => {
                    return Err(ModelError::Permanent {
                        model: self.setup.model.clone(),
                        message: error.to_string(),
                        fix: "mend the proxy variables or the machine's certificates, then `clade resume`".to_owned(),
                    });
                }
                Err(HttpError::Unreachable(why)) => return Err(self.teller().unreachable(&why)),
                Err(error @ HttpError::Resolve(_)) => return Err(self.teller().unresolved(&error.to_string())),
                Err(error @ HttpError::CutOff(_)) => return Err(self.teller().cut_off(&error.to_string())),
                Err(error) => return Err(self.teller().unreached(&error.to_string())),
            };
            let latency_ms = u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX);
            tell_limits(&reply.headers, &self.setup.pacer);
            let simulated = reply.status.is_success() && says_simulated(&reply.body);
            // nothing else reads what came, and of its headers nothing is kept but figures
            reply.body = self.setup.redactor.received(reply.body);
            if !reply.status.is_success() {
                let failure = self.teller().refused(reply.status, &reply.headers, &reply.body);
                match failure.refused {
                    Some(parameter) if !left_out.has(parameter) => {
                        tracing::debug!(gen_ai.request.model = %self.setup.model, ?parameter, "model refuses a parameter, which is left out from now on");
                        self.setup.refusals.learn(parameter);
                        continue;
                    }
                    _ => return Err(failure.error),
                }
            }
            if simulated {
                self.setup.counters.saw_simulated(&self.setup.full_name);
            }
            let read = serde_json::from_slice(&reply.body);
            return match read.or_else(|error| mended(&reply.body).ok_or(error)) {
                Ok(value) => Ok(Answered { value, body: reply.body, latency_ms }),
                Err(error) => Err(self.teller().unreadable(&reply.body, &error.to_string())),
            };
        }
    }
}

/// A second reading of an answer, which was paid for: with whole characters alone, then without an account of tokens that is none.
fn mended<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let text = whole_characters(std::str::from_utf8(body).ok()?);
    if let Ok(value) = serde_json::from_str(&text) {
        return Some(value);
    }
    let mut value: Value = serde_json::from_str(&text).ok()?;
    value.as_object_mut()?.remove("usage")?;
    serde_json::from_value(value).ok()
}

/// JSON with each escaped half of a character (a lone surrogate) replaced.
fn whole_characters(text: &str) -> String {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text[at..].find('\\').map(|found| at + found) {
        out.push_str(&text[at..next]);
        let (copied, length) = match unit(next) {
            Some(0xd800..=0xdbff) if matches!(unit(next + 6), Some(0xdc00..=0xdfff)) => (&text[next..next + 12], 12),
            Some(0xd800..=0xdfff) => ("\\ufffd", 6),
            Some(_) => (&text[next..next + 6], 6),
            // whatever is escaped is one character
            None => {
                let length = 1 + text[next + 1..].chars().next().map_or(0, char::len_utf8);
                (&text[next..next + length], length)
            }
        };
        out.push_str(copied);
        at = next + length;
    }
    out.push_str(&text[at..]);
    out
}

/// Whether an answer names the simulated model as its own, as `clade simulate` does whatever model was asked for.
fn says_simulated(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow, default)]
        model: Option<Cow<'a, str>>,
    }
    // hardly any body has the word, and looking for it costs less than reading the body twice
    let has_word = body.windows(SIMULATED.len()).any(|part| part == SIMULATED.as_bytes());
    let named = || serde_json::from_slice::<Named<'_>>(body).ok()?.model;
    has_word && named().is_some_and(|model| model.starts_with(SIMULATED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_are_nearly_right_are_read() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Wire {
            text: String,
            #[serde(default)]
            usage: Option<u64>,
        }
        let wire = |text: &str, usage| Some(Wire { text: text.to_owned(), usage });
        for (body, expected) in [
            (r#"{"text": "4\u0000 \ud83d ok", "usage": 3}"#, wire("4\0 \u{fffd} ok", Some(3))),
            (r#"{"text": "\ud83d\ude00 \\ud83d \udc00", "usage": 3}"#, wire("\u{1f600} \\ud83d \u{fffd}", Some(3))),
            (r#"{"text": "4", "usage": -1}"#, wire("4", None)),
            (r#"{"text": 4, "usage": -1}"#, None),
            ("<html>", None),
        ] {
            assert_eq!(mended::<Wire>(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn only_the_answers_own_model_says_that_it_is_simulated() {
        assert!(says_simulated(br#"{"id":"1","model":"simulated:rough","choices":[]}"#));
        for body in [
            r#"{"model":"gpt-5","choices":[{"message":{"content":"\"model\":\"simulated:rough\""}}]}"#,
            r#"{"choices":[{"model":"simulated:rough"}]}"#,
            r#"{"model":null,"text":"simulated"}"#,
            "simulated, and no JSON",
        ] {
            assert!(!says_simulated(body.as_bytes()), "{body}");
        }
    }
}
