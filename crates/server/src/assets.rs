use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use crate::{BASE, Problem};

/// The web UI as it was built, in the binary; in a development build read from its folder.
#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Built;

/// What is shown where the UI was not built.
const NOT_BUILT: &str = include_str!("not_built.html");

/// Everything that is not the API: files of the UI, and its first page for the addresses of its views.
pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with(BASE) || path.starts_with("/api") {
        return Problem::not_found("route").fix("GET /api/v1/openapi.json lists what there is").into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return other_method().await.into_response();
    }
    let name = path.trim_start_matches('/');
    if let Some(file) = Built::get(name).filter(|_| !name.is_empty()) {
        // names of built files change with what is in them
        let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        return answer(file.data.into_owned(), file.metadata.mimetype(), cache);
    }
    if name.starts_with("assets/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    match Built::get("index.html") {
        Some(page) => answer(page.data.into_owned(), "text/html; charset=utf-8", "no-cache"),
        None => answer(NOT_BUILT.as_bytes().to_vec(), "text/html; charset=utf-8", "no-cache"),
    }
}

/// There is something, and it is not to be asked like this. `Allow` says how.
pub(crate) async fn other_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "what is here does not take this method")
        .fix("use one that the header `Allow` names; GET /api/v1/openapi.json lists all routes")
}

fn answer(body: Vec<u8>, kind: &str, cache: &'static str) -> Response {
    let kind = HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, HeaderValue::from_static(cache))], body).into_response()
}
