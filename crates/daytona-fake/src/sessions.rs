use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State as Of},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::{
    fake::State,
    routes::{Problem, Shared, asked},
};

/// A shell inside that goes on between requests.
pub(crate) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/{id}/process/session", post(create).get(list))
        .route("/{id}/process/session/{name}", get(one).delete(delete))
        .route("/{id}/process/session/{name}/exec", post(execute))
        .route("/{id}/process/session/{name}/command/{command}", get(command))
        .route("/{id}/process/session/{name}/command/{command}/logs", get(logs))
        .route("/{id}/process/session/{name}/command/{command}/input", post(input))
}

async fn create(Of(state): Shared, Path(id): Path<String>, Json(body): Json<Value>) -> Result<StatusCode, Problem> {
    asked(&state, &id, "session_create", body).await?;
    Ok(StatusCode::CREATED)
}

async fn list(Of(state): Shared, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let mut answer = asked(&state, &id, "session_list", json!({})).await?;
    Ok(Json(answer["sessions"].take()))
}

async fn one(Of(state): Shared, Path((id, name)): Path<(String, String)>) -> Result<Json<Value>, Problem> {
    asked(&state, &id, "session_get", json!({ "name": name })).await.map(Json)
}

async fn delete(Of(state): Shared, Path((id, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    asked(&state, &id, "session_delete", json!({ "name": name })).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn execute(
    Of(state): Shared,
    Path((id, name)): Path<(String, String)>,
    Json(mut body): Json<Value>,
) -> Result<Response, Problem> {
    body["name"] = name.into();
    let mut answer = asked(&state, &id, "session_exec", body).await?;
    let goes_on = answer.as_object_mut().and_then(|answer| answer.remove("async")).is_some();
    let status = if goes_on { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(answer)).into_response())
}

type OfCommand = Path<(String, String, String)>;

async fn command(Of(state): Shared, Path((id, name, command)): OfCommand) -> Result<Json<Value>, Problem> {
    asked(&state, &id, "session_command", json!({"name": name, "id": command})).await.map(Json)
}

async fn logs(Of(state): Shared, Path((id, name, command)): OfCommand) -> Result<Json<Value>, Problem> {
    asked(&state, &id, "session_logs", json!({"name": name, "id": command})).await.map(Json)
}

async fn input(
    Of(state): Shared,
    Path((id, name, command)): OfCommand,
    Json(mut body): Json<Value>,
) -> Result<StatusCode, Problem> {
    (body["name"], body["id"]) = (name.into(), command.into());
    asked(&state, &id, "session_input", body).await?;
    Ok(StatusCode::NO_CONTENT)
}
