//! What an edit sent: whoever is told that somebody else was first is shown both versions.

use std::sync::{Mutex, PoisonError};

use axum::{extract::Request, middleware::Next, response::Response};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

tokio::task_local! {
    static EDIT: Mutex<Edit>;
}

/// As much as was read of the request at hand.
#[derive(Default)]
struct Edit {
    revision: Option<u64>,
    body: Option<Bytes>,
}

/// An edit that was refused, as it was sent.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Sent {
    /// The revision that it was made from, as `If-Match` said.
    revision: u64,
    /// Its body; `null` where it has none.
    body: Value,
}

/// Remembers of the request at hand what is read of it as an edit.
pub(crate) async fn remember(request: Request, next: Next) -> Response {
    EDIT.scope(Mutex::default(), next.run(request)).await
}

/// The request at hand is an edit, made from a revision.
pub(crate) fn made_from(revision: u64) {
    with(|edit| edit.revision = Some(revision));
}

/// The body of the request at hand. That of an edit is kept; others may hold what is repeated to nobody, as passwords.
pub(crate) fn holds(body: &Bytes) {
    with(|edit| edit.body = edit.revision.map(|_| body.clone()));
}

/// The edit at hand; `None` where the request is none.
pub(crate) fn edit() -> Option<Sent> {
    let (revision, body) = with(|edit| edit.revision.map(|revision| (revision, edit.body.clone())))??;
    let body = body.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
    Some(Sent { revision, body })
}

fn with<T>(look: impl FnOnce(&mut Edit) -> T) -> Option<T> {
    EDIT.try_with(|edit| look(&mut edit.lock().unwrap_or_else(PoisonError::into_inner))).ok()
}
