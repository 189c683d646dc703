use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use clade_accounts::AccountError;
use clade_bundle::BundleError;
use clade_engine::EngineError;
use clade_export::ExportError;
use clade_filter::FilterError;
use clade_identity::IdentityError;
use clade_runfile::Problems;
use clade_store::StoreError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::request_id;

/// What went wrong, as RFC 9457 writes it, and what to do.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Problem(Box<Said>);

/// What went wrong and what to do.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
struct Said {
    /// The kind of problem, as a name that stays.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// What went wrong.
    detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    fix: String,
    /// The request's id, as the log has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// Everything that is wrong with a run file, each with file, line and fix.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Value>,
    /// Where an edit was made from another version: the version that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<Value>,
    /// Seconds to wait.
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(status: StatusCode, kind: &str, detail: impl Into<String>) -> Self {
        Self(Box::new(Said {
            kind: format!("urn:promptclade:problem:{kind}"),
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: detail.into(),
            fix: String::new(),
            request_id: None,
            problems: Vec::new(),
            current: None,
            retry_after: None,
        }))
    }

    /// Says what to do.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.0.fix = fix.into();
        self
    }

    /// Says what is there.
    #[must_use]
    pub fn current(mut self, current: Value) -> Self {
        self.0.current = Some(current);
        self
    }

    /// Says how long to wait.
    #[must_use]
    pub fn after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Nothing of that name, or nothing that the caller may see: the two look the same.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
            .fix("check the name; what belongs to a workspace that you are no member of is not shown")
    }

    /// A request that cannot be.
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    /// What was asked for cannot be done with what is there.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    /// A fault of ours.
    pub fn fault(detail: impl std::fmt::Display) -> Self {
        tracing::error!(error = %detail, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "the server failed at this request")
            .fix("try again; the log has the details under the request's id")
    }

    pub(crate) fn kind(&self) -> &str {
        &self.0.kind
    }

    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    pub(crate) fn status(&self) -> u16 {
        self.0.status
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        self.0.request_id = request_id::current();
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait = self.0.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"promptclade\""));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        use StoreError as E;
        match &error {
            E::NotFound { what, .. } => Self::not_found(what),
            E::Ambiguous { .. } => Self::bad(error.to_string()),
            E::Exists { .. } => Self::new(StatusCode::CONFLICT, "exists", error.to_string()).fix("choose another name"),
            E::Stale { .. } => Self::new(StatusCode::PRECONDITION_FAILED, "stale", error.to_string())
                .fix("read it again, make the change from there, and send its new revision in If-Match"),
            E::Locked { .. } | E::Conflict { .. } => Self::conflict(error.to_string()),
            E::Full { .. } => Self::new(StatusCode::INSUFFICIENT_STORAGE, "full", "the server's disk is full")
                .fix("free some space there; nothing that was stored is lost"),
            _ => Self::fault(error),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        use AccountError as E;
        match error {
            E::Store(error) => error.into(),
            E::SignIn => Self::new(StatusCode::UNAUTHORIZED, "sign_in", error.to_string())
                .fix("try again, or ask an admin to reset the password"),
            E::Taken { login } => Self::new(
                StatusCode::CONFLICT,
                "taken",
                format!("`{login}` has an account here that somebody else may be using"),
            )
            .fix(format!(
                "sign in with its password, or ask who keeps this installation for `clade user elsewhere {login}`"
            )),
            E::Disabled => Self::new(StatusCode::FORBIDDEN, "disabled", error.to_string()).fix("ask an admin"),
            E::Throttled { seconds } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "throttled", error.to_string()).after(seconds)
            }
            E::Link => Self::new(StatusCode::GONE, "link", error.to_string()),
            E::LastAdmin { .. } => Self::conflict(error.to_string()),
            E::Above { .. } => Self::new(StatusCode::FORBIDDEN, "above", error.to_string()),
            E::Password { .. } | E::Invalid(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string())
            }
            E::Sealed { .. } => Self::conflict(error.to_string()),
            E::Machine(_) => Self::fault(error),
            _ => Self::fault(error),
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        use IdentityError as E;
        match &error {
            E::Away { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, "identity_away", error.to_string())
                .fix("try again soon; who is signed in goes on, and accounts with a password of this server are not concerned")
                .after(30),
            E::Wrong { .. } => Self::new(StatusCode::BAD_GATEWAY, "identity_wrong", error.to_string())
                .fix("whoever keeps this server should look at `clade doctor` and at [accounts] in promptclade.toml"),
            E::Refused { code, .. } if code == "invalid_credentials" => {
                Self::new(StatusCode::UNAUTHORIZED, "sign_in", "address or password is wrong").fix("try again, or recover the password")
            }
            E::Refused { status: 429, .. } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "throttled", error.to_string()).after(60)
            }
            E::Refused { message, .. } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", message.clone()),
            E::Token(_) => Self::new(StatusCode::UNAUTHORIZED, "token", error.to_string()).fix("sign in anew"),
            _ => Self::fault(error),
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        use EngineError as E;
        match error {
            E::Store(error) => error.into(),
            E::NoCandidate { .. } => Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            E::Running { .. } | E::NotRunning { .. } | E::Finished { .. } | E::Steer(_) | E::Unheard { .. } => {
                Self::conflict(error.to_string())
            }
            E::Crowded { .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, "crowded", error.to_string()).after(30),
            E::Replay { .. } | E::Stuck { .. } | E::Empty { .. } => Self::fault(error),
            _ => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_runnable", error.to_string()),
        }
    }
}

impl From<BundleError> for Problem {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Store(error) => error.into(),
            BundleError::Exists { .. } => Self::new(StatusCode::CONFLICT, "exists", error.to_string()),
            BundleError::TooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error.to_string()),
            BundleError::Io { .. } => Self::fault(error),
            error => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bundle", error.to_string()),
        }
    }
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            error => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "export", error.to_string()),
        }
    }
}

impl From<FilterError> for Problem {
    fn from(error: FilterError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "filter", error.to_string())
    }
}

impl From<Problems> for Problem {
    fn from(Problems(found): Problems) -> Self {
        let detail = match &found[..] {
            [one] => one.message.clone(),
            all => format!("{} things are wrong with the run file", all.len()),
        };
        let problems = found.iter().map(|problem| {
            serde_json::json!({ "file": problem.file, "line": problem.line, "column": problem.column, "path": problem.key,
                "message": problem.message, "fix": problem.fix, "text": problem.to_string() })
        });
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "run_file", detail).fix("mend what `problems` lists");
        problem.0.problems = problems.collect();
        problem
    }
}
