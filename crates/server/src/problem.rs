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
use clade_models::ModelSetupError;
use clade_runfile::Problems;
use clade_store::StoreError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::{
    request_id,
    sent::{self, Sent},
};

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
    /// Beside it, the edit that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<Sent>,
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
            fix: usual_fix(status).to_owned(),
            request_id: None,
            problems: Vec::new(),
            current: None,
            sent: None,
            retry_after: None,
        }))
    }

    /// Says what to do, where it is more than the status tells by itself.
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

    /// A cursor that is none.
    pub fn cursor() -> Self {
        Self::bad("`cursor` is none that this list gave").fix("pass the `next` of the page before, or leave it out")
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

/// What is to be done about a status where nothing more is known.
fn usual_fix(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            "GET /api/v1/openapi.json says what this route takes"
        }
        StatusCode::UNAUTHORIZED => "sign in, or send `Authorization: Bearer TOKEN`",
        StatusCode::FORBIDDEN => "ask an admin of the workspace",
        StatusCode::NOT_FOUND => "check the name; lists say what there is",
        StatusCode::CONFLICT => "look at how it stands now, and ask for something that fits",
        StatusCode::GONE => "ask whoever sent it for a new one",
        StatusCode::PAYLOAD_TOO_LARGE => "send less",
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            "wait as long as `Retry-After` says, then try again"
        }
        _ => "try again; the log of the server has the details under the request's id",
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        self.0.request_id = request_id::current();
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::PRECONDITION_FAILED {
            self.0.sent = sent::edit();
        }
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
            E::Ambiguous { .. } => Self::bad(error.to_string()).fix("write more of the name"),
            E::Exists { .. } => Self::new(StatusCode::CONFLICT, "exists", error.to_string()).fix("choose another name"),
            E::Stale { .. } => Self::new(StatusCode::PRECONDITION_FAILED, "stale", error.to_string())
                .fix("read it again, make the change from there, and send its new revision in If-Match"),
            E::Locked { .. } => Self::conflict(error.to_string())
                .fix("pause the run where it goes on, or wait until that process is done with it"),
            E::Conflict { .. } => Self::conflict(error.to_string()).fix("somebody else was first: look, and try again"),
            // whose it is there is for who keeps this installation
            E::Foreign { run, .. } => Self::conflict(format!(
                "the name `{run}` belongs to a run of another installation in the server of the family tree"
            ))
            .fix("start it under another name, or give this installation a database of its own"),
            E::Outdated { .. } => Self::conflict(error.to_string()).fix("have `clade rebuild` run there"),
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
            E::Throttled { seconds } => Self::new(StatusCode::TOO_MANY_REQUESTS, "throttled", error.to_string())
                .fix(format!("wait {seconds} s; who forgot the password asks an admin to reset it"))
                .after(seconds),
            E::Link => Self::new(StatusCode::GONE, "link", error.to_string()),
            E::LoginTaken { .. } => Self::new(StatusCode::CONFLICT, "exists", error.to_string())
                .fix("choose another login; whose account it is signs in instead"),
            E::LastAdmin { .. } => {
                Self::conflict(error.to_string()).fix("make somebody an admin first who can sign in, then try again")
            }
            E::Above { .. } => Self::new(StatusCode::FORBIDDEN, "above", error.to_string())
                .fix("grant a role up to your own, or ask somebody who has that one"),
            E::Password { .. } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string())
                .fix("choose a longer one, such as a few words that nobody would guess"),
            E::Invalid(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string())
                .fix("send a value that fits; GET /api/v1/openapi.json says which do"),
            E::Sealed { .. } => Self::conflict(error.to_string())
                .fix(
                "set the key again, or start the server with the secret it was sealed with (CLADE_SECRET_KEY, or secret.key in its data folder)",
            ),
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
            E::Refused { message, .. } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", message.clone())
                .fix("do what the identity provider asks for, or use another way to sign in"),
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
            E::NoCandidate { run, candidate } => {
                Self::new(StatusCode::NOT_FOUND, "not_found", format!("run `{run}` has no candidate `{candidate}`"))
                    .fix("GET /api/v1/runs/{run}/candidates lists them; `seed` and `best` are names too")
            }
            E::NotBegun { run } => Self::conflict(format!("run `{run}` has not begun and has no candidates yet"))
                .fix("start it: POST /api/v1/runs/{run}/start; its first prompts are the first candidates then"),
            E::NoData { .. } => Self::conflict(error.to_string())
                .fix("look at it as it is, or import it under another name from a bundle that has its data"),
            E::Running { .. } => Self::conflict(error.to_string()).fix("pause it first, or let it go on"),
            E::NotRunning { .. } => Self::conflict(error.to_string()).fix("start it first"),
            E::Finished { .. } => Self::conflict(error.to_string()).fix("branch from it to search further"),
            E::Unheard { .. } => Self::conflict(error.to_string()).fix("try again in a few seconds"),
            E::Steer(_) => {
                Self::conflict(error.to_string()).fix("look at how the run stands now, and steer it in a way that fits")
            }
            E::Setup(unusable) => {
                let (message, fix) = server_words(&unusable.error);
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_runnable", message).fix(fix)
            }
            E::Crowded { .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, "crowded", error.to_string()).after(30),
            E::Replay { .. } | E::Stuck { .. } | E::Empty { .. } => Self::fault(error),
            E::Keys(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_runnable", error.to_string())
                .fix("settle that in the workspace (its keys, prices and addresses), and start the run again"),
            _ => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_runnable", error.to_string()),
        }
    }
}

/// What is wrong with a model, and what to do about it at a server: keys are its workspaces', not of files or variables.
pub(crate) fn server_words(error: &ModelSetupError) -> (String, String) {
    let (message, fix) = error.words();
    match error {
        ModelSetupError::Key(key) => {
            let fix = format!(
                "an admin sets {} among the workspace's keys: on its page, or with PUT /api/v1/workspaces/{{workspace}}/keys/NAME",
                key.variables
            );
            (message, fix)
        }
        _ => (message, fix),
    }
}

impl From<BundleError> for Problem {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Store(error) => error.into(),
            BundleError::Exists { run } => Self::new(
                StatusCode::CONFLICT,
                "exists",
                format!("run `{run}` exists already"),
            )
            .fix("import it under another name: `run=NAME` behind the `?`, which is `--run-id NAME` of `clade import`"),
            BundleError::TooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error.to_string()),
            BundleError::Io { .. } => Self::fault(error),
            error => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bundle", error.to_string())
                .fix("send a bundle as `GET /api/v1/runs/{run}/export?format=bundle` gives it"),
        }
    }
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            error => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "export", error.to_string())
                .fix("choose another format, or a candidate that has what this one needs"),
        }
    }
}

impl From<FilterError> for Problem {
    fn from(error: FilterError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "filter", error.to_string())
            .fix("write it as `score > 0.8 and operator = reflect`, with the fields that the error names")
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
