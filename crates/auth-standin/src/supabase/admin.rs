use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    refusal::{Refusal, body, email},
    session::{end_all, nothing},
    state::{App, Inner, now},
};

#[derive(Deserialize)]
pub(super) struct Pages {
    page: Option<usize>,
    per_page: Option<usize>,
}

/// `GET /admin/users`
pub(super) async fn list(
    State(app): State<App>,
    Query(pages): Query<Pages>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let inner = app.lock();
    inner.admin(&headers)?;
    let (page, size) = (pages.page.unwrap_or(1).max(1), pages.per_page.unwrap_or(50).max(1));
    let users: Vec<Value> = inner
        .users
        .iter()
        .skip((page - 1) * size)
        .take(size)
        .map(|user| {
            let mut shown = user.shown();
            shown["identities"] = Value::Null;
            shown
        })
        .collect();
    let (total, last) = (inner.users.len(), inner.users.len().div_ceil(size).max(1));
    let at = |page: usize, rel: &str| format!("</admin/users?page={page}&per_page={size}>; rel=\"{rel}\"");
    let next = if page < last { format!("{}, ", at(page + 1, "next")) } else { String::new() };
    let headers = [("x-total-count", total.to_string()), ("link", format!("{next}{}", at(last, "last")))];
    Ok((headers, Json(json!({ "users": users, "aud": "authenticated" }))).into_response())
}

/// `POST /admin/users`: no rule about passwords holds there.
pub(super) async fn add(State(app): State<App>, headers: HeaderMap, bytes: Bytes) -> Result<Json<Value>, Refusal> {
    let mut inner = app.lock();
    inner.admin(&headers)?;
    let body = body(&bytes)?;
    let email = email(&body)?;
    if inner.by_email(&email).is_some() {
        return Err(Refusal::new(422, "email_exists", "A user with this email address has already been registered"));
    }
    let password = body["password"].as_str().unwrap_or_default();
    let user = inner.add(&email, password, "email", body["email_confirm"] == true, &body["user_metadata"]);
    merge(&mut inner.users[user].app_metadata, &body["app_metadata"]);
    Ok(Json(inner.users[user].shown()))
}

/// `GET /admin/users/{id}`
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let inner = app.lock();
    inner.admin(&headers)?;
    let user = found(&inner, &id)?;
    Ok(Json(inner.users[user].shown()))
}

/// `PUT /admin/users/{id}`: a ban leaves access tokens alive.
pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let mut inner = app.lock();
    inner.admin(&headers)?;
    let body = body(&bytes)?;
    let at = found(&inner, &id)?;
    let user = &mut inner.users[at];
    match body["ban_duration"].as_str() {
        Some("none") => user.banned_until = None,
        Some(hours) => {
            let hours: Option<u64> = hours.strip_suffix('h').and_then(|hours| hours.parse().ok());
            let hours =
                hours.ok_or_else(|| Refusal::new(400, "validation_failed", "invalid format for ban duration"))?;
            user.banned_until = Some(now() + hours * 3_600);
        }
        None => {}
    }
    if let Some(password) = body["password"].as_str() {
        user.password = password.to_owned();
    }
    merge(&mut user.app_metadata, &body["app_metadata"]);
    merge(&mut user.user_metadata, &body["user_metadata"]);
    Ok(Json(user.shown()))
}

/// `DELETE /admin/users/{id}`
pub(super) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let mut inner = app.lock();
    inner.admin(&headers)?;
    let user = found(&inner, &id)?;
    inner.users.remove(user);
    end_all(&mut inner, &id);
    Ok(nothing())
}

fn found(inner: &Inner, id: &str) -> Result<usize, Refusal> {
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    if groups != [8, 4, 4, 4, 12] || !id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return Err(Refusal::new(404, "validation_failed", "user_id must be an UUID"));
    }
    inner.by_id(id).ok_or_else(|| Refusal::new(404, "user_not_found", "User not found"))
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}
