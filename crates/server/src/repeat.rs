use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use clade_domain::{ContentHash, Repeatable, Timestamp, UserId};
use clade_store::{Change, ReadRecords, Record, StoreError, Stored};
use serde_json::Value;

use crate::{App, Problem, caller::Caller, extract, limits::Patience};

/// For how long an answer is given again, in milliseconds: a day.
const LASTS_MS: i64 = 24 * 3_600 * 1_000;
/// For how long a key is held by a request that nobody has heard of since, in milliseconds: its server may have died.
const IN_HAND_MS: i64 = 60_000;
/// The same where a request may take as long as it takes.
const LONG_IN_HAND_MS: i64 = 20 * 60_000;
/// The header.
const NAME: &str = "idempotency-key";

/// What is kept of a request that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// What was asked, as a hash, and the answer.
    Answer,
    /// The answer, and of what was asked only where to: a body of gigabytes is not held.
    AnswerByKeyAlone,
    /// What was asked, and that it was done: the answer holds a secret, which is stored nowhere.
    ThatItWasDone,
}

/// How the requests of a route are carried out once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repeating {
    pub kept: Kept,
    pub patience: Patience,
}

/// Carries a request with an `Idempotency-Key` out once, and gives its answer again to whoever repeats it.
pub(crate) async fn once(
    State((app, how)): State<(App, Repeating)>,
    caller: Caller,
    request: Request,
    next: Next,
) -> Response {
    let Some(key) = request.headers().get(NAME).cloned() else { return next.run(request).await };
    match repeated((&app, how), &caller, &key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn repeated(
    (app, Repeating { kept, patience }): (&App, Repeating),
    caller: &Caller,
    key: &HeaderValue,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let key = key.to_str().ok().filter(|key| (1..=200).contains(&key.len()) && !key.contains('/'));
    let key = key.ok_or_else(|| {
        Problem::bad("Idempotency-Key has to be 1 to 200 letters, digits and signs, without `/`")
            .fix("draw one anew, such as a UUID")
    })?;
    let user: UserId = caller.user().clone();
    let (parts, body) = request.into_parts();
    let asked = format!("{} {}\n", parts.method, parts.uri);
    let (request, body) = match kept {
        Kept::AnswerByKeyAlone => (ContentHash::of(asked.as_bytes()), body),
        Kept::Answer | Kept::ThatItWasDone => {
            // the route's own limit comes behind this one, with the same words
            let body = extract::in_time(to_bytes(body, 64 << 20)).await?.map_err(|_| extract::too_large())?;
            (ContentHash::of(&[asked.as_bytes(), &body].concat()), Body::from(body))
        }
    };
    let id = format!("{user}/{key}");
    let in_hand = match patience {
        Patience::Usual => IN_HAND_MS,
        Patience::Long => LONG_IN_HAND_MS,
    };
    let known = Repeatable {
        user,
        key: key.to_owned(),
        request,
        status: 0,
        body: Value::Null,
        expires: Timestamp(caller.now.0 + in_hand),
    };
    debug_assert_eq!(known.keys().id, id);
    // whoever adds the record first carries the request out, on whichever server of the installation
    match app.store.commit(vec![Change::add(&known, caller.now)?]).await {
        Ok(()) => {}
        Err(StoreError::Exists { .. }) => return again((app, kept), &id, &known, caller.now).await,
        Err(error) => return Err(error.into()),
    }
    let held = Stored { value: known, revision: 1, created: caller.now };
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    if !status.is_success() {
        app.store.commit(vec![Change::remove(&held)]).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 4 << 20).await.map_err(Problem::fault)?;
    let body: Value = match kept {
        Kept::Answer | Kept::AnswerByKeyAlone => serde_json::from_slice(&bytes).unwrap_or_default(),
        Kept::ThatItWasDone => Value::Null,
    };
    let expires = Timestamp(caller.now.0 + LASTS_MS);
    let known = Repeatable { status: status.as_u16(), body, expires, ..held.value.clone() };
    if let Err(error) = app.store.commit(vec![Change::rewrite(&held, &known)?]).await {
        // it was carried out, whatever becomes of a repetition
        tracing::warn!(%error, "the answer to a request with an Idempotency-Key is not kept");
    }
    let mut response = Response::from_parts(parts, Body::from(bytes));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    Ok(response)
}

/// The answer to a request whose key is known.
async fn again((app, kept): (&App, Kept), id: &str, asked: &Repeatable, now: Timestamp) -> Result<Response, Problem> {
    let known = app.store.get::<Repeatable>(id, now).await?.map(|known| known.value);
    if known.as_ref().is_some_and(|known| known.request != asked.request) {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency",
            "this Idempotency-Key was used for another request",
        )
        .fix("draw a new key for a new request"));
    }
    match known {
        Some(Repeatable { status, .. }) if status > 0 && kept == Kept::ThatItWasDone => {
            let detail =
                "the request with this Idempotency-Key was carried out, and the secret that it told is kept nowhere";
            Err(Problem::new(StatusCode::CONFLICT, "told_once", detail)
                .fix("where the answer never came, find what was made in its list, remove it, and make another with a new key"))
        }
        Some(Repeatable { status, body, .. }) if status > 0 => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let again = [("idempotent-replayed", HeaderValue::from_static("true"))];
            match status {
                StatusCode::NO_CONTENT => Ok((status, again).into_response()),
                _ => Ok((status, again, axum::Json(body)).into_response()),
            }
        }
        _ => Err(Problem::conflict("a request with this Idempotency-Key is being carried out")
            .fix("wait for it, then repeat it")
            .after(1)),
    }
}
