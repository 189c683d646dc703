use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use clade_accounts::new_name;
use tracing::field::Empty;

use crate::{App, caller::Caller};

tokio::task_local! {
    static ID: String;
}

/// The id of the request at hand.
pub(crate) fn current() -> Option<String> {
    ID.try_with(Clone::clone).ok()
}

/// Keeps the id of the request at hand where its work goes on in a task of its own.
pub(crate) fn kept<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    ID.scope(current().unwrap_or_default(), work)
}

/// Who sent a request, as an answer's extension tells the log.
#[derive(Clone)]
pub(crate) struct By(pub String);

impl From<&Caller> for By {
    fn from(caller: &Caller) -> Self {
        Self(caller.principal.user.to_string())
    }
}

/// Gives a request its id, or takes a proxy's over, and counts and logs how it went. Neither query nor body is logged.
pub(crate) async fn follow(State(app): State<App>, request: Request, next: Next) -> Response {
    const NAME: &str = "x-request-id";
    let given = request.headers().get(NAME).and_then(|value| value.to_str().ok());
    let fits = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let id = given.filter(fits).map_or_else(|| new_name().unwrap_or_default(), ToOwned::to_owned);
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let (method, begun) = (request.method().clone(), Instant::now());
    // https://opentelemetry.io/docs/specs/semconv/http/http-spans/
    let span = tracing::debug_span!(target: "clade::trace", "request", otel.name = format!("{method} {route}"), otel.kind = "server",
        http.request.method = %method, http.route = %route, http.response.status_code = Empty, clade.request.id = %id, error.type = Empty);
    let mut response = ID.scope(id.clone(), next.run(request)).await;
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("error.type", response.status().as_str());
    }
    drop(span);
    let user = response.extensions().get::<By>().map(|by| by.0.clone()).unwrap_or_default();
    let took = begun.elapsed();
    app.figures.answered(&method, &route, response.status(), took);
    let duration_ms = took.as_secs_f64() * 1e3;
    tracing::info!(request.id = %id, http.method = %method, http.route = %route, http.status = status, user.id = %user, duration_ms, "request");
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(NAME, id);
    }
    response
}
