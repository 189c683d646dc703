use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{App, Problem, request_id};

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Half a minute.
    Usual,
    /// As long as it takes: what is large, or goes on.
    Long,
}

const USUAL: Duration = Duration::from_secs(30);

/// Answers in time. What reads is given up where it takes too long, or where whoever asked goes away; what writes is carried out to its
/// end: half of a deed would stay without the other half, such as its entry in the log, and who repeats it would find nothing.
pub(crate) async fn carry(State((app, patience)): State<(App, Patience)>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        let late = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "slow", "this took too long and was given up")
            .fix("try again, or ask for less at once");
        return in_time(patience, next.run(request), late).await;
    }
    let deed = app.work.spawn(request_id::kept(async move { next.run(request).await }));
    let late =
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "slow", "this takes longer than a request may, and goes on")
            .fix("look whether it is done before you ask again");
    let done = async { deed.await.unwrap_or_else(|broken| Problem::fault(broken).into_response()) };
    in_time(patience, done, late).await
}

async fn in_time(patience: Patience, answer: impl Future<Output = Response>, late: Problem) -> Response {
    if patience == Patience::Long {
        return answer.await;
    }
    match tokio::time::timeout(USUAL, answer).await {
        Ok(response) => response,
        Err(_) => late.after(5).into_response(),
    }
}

/// What pages of this server may do: nothing but talk to it.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Turns requests under a foreign name away, and tells browsers what pages of this server may do.
pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = match app.hosts.knows(host) {
        true => next.run(request).await,
        false => Problem::new(StatusCode::MISDIRECTED_REQUEST, "host", "this server is not known under that name")
            .fix("use its address, or start it with `--public-url` naming the address that people use")
            .into_response(),
    };
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
