use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::HeaderMap,
};
use serde_json::Value;

use super::{
    flows::{self, Back},
    refusal::{Refusal, body, email},
    state::App,
};

/// The fewest characters of a password.
pub(super) const SHORTEST: usize = 8;

/// `POST /signup`
pub(super) async fn sign_up(
    State(app): State<App>,
    Query(back): Query<Back>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    app.counted("signup", &headers)?;
    let body = body(&bytes)?;
    if body["email"].as_str().unwrap_or_default().is_empty() {
        return Err(Refusal::new(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled"));
    }
    let (email, password) = (email(&body)?, body["password"].as_str().unwrap_or_default());
    if !app.settings.open {
        return Err(Refusal::new(422, "signup_disabled", "Signups not allowed for this instance"));
    }
    if password.len() < SHORTEST {
        return Err(Refusal::weak_password());
    }
    let mut inner = app.lock();
    if inner.by_email(&email).is_some() {
        return Err(Refusal::new(422, "user_already_exists", "User already registered"));
    }
    let user = inner.add(&email, password, "email", app.settings.autoconfirm, &body["data"]);
    if app.settings.autoconfirm {
        let mut opened = inner.opened(user, "password", app.settings.expires)?;
        // as the real one leaves it out there
        if let Some(user) = opened["user"].as_object_mut() {
            user.remove("confirmed_at");
        }
        return Ok(Json(opened));
    }
    flows::mail(&mut inner, user, "signup", &body, back);
    Ok(Json(inner.users[user].shown()))
}

/// `GET /user`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    let inner = app.lock();
    let (user, _) = inner.signed_in(&headers)?;
    Ok(Json(inner.users[user].shown()))
}

/// `PUT /user`
pub(super) async fn change(State(app): State<App>, headers: HeaderMap, bytes: Bytes) -> Result<Json<Value>, Refusal> {
    let body = body(&bytes)?;
    let mut inner = app.lock();
    let (user, _) = inner.signed_in(&headers)?;
    if body.get("app_metadata").is_some() {
        return Err(Refusal::new(403, "not_admin", "Updating app_metadata requires admin privileges"));
    }
    let user = &mut inner.users[user];
    if let Some(password) = body["password"].as_str() {
        if password.len() < SHORTEST {
            return Err(Refusal::weak_password());
        }
        if password == user.password {
            return Err(Refusal::new(422, "same_password", "New password should be different from the old password."));
        }
        user.password = password.to_owned();
    }
    for (name, value) in body["data"].as_object().into_iter().flatten() {
        user.user_metadata[name] = value.clone();
    }
    Ok(Json(user.shown()))
}
