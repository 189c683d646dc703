use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::state::App;

/// Passes a request on to what stands below `/rest/v1`.
pub(super) async fn pass(State(app): State<App>, request: Request) -> Response {
    match passed(&app, request).await {
        Ok(response) => response,
        Err(why) => (StatusCode::BAD_GATEWAY, why).into_response(),
    }
}

async fn passed(app: &App, request: Request) -> Result<Response, String> {
    let rest = app.settings.rest.as_ref().ok_or("nothing stands below /rest/v1")?;
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let url = format!("{rest}{}", path.strip_prefix("/rest/v1").unwrap_or(&path));
    let body = to_bytes(body, 1 << 24).await.map_err(|error| error.to_string())?;
    let mut headers = parts.headers;
    // of this hop; and a key that is no token says that somebody is nobody
    for name in ["host", "content-length", "connection", "transfer-encoding", "apikey"] {
        headers.remove(name);
    }
    if headers.get("authorization").is_some_and(|it| it.to_str().is_ok_and(|it| it.starts_with("Bearer sb_"))) {
        headers.remove("authorization");
    }
    let client = reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
    let sent = client.request(parts.method, url).headers(headers).body(body).send().await;
    let answer = sent.map_err(|error| error.to_string())?;
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    for name in ["content-length", "connection", "transfer-encoding"] {
        headers.remove(name);
    }
    let bytes = answer.bytes().await.map_err(|error| error.to_string())?;
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}
