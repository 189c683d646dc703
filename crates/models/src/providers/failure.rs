use std::time::Duration;

use clade_domain::Usage;
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;

use super::Parameter;
use crate::{
    Unreachable,
    client::ModelError,
    http::{retry_after, told_wait},
    redact::Redactor,
};

/// The most of a provider's words that goes into a message.
const LONGEST_MESSAGE: usize = 500;

/// Whose failure it is, and what goes into its messages.
pub(crate) struct Teller<'a> {
    pub model: &'a str,
    /// How a refused key is mended.
    pub key_fix: &'a str,
    pub address: &'a str,
    pub redactor: &'a Redactor,
}

/// A failure, and the parameter it is about where leaving that out may mend it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub error: ModelError,
    pub refused: Option<Parameter>,
}

/// What an error body says, in any provider's shape.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Said {
    /// Whether it is about what the request says.
    pub flagged: bool,
    pub message: String,
    /// Type, code and status as words, joined by spaces.
    pub kind: String,
    pub param: Option<String>,
    /// A status in the body of a 200.
    pub status: Option<u16>,
    /// Google's `retryDelay`.
    pub retry_delay: Option<Duration>,
}

impl Said {
    /// Reads `{"error": {...}}`, `{"error": "..."}`, `{"type": "error", ...}`, `[{"error": ...}]`, `{"message": ...}` and
    /// `{"detail": ...}`. `None` where it is no error in JSON.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let value = value.as_array().and_then(|all| all.first()).unwrap_or(&value);
        let error = ["error", "message", "detail"].iter().find_map(|key| value.get(key).filter(|v| !v.is_null()))?;
        Some(Self::of(error))
    }

    /// Reads the value of `error`.
    pub(crate) fn of(error: &Value) -> Self {
        let text = |key: &str| error.get(key).and_then(Value::as_str);
        let message = match (error.as_str(), text("message")) {
            (Some(message), _) | (None, Some(message)) => message.to_owned(),
            _ => error.to_string(),
        };
        // OpenRouter puts the words of the provider behind it here
        let raw = error.pointer("/metadata/raw").and_then(Value::as_str);
        let message = raw.map_or(message.clone(), |raw| format!("{message}: {raw}"));
        let details = error.get("details").and_then(Value::as_array);
        let detail =
            |key: &str| details.into_iter().flatten().find_map(|one| one.get(key)?.as_str().map(str::to_owned));
        let quota = details.into_iter().flatten().find_map(|one| one.pointer("/violations/0/quotaId")?.as_str());
        let kinds =
            [text("type"), text("code"), text("status"), text("error_type"), detail("reason").as_deref(), quota]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ");
        let status = error.get("code").and_then(Value::as_u64).or_else(|| error.get("status").and_then(Value::as_u64));
        Self {
            message,
            // OpenRouter's way of saying what its moderation found
            flagged: error.pointer("/metadata/reasons").is_some(),
            kind: kinds,
            param: text("param").map(str::to_owned),
            status: status.and_then(|status| u16::try_from(status).ok()).filter(|status| (400..600).contains(status)),
            retry_delay: detail("retryDelay").and_then(|delay| crate::http::duration(&delay)),
        }
    }

    fn says(&self, words: &[&str]) -> bool {
        let (kind, message) = (self.kind.to_lowercase(), self.message.to_lowercase());
        words.iter().any(|word| kind.contains(word) || message.contains(word))
    }

    fn is_kind(&self, words: &[&str]) -> bool {
        let kind = self.kind.to_lowercase();
        kind.split(' ').any(|one| words.contains(&one))
    }

    /// Whether money or a quota is used up, which waiting does not mend.
    fn is_spent(&self) -> bool {
        self.is_kind(&[
            "insufficient_quota",
            "credit_balance_exhausted",
            "billing_hard_limit_reached",
            "billing_not_active",
            "billing_error",
            "insufficient_credits",
            "insufficient_balance",
            "account_deactivated",
        ]) || self.says(&[
            "credit balance is too low",
            "insufficient credits",
            "insufficient balance",
            "spend limit",
            "spending limit",
            "usage limits",
            "perday",
        ])
    }
}

impl Teller<'_> {
    /// A reply whose status is no success.
    pub(crate) fn refused(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Failure {
        let mut said = Said::read(body).unwrap_or_else(|| Said { message: excerpt(body), ..Said::default() });
        if said.message.is_empty() {
            said.message = status.canonical_reason().unwrap_or("no words").to_owned();
        }
        let wait = if status == StatusCode::TOO_MANY_REQUESTS { told_wait(headers) } else { retry_after(headers) };
        let wait = wait.or(said.retry_delay);
        let should = headers.get("x-should-retry").and_then(|value| value.to_str().ok());
        self.tell(status.as_u16(), &said, wait, should)
    }

    /// An error object inside a 200: its own status or kind counts.
    pub(crate) fn inside(&self, error: &Value) -> Failure {
        let said = Said::of(error);
        let status = said.status.unwrap_or_else(|| {
            if said.is_kind(&["rate_limit_error", "rate_limit_exceeded", "resource_exhausted"]) {
                429
            } else if said.is_kind(&["overloaded_error", "overloaded"]) {
                529
            } else if said.is_kind(&["authentication_error", "permission_error", "invalid_api_key"]) {
                401
            } else if said.is_kind(&["invalid_request_error", "invalid_prompt", "invalid_argument"]) {
                400
            } else {
                500
            }
        });
        let wait = said.retry_delay;
        self.tell(status, &said, wait, None)
    }

    fn tell(&self, status: u16, said: &Said, wait: Option<Duration>, should_retry: Option<&str>) -> Failure {
        let model_unknown = said.is_kind(&["model_not_found"]) || said.says(&["model not found", "does not exist"]);
        let every_call =
            ["invalid_api_key", "unsupported_parameter", "unsupported_value", "unknown_parameter", "api_key_invalid"];
        let refused = (status == 400 || status == 422)
            .then(|| Parameter::refused(&said.message, said.param.as_deref()))
            .flatten();
        let error = match status {
            _ if said.is_spent() => self.permanent(said, "top up the account or raise its limit, then `clade resume`"),
            403 if said.flagged => self.request(&said.message),
            401 | 403 => self.permanent(said, self.key_fix),
            402 => self.permanent(said, "top up the account, then `clade resume`"),
            429 if should_retry == Some("false") => {
                self.permanent(said, "see the account's limits at the provider, then `clade resume`")
            }
            429 => self.temporary(status, said, wait, true),
            529 => self.temporary(status, said, wait, true),
            408 | 409 | 425 | 500..=599 if should_retry != Some("false") => self.temporary(status, said, wait, false),
            404 | 405 | 410 => self.permanent(
                said,
                &format!("check the model's name, and `apiBaseUrl` (the address asked was {})", self.address),
            ),
            300..=399 => self.permanent(
                said,
                &format!("the address {} redirects; set `apiBaseUrl` to where it leads", self.address),
            ),
            400 | 422 if model_unknown => self.permanent(said, "check the model's name"),
            400 | 422 if said.is_kind(&["invalid_api_key", "api_key_invalid"]) => self.permanent(said, self.key_fix),
            400 | 422 if said.is_kind(&every_call) => {
                self.permanent(said, "change or remove that setting in the model's config")
            }
            _ => self.request(&said.message),
        };
        Failure { error, refused }
    }

    /// A reply with status 200 that is no answer: HTML of a gateway, half a body, nonsense.
    pub(crate) fn unreadable(&self, body: &[u8], why: &str) -> ModelError {
        let message = self.clean(&format!("{} ({why})", excerpt(body)));
        let usage = Usage { output: (body.len() as u64).div_ceil(4), ..Usage::default() };
        ModelError::Unreadable { model: self.model.to_owned(), message, usage, cost: None }
    }

    /// A reply that breaks off before its body is whole.
    pub(crate) fn cut_off(&self, why: &str) -> ModelError {
        let message = self.clean(&format!("an answer that breaks off ({why})"));
        ModelError::Unreadable { model: self.model.to_owned(), message, usage: Usage::default(), cost: None }
    }

    /// This request alone fails.
    pub(crate) fn request(&self, message: &str) -> ModelError {
        ModelError::Request { model: self.model.to_owned(), message: self.clean(message) }
    }

    /// No reply at all, or a broken one.
    pub(crate) fn unreached(&self, message: &str) -> ModelError {
        let message = self.clean(&format!("{message} ({})", self.address));
        ModelError::Temporary { model: self.model.to_owned(), message, retry_after: None, throttled: false }
    }

    /// The name in the address leads to where nobody may connect to.
    pub(crate) fn unreachable(&self, why: &Unreachable) -> ModelError {
        ModelError::Permanent {
            model: self.model.to_owned(),
            message: self.clean(&format!("{} leads to where nobody may connect to: {why}", self.address)),
            fix: "name another address, or have the name lead elsewhere".to_owned(),
        }
    }

    /// Nobody knows the name in the address.
    pub(crate) fn unresolved(&self, message: &str) -> ModelError {
        let message = self.clean(&format!("{message} ({})", self.address));
        ModelError::Unresolved { model: self.model.to_owned(), message }
    }

    fn permanent(&self, said: &Said, fix: &str) -> ModelError {
        ModelError::Permanent { model: self.model.to_owned(), message: self.clean(&said.message), fix: fix.to_owned() }
    }

    fn temporary(&self, status: u16, said: &Said, retry_after: Option<Duration>, throttled: bool) -> ModelError {
        let message = self.clean(&format!("{status}: {}", said.message));
        ModelError::Temporary { model: self.model.to_owned(), message, retry_after, throttled }
    }

    fn clean(&self, message: &str) -> String {
        shorten(&self.redactor.clean(message), LONGEST_MESSAGE)
    }
}

/// The beginning of a body that is no JSON, in one line.
pub(crate) fn excerpt(body: &[u8]) -> String {
    if body.is_empty() {
        return "an empty body".to_owned();
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(600)]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    shorten(&text, 160)
}

fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;

    fn tell(status: u16, headers: &[(&'static str, &str)], body: &Value) -> Failure {
        let redactor = Redactor::new([SecretString::from("my-very-secret-key")]);
        let teller = Teller {
            model: "openai:chat:m",
            key_fix: "set OPENAI_API_KEY",
            address: "https://x/v1",
            redactor: &redactor,
        };
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>();
        teller.refused(StatusCode::from_u16(status).unwrap(), &headers, body.to_string().as_bytes())
    }

    fn kind(error: &ModelError) -> &'static str {
        match error {
            ModelError::Permanent { .. } => "permanent",
            ModelError::Temporary { throttled: true, .. } => "throttled",
            ModelError::Temporary { .. } => "temporary",
            ModelError::Request { .. } => "request",
            _ => "other",
        }
    }

    #[test]
    fn tells_what_to_do_by_status_and_words() {
        let open = |code: &str, message: &str| json!({"error": {"message": message, "type": code, "code": code, "param": null}});
        let anthropic =
            |kind: &str, message: &str| json!({"type": "error", "error": {"type": kind, "message": message}});
        let google = |code: u16, status: &str, details: Value| json!({"error": {"code": code, "message": "m", "status": status, "details": details}});
        let per_minute =
            json!([{"violations": [{"quotaId": "GenerateRequestsPerMinutePerProject"}]}, {"retryDelay": "37s"}]);
        let per_day = json!([{"violations": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}, {"retryDelay": "37s"}]);
        let cases = [
            (401, open("invalid_api_key", "Incorrect API key"), "permanent"),
            (403, open("", "not allowed"), "permanent"),
            (
                403,
                json!({"error": {"code": 403, "message": "flagged", "metadata": {"reasons": ["violence"], "flagged_input": "x"}}}),
                "request",
            ),
            (402, open("", "pay"), "permanent"),
            (404, open("model_not_found", "The model `x` does not exist"), "permanent"),
            (429, open("rate_limit_exceeded", "Rate limit reached"), "throttled"),
            (429, open("insufficient_quota", "You exceeded your current quota"), "permanent"),
            (429, open("credit_balance_exhausted", "no credit"), "permanent"),
            (429, anthropic("rate_limit_error", "This request would exceed your rate limit"), "throttled"),
            (429, anthropic("rate_limit_error", "You have reached your monthly spend limit"), "permanent"),
            (400, anthropic("invalid_request_error", "Your credit balance is too low to access the API"), "permanent"),
            (529, anthropic("overloaded_error", "Overloaded"), "throttled"),
            (500, anthropic("api_error", "Internal"), "temporary"),
            (413, anthropic("request_too_large", "too large"), "request"),
            (429, google(429, "RESOURCE_EXHAUSTED", per_minute), "throttled"),
            (429, google(429, "RESOURCE_EXHAUSTED", per_day), "permanent"),
            (400, google(400, "INVALID_ARGUMENT", json!([{"reason": "API_KEY_INVALID"}])), "permanent"),
            (400, open("context_length_exceeded", "maximum context length"), "request"),
            (400, open("unknown_parameter", "Unknown parameter: 'foo'"), "permanent"),
            (400, open("content_policy_violation", "flagged"), "request"),
            (503, json!({"error": "no slot available"}), "temporary"),
            (404, json!({"error": "model \"x\" not found, try pulling it first"}), "permanent"),
            (301, json!({}), "permanent"),
            (418, json!({"detail": "teapot"}), "request"),
        ];
        for (status, body, expected) in cases {
            assert_eq!(kind(&tell(status, &[], &body).error), expected, "{status} {body}");
        }
    }

    #[test]
    fn keeps_the_wait_it_is_told() {
        let wait = |failure: Failure| match failure.error {
            ModelError::Temporary { retry_after, .. } => retry_after,
            other => panic!("{other}"),
        };
        let body = json!({"error": {"message": "slow down"}});
        assert_eq!(wait(tell(429, &[("retry-after", "7")], &body)), Some(Duration::from_secs(7)));
        assert_eq!(wait(tell(503, &[("retry-after", "2")], &body)), Some(Duration::from_secs(2)));
        let delayed = json!({"error": {"code": 429, "message": "m", "details": [{"retryDelay": "37s"}]}});
        assert_eq!(wait(tell(429, &[], &delayed)), Some(Duration::from_secs(37)));
        assert_eq!(wait(tell(500, &[], &body)), None);
        assert_eq!(kind(&tell(500, &[("x-should-retry", "false")], &body).error), "request");
    }

    #[test]
    fn an_echoed_key_is_taken_out_and_the_fix_named() {
        let body = json!({"error": {"message": "Incorrect API key provided: my-very-secret-key, or sk-abcdefghijklmnop", "code": "invalid_api_key"}});
        let message = tell(401, &[], &body).error.to_string();
        assert!(!message.contains("secret-key") && !message.contains("abcdefgh"), "{message}");
        assert!(message.contains("set OPENAI_API_KEY"), "{message}");
    }

    #[test]
    fn nonsense_is_quoted_briefly() {
        let html = format!("<html>\n<body>502 Bad Gateway{}</body>", "x".repeat(5_000));
        let redactor = Redactor::default();
        let teller = Teller { model: "m", key_fix: "", address: "a", redactor: &redactor };
        let failure = teller.refused(StatusCode::BAD_GATEWAY, &HeaderMap::new(), html.as_bytes());
        let message = failure.error.to_string();
        assert!(
            failure.error.is_temporary() && message.contains("502 Bad Gateway") && message.len() < 300,
            "{message}"
        );
        assert_eq!(excerpt(b""), "an empty body");
    }

    #[test]
    fn errors_inside_a_200_count_by_their_own_status() {
        let redactor = Redactor::default();
        let teller = Teller { model: "m", key_fix: "", address: "a", redactor: &redactor };
        let cases = [
            (json!({"code": 429, "message": "busy"}), "throttled"),
            (json!({"code": 502, "message": "upstream"}), "temporary"),
            (json!({"code": 400, "message": "too long"}), "request"),
            (json!({"type": "overloaded_error", "message": "o"}), "throttled"),
            (json!({"type": "insufficient_quota", "message": "q"}), "permanent"),
            (json!("something"), "temporary"),
        ];
        for (error, expected) in cases {
            assert_eq!(kind(&teller.inside(&error).error), expected, "{error}");
        }
    }
}
