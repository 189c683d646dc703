use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Query, Request, State as Of},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::{FakeError, fake::State, form, sessions, toolbox::Toolbox};

pub(crate) type Shared = Of<Arc<State>>;
type Asked = Query<BTreeMap<String, String>>;

/// The largest body, in bytes.
const LARGEST: usize = 256 * 1024 * 1024;

pub(crate) fn router(state: Arc<State>) -> Router {
    let control = Router::new()
        .route("/sandbox", post(create).get(list))
        .route("/sandbox/{id}", get(one).delete(destroy))
        .route("/sandbox/{id}/start", post(start))
        .route("/sandbox/{id}/stop", post(stop))
        .route("/sandbox/{id}/labels", axum::routing::put(label))
        .route("/sandbox/{id}/autostop/{minutes}", post(unchanged))
        .route("/sandbox/{id}/autodelete/{minutes}", post(delete_after))
        .route("/sandbox/{id}/snapshot", post(keep))
        .route("/sandbox/{id}/fork", post(fork))
        .route("/sandbox/{id}/toolbox-proxy-url", get(proxy_url))
        .route("/snapshots", get(list_snapshots))
        .route("/snapshots/{name}", get(snapshot).delete(delete_snapshot));
    let toolbox = Router::new()
        .route("/{id}/process/execute", post(execute))
        .route("/{id}/process/code-run", post(code_run))
        .merge(sessions::router())
        .route("/{id}/files/upload-v2", post(upload))
        .route("/{id}/files/bulk-upload", post(bulk_upload))
        .route("/{id}/files/download", get(download))
        .route("/{id}/files/bulk-download", post(bulk_download))
        .route("/{id}/files", delete(remove));
    Router::new()
        .nest("/api", control)
        .nest("/toolbox", toolbox)
        .layer(middleware::from_fn_with_state(state.clone(), let_in))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(state)
}

/// An answer in the service's own form where something is wrong.
pub(crate) struct Problem(pub StatusCode, pub &'static str, pub String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        let error = status.canonical_reason().unwrap_or_default();
        let body = json!({
            "statusCode": status.as_u16(), "message": message, "error": error, "code": code,
            "path": "", "timestamp": "2026-11-27T00:00:00.000Z", "source": "DAYTONA_API",
        });
        (status, Json(body)).into_response()
    }
}

impl From<FakeError> for Problem {
    fn from(error: FakeError) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, "", error.to_string())
    }
}

fn missing(what: &str) -> Problem {
    Problem(StatusCode::NOT_FOUND, "SANDBOX_DESTROYED", format!("{what} not found"))
}

async fn let_in(Of(state): Shared, request: Request, next: Next) -> Response {
    let wanted = format!("Bearer {}", state.settings.key);
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given != Some(&wanted) {
        return Problem(StatusCode::UNAUTHORIZED, "", "Invalid credentials".to_owned()).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-ratelimit-limit-authenticated", "10000"),
        ("x-ratelimit-remaining-authenticated", "9999"),
        ("x-ratelimit-reset-authenticated", "60"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    response
}

async fn create(Of(state): Shared, Json(wish): Json<Value>) -> Result<Response, Problem> {
    let refused = state.refusals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    if refused.is_ok() {
        let body = json!({"statusCode": 429, "message": "Rate limit exceeded", "error": "Too Many Requests"});
        let headers = [("retry-after-sandbox-create", "0"), ("x-ratelimit-remaining-sandbox-create", "0")];
        return Ok((StatusCode::TOO_MANY_REQUESTS, headers, Json(body)).into_response());
    }
    let from = match wish["snapshot"].as_str() {
        None => None,
        Some(name) => match state.snapshots().get(name) {
            Some((_, kept)) => Some(kept.clone()),
            None => return Err(Problem(StatusCode::BAD_REQUEST, "", format!("Snapshot {name} not found"))),
        },
    };
    Ok(Json(state.make(wish, from.as_ref(), None).await?).into_response())
}

async fn list(Of(state): Shared, Query(asked): Asked) -> Result<Json<Value>, Problem> {
    let bad = |what: &str| Problem(StatusCode::BAD_REQUEST, "", format!("{what} is invalid"));
    let labels: BTreeMap<String, String> = match asked.get("labels") {
        Some(text) => serde_json::from_str(text).map_err(|_| bad("labels"))?,
        None => BTreeMap::new(),
    };
    let number = |name: &str, usual: usize| match asked.get(name) {
        Some(text) => text.parse().map_err(|_| bad(name)),
        None => Ok(usual),
    };
    let (from, limit) = (number("cursor", 0)?, number("limit", 100)?.clamp(1, 200));
    let machines = state.machines();
    let fitting: Vec<_> = machines.values().filter(|machine| machine.is_labelled(&labels)).collect();
    let items: Vec<Value> =
        fitting.iter().skip(from).take(limit).map(|machine| machine.shown(&state.toolbox_url())).collect();
    let next = (from + limit < fitting.len()).then(|| (from + limit).to_string());
    Ok(Json(json!({"items": items, "nextCursor": next})))
}

/// The id behind an id or a name.
fn find(state: &State, name: &str) -> Result<String, Problem> {
    let machines = state.machines();
    let found = machines.values().find(|machine| machine.id == name || machine.name == name);
    found.map(|machine| machine.id.clone()).ok_or_else(|| missing("Sandbox"))
}

fn shown(state: &State, name: &str) -> Result<Json<Value>, Problem> {
    let id = find(state, name)?;
    let machines = state.machines();
    Ok(Json(machines.get(&id).ok_or_else(|| missing("Sandbox"))?.shown(&state.toolbox_url())))
}

async fn one(Of(state): Shared, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    shown(&state, &name)
}

async fn unchanged(Of(state): Shared, Path((name, _)): Path<(String, String)>) -> Result<Json<Value>, Problem> {
    shown(&state, &name)
}

/// After how many minutes a stopped sandbox is deleted; 0 is at once, and a negative number never.
async fn delete_after(Of(state): Shared, Path((name, minutes)): Path<(String, i64)>) -> Result<Json<Value>, Problem> {
    let id = find(&state, &name)?;
    if let Some(machine) = state.machines().get_mut(&id) {
        machine.wish["autoDeleteInterval"] = minutes.into();
    }
    shown(&state, &id)
}

async fn destroy(Of(state): Shared, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let id = find(&state, &name)?;
    if state.machines().values().any(|machine| machine.parent.as_ref() == Some(&id)) {
        let message = "Sandbox has active fork children".to_owned();
        return Err(Problem(StatusCode::CONFLICT, "", message));
    }
    end(&state, &id).await
}

async fn end(state: &State, id: &str) -> Result<Json<Value>, Problem> {
    let mut machine = state.machines().remove(id).ok_or_else(|| missing("Sandbox"))?;
    machine.state = "destroyed";
    let answer = machine.shown(&state.toolbox_url());
    if let Some(toolbox) = machine.toolbox.take() {
        toolbox.end();
    }
    if let Some(jail) = machine.jail.lock().await.take() {
        jail.destroy().await.map_err(FakeError::from)?;
    }
    Ok(Json(answer))
}

async fn start(Of(state): Shared, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let id = find(&state, &name)?;
    state.start(&id).await?;
    shown(&state, &id)
}

async fn stop(Of(state): Shared, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let id = find(&state, &name)?;
    let deleted = match state.machines().get_mut(&id) {
        Some(machine) => {
            machine.state = "stopped";
            if let Some(toolbox) = machine.toolbox.take() {
                toolbox.end();
            }
            machine.wish["autoDeleteInterval"] == 0
        }
        None => false,
    };
    if deleted { end(&state, &id).await } else { shown(&state, &id) }
}

async fn label(Of(state): Shared, Path(name): Path<String>, Json(body): Json<Value>) -> Result<Json<Value>, Problem> {
    let id = find(&state, &name)?;
    let labels = body["labels"].as_object().into_iter().flatten();
    let labels = labels.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    if let Some(machine) = state.machines().get_mut(&id) {
        machine.labels = labels;
    }
    Ok(Json(body))
}

async fn proxy_url(Of(state): Shared, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    find(&state, &name)?;
    Ok(Json(json!({"url": state.toolbox_url()})))
}

async fn kept(state: &State, id: &str) -> Result<clade_sandbox::SnapshotId, Problem> {
    let jail = state.machines().get(id).map(|machine| machine.jail.clone()).ok_or_else(|| missing("Sandbox"))?;
    // the jail runs one program at a time, and keeps files beside it
    let jail = jail.lock().await;
    let jail = jail.as_deref().ok_or_else(|| missing("Sandbox"))?;
    Ok(jail.snapshot().await.map_err(FakeError::from)?)
}

async fn keep(Of(state): Shared, Path(name): Path<String>, Json(body): Json<Value>) -> Result<Json<Value>, Problem> {
    let id = find(&state, &name)?;
    let bad = |message: &str| Problem(StatusCode::BAD_REQUEST, "", message.to_owned());
    let wanted = body["name"].as_str().ok_or_else(|| bad("name must be a string"))?.to_owned();
    let started = state.machines().get(&id).is_some_and(|machine| machine.state == "started");
    if state.settings.machines && started {
        return Err(bad("Sandbox must be stopped to create a snapshot without memory"));
    }
    if state.snapshots().contains_key(&wanted) {
        return Err(Problem(StatusCode::CONFLICT, "", format!("Snapshot {wanted} already exists")));
    }
    let snapshot = kept(&state, &id).await?;
    let number = state.new_id();
    state.snapshots().insert(wanted, (number, snapshot));
    shown(&state, &id)
}

async fn fork(Of(state): Shared, Path(name): Path<String>, Json(body): Json<Value>) -> Result<Json<Value>, Problem> {
    let id = find(&state, &name)?;
    let bad = |message: &str| Problem(StatusCode::BAD_REQUEST, "", message.to_owned());
    if !state.forks() {
        return Err(bad("Sandbox cannot be forked"));
    }
    let (mut wish, started) = state
        .machines()
        .get(&id)
        .map(|machine| (machine.wish.clone(), machine.state == "started"))
        .ok_or_else(|| missing("Sandbox"))?;
    if !started {
        return Err(bad("Sandbox must be started to be forked"));
    }
    let snapshot = kept(&state, &id).await?;
    // nobody promises that a fork has labels
    (wish["name"], wish["labels"]) = (body["name"].clone(), Value::Null);
    Ok(Json(state.make(wish, Some(&snapshot), Some(id)).await?))
}

async fn snapshot(Of(state): Shared, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let snapshots = state.snapshots();
    let found = snapshots.iter().find(|(known, (id, _))| **known == name || *id == name);
    let (name, (id, _)) = found.ok_or_else(|| missing("Snapshot"))?;
    Ok(Json(snapshot_shown(name, id)))
}

fn snapshot_shown(name: &str, id: &str) -> Value {
    let at = "2026-11-27T00:00:00.000Z";
    json!({
        "id": id, "name": name, "state": "active", "general": false, "size": 0, "entrypoint": null, "cpu": 1, "gpu": 0,
        "mem": 1, "disk": 3, "errorReason": null, "createdAt": at, "updatedAt": at, "lastUsedAt": null,
        "sourceSandboxId": null,
    })
}

async fn list_snapshots(Of(state): Shared, Query(asked): Asked) -> Json<Value> {
    let number = |name: &str, usual: usize| asked.get(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (page, limit) = (number("page", 1).max(1), number("limit", 100).clamp(1, 200));
    let part = asked.get("name").map(String::as_str).unwrap_or_default();
    let snapshots = state.snapshots();
    let fitting: Vec<Value> = snapshots
        .iter()
        .filter(|(name, _)| name.contains(part))
        .map(|(name, (id, _))| snapshot_shown(name, id))
        .collect();
    let items: Vec<&Value> = fitting.iter().skip((page - 1) * limit).take(limit).collect();
    let pages = fitting.len().div_ceil(limit);
    Json(json!({"items": items, "total": fitting.len(), "page": page, "totalPages": pages}))
}

async fn delete_snapshot(Of(state): Shared, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let removed = {
        let mut snapshots = state.snapshots();
        let name = snapshots.iter().find(|(_, (known, _))| *known == id).map(|(name, _)| name.clone());
        name.and_then(|name| snapshots.remove(&name))
    };
    let (_, kept) = removed.ok_or_else(|| missing("Snapshot"))?;
    // equal states are one
    let shared = state.snapshots().values().any(|(_, other)| *other == kept);
    if !shared {
        state.forget(&kept).await?;
    }
    Ok(StatusCode::OK)
}

fn toolbox(state: &State, name: &str) -> Result<Arc<Toolbox>, Problem> {
    let id = find(state, name)?;
    let machines = state.machines();
    let machine = machines.get(&id).ok_or_else(|| missing("Sandbox"))?;
    machine.toolbox.clone().ok_or_else(|| Problem(StatusCode::BAD_REQUEST, "", "Sandbox is not started".to_owned()))
}

pub(crate) async fn asked(state: &State, name: &str, operation: &str, arguments: Value) -> Result<Value, Problem> {
    let answer = toolbox(state, name)?.ask(operation, arguments).await.ok_or_else(|| missing("Sandbox"))?;
    if answer["late"] == true {
        let message = "command execution timed out".to_owned();
        return Err(Problem(StatusCode::REQUEST_TIMEOUT, "PROCESS_EXECUTION_TIMEOUT", message));
    }
    if let Some(status) = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let code = if status == StatusCode::GONE { "SESSION_ENDED" } else { "" };
        return Err(Problem(status, code, answer["message"].as_str().unwrap_or_default().to_owned()));
    }
    match answer["broken"].as_str() {
        Some(broken) => Err(Problem(StatusCode::BAD_REQUEST, "", broken.to_owned())),
        None => Ok(answer),
    }
}

async fn execute(Of(state): Shared, Path(id): Path<String>, Json(body): Json<Value>) -> Result<Json<Value>, Problem> {
    let mut body = body;
    if body["timeout"].is_null() {
        body["timeout"] = 10.into();
    }
    asked(&state, &id, "execute", body).await.map(Json)
}

async fn code_run(Of(state): Shared, Path(id): Path<String>, Json(body): Json<Value>) -> Result<Json<Value>, Problem> {
    asked(&state, &id, "code", body).await.map(Json)
}

fn parts(headers: &HeaderMap, body: &Bytes) -> Result<Vec<form::Part>, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    form::parts(kind, body).ok_or_else(|| Problem(StatusCode::BAD_REQUEST, "", "the form cannot be read".to_owned()))
}

async fn write(state: &State, id: &str, path: &str, content: &[u8]) -> Result<(), Problem> {
    asked(state, id, "write", json!({"path": path, "data": BASE64.encode(content)})).await.map(|_| ())
}

async fn read(state: &State, id: &str, path: &str) -> Result<Vec<u8>, Problem> {
    let answer = asked(state, id, "read", json!({ "path": path })).await?;
    let Some(data) = answer["data"].as_str() else {
        return Err(Problem(StatusCode::NOT_FOUND, "FILE_NOT_FOUND", format!("file {path} not found")));
    };
    BASE64.decode(data).map_err(|error| Problem(StatusCode::INTERNAL_SERVER_ERROR, "", error.to_string()))
}

async fn upload(
    Of(state): Shared,
    Path(id): Path<String>,
    Query(query): Asked,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let bad = |what: &str| Problem(StatusCode::BAD_REQUEST, "", format!("{what} is missing"));
    let path = query.get("path").ok_or_else(|| bad("path"))?;
    let parts = parts(&headers, &body)?;
    let (_, content) = parts.iter().find(|(name, _)| name == "file").ok_or_else(|| bad("file"))?;
    write(&state, &id, path, content).await?;
    let name = path.rsplit('/').next().unwrap_or_default();
    Ok(Json(json!({"name": name, "path": path, "type": "file"})))
}

async fn bulk_upload(
    Of(state): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let parts = parts(&headers, &body)?;
    let paths: BTreeMap<&str, &Bytes> =
        parts.iter().filter_map(|(name, value)| Some((name.strip_suffix(".path")?, value))).collect();
    for (name, content) in &parts {
        let Some(path) = name.strip_suffix(".file").and_then(|name| paths.get(name)) else { continue };
        write(&state, &id, &String::from_utf8_lossy(path), content).await?;
    }
    Ok(StatusCode::OK)
}

async fn download(Of(state): Shared, Path(id): Path<String>, Query(query): Asked) -> Result<Vec<u8>, Problem> {
    let path = query.get("path").map(String::as_str).unwrap_or_default();
    read(&state, &id, path).await
}

async fn bulk_download(
    Of(state): Shared,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Result<Response, Problem> {
    let mut files = Vec::new();
    for path in body["paths"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        files.push((path.to_owned(), read(&state, &id, path).await?));
    }
    let (kind, body) = form::of_files(files);
    Ok(([(header::CONTENT_TYPE, kind)], Body::from(body)).into_response())
}

async fn remove(Of(state): Shared, Path(id): Path<String>, Query(query): Asked) -> Result<StatusCode, Problem> {
    let path = query.get("path").map(String::as_str).unwrap_or_default();
    let quoted = path.replace('\'', "'\\''");
    let command = format!("rm -r -- '{quoted}'");
    asked(&state, &id, "execute", json!({"command": command, "timeout": 30})).await?;
    Ok(StatusCode::NO_CONTENT)
}
