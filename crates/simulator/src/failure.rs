use hyper::StatusCode;
use serde_json::json;

/// Whose wire format an endpoint speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    OpenAi,
    Anthropic,
    Ollama,
}

/// A request that gets no answer, before it is put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The request cannot be understood.
    BadRequest(String),
    /// The key is missing or wrong.
    WrongKey,
    /// No such endpoint.
    NotFound(String),
    /// The body is larger than the server reads.
    TooLarge,
    /// Too many requests.
    Throttled,
    /// An injected error of the server.
    Server,
}

impl Failure {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::WrongKey => StatusCode::UNAUTHORIZED,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::Server => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::BadRequest(why) => why.clone(),
            Self::WrongKey => "incorrect API key (simulated)".into(),
            Self::NotFound(what) => format!("the simulator has no {what}"),
            Self::TooLarge => "the request is too large (simulated)".into(),
            Self::Throttled => "rate limit reached for requests (simulated)".into(),
            Self::Server => "the server had an error (simulated)".into(),
        }
    }

    /// The body of the error as each vendor writes it: the vendors' API references, pages "Error codes" (OpenAI) and
    /// "Errors" (Anthropic).
    pub(crate) fn body(&self, dialect: Dialect, request_id: &str) -> Vec<u8> {
        let message = self.message();
        let value = match dialect {
            Dialect::OpenAi => {
                let (kind, code) = match self {
                    Self::BadRequest(_) => ("invalid_request_error", None),
                    Self::WrongKey => ("invalid_request_error", Some("invalid_api_key")),
                    Self::NotFound(_) => ("invalid_request_error", Some("not_found")),
                    Self::TooLarge => ("invalid_request_error", Some("request_too_large")),
                    Self::Throttled => ("requests", Some("rate_limit_exceeded")),
                    Self::Server => ("server_error", None),
                };
                json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
            }
            Dialect::Anthropic => {
                let kind = match self {
                    Self::BadRequest(_) => "invalid_request_error",
                    Self::WrongKey => "authentication_error",
                    Self::NotFound(_) => "not_found_error",
                    Self::TooLarge => "request_too_large",
                    Self::Throttled => "rate_limit_error",
                    Self::Server => "api_error",
                };
                json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id})
            }
            Dialect::Ollama => json!({"error": message}),
        };
        value.to_string().into_bytes()
    }
}
