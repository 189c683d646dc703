use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::post,
};

use super::{RouterApi, answer, rpc::VERSIONS};
use crate::{
    App, Gate, Problem, extract, gate,
    limits::{self, Patience},
};

/// Most bytes of a message: a run file with its data.
const MOST: usize = 64 << 20;

/// `/mcp`: the streamable HTTP transport with JSON answers, without sessions. `api` are the routes that tools stand for.
pub(crate) fn route(app: &App, api: Router) -> Router<App> {
    let tools = app.mcp;
    let take = post(move |request: Request| async move {
        let own = RouterApi::of(api, request.headers(), request.extensions().clone());
        if let Some(version) = request.headers().get("mcp-protocol-version")
            && !VERSIONS.iter().any(|known| version == known)
        {
            let detail = format!("this version of the protocol is not spoken here; {} are", VERSIONS.join(", "));
            return Problem::bad(detail).into_response();
        }
        let message = match extract::whole(request, &()).await {
            Ok(bytes) => bytes,
            Err(problem) => return problem.into_response(),
        };
        match answer(&message, &own, tools).await {
            Some(said) => Json(said).into_response(),
            None => StatusCode::ACCEPTED.into_response(),
        }
    });
    let take = take.fallback(|| async { not_allowed() });
    let take = take
        .layer(DefaultBodyLimit::max(MOST))
        .layer(from_fn_with_state((app.clone(), Gate::SignedIn), gate::pass))
        .layer(from_fn_with_state((app.clone(), Patience::Usual), limits::carry));
    Router::new().route("/mcp", take)
}

/// Nothing is pushed, so there is no stream to listen to, and no session to end.
fn not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, HeaderValue::from_static("POST"))]).into_response()
}
