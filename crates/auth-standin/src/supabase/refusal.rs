use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// What Auth answers with where it refuses.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    body: Value,
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, body: json!({ "code": status, "error_code": code, "msg": message }) }
    }

    pub fn weak_password() -> Self {
        let mut refusal = Self::new(422, "weak_password", "Password should be at least 8 characters.");
        refusal.body["weak_password"] = json!({ "reasons": ["length"] });
        refusal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (StatusCode::from_u16(self.status).unwrap(), Json(self.body)).into_response()
    }
}

/// A body of JSON, or Auth's refusal of what is none.
pub(super) fn body(bytes: &[u8]) -> Result<Value, Refusal> {
    let bad = || Refusal::new(400, "bad_json", "Could not parse request body as JSON");
    if bytes.is_empty() { Ok(json!({})) } else { serde_json::from_slice(bytes).map_err(|_| bad()) }
}

/// An address out of a body.
pub(super) fn email(body: &Value) -> Result<String, Refusal> {
    let email = body["email"].as_str().unwrap_or_default().to_lowercase();
    match email.split_once('@') {
        Some((name, domain)) if !name.is_empty() && domain.contains('.') => Ok(email),
        _ => Err(Refusal::new(400, "validation_failed", "Unable to validate email address: invalid format")),
    }
}
