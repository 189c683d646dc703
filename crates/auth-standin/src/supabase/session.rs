use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    refusal::{Refusal, body},
    state::{App, Inner},
};
use crate::signer::{challenge, random};

#[derive(Deserialize)]
pub(super) struct Kind {
    grant_type: Option<String>,
}

/// `POST /token`
pub(super) async fn token(
    State(app): State<App>,
    Query(kind): Query<Kind>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    app.counted("token", &headers)?;
    let body = body(&bytes)?;
    let (mut inner, expires) = (app.lock(), app.settings.expires);
    match kind.grant_type.as_deref() {
        Some("password") => with_password(&mut inner, &body, expires),
        Some("refresh_token") => refreshed(&mut inner, body["refresh_token"].as_str().unwrap_or_default(), expires),
        Some("pkce") => with_code(&mut inner, &body, expires),
        _ => Err(Refusal::new(400, "invalid_credentials", "unsupported_grant_type")),
    }
    .map(Json)
}

fn with_password(inner: &mut Inner, body: &Value, expires: u64) -> Result<Value, Refusal> {
    // who is not known gets the same answer
    let wrong = || Refusal::new(400, "invalid_credentials", "Invalid login credentials");
    let email = body["email"].as_str().unwrap_or_default().to_lowercase();
    let user = inner.by_email(&email).ok_or_else(wrong)?;
    if inner.users[user].password.is_empty() || body["password"] != inner.users[user].password.as_str() {
        return Err(wrong());
    }
    let mut opened = inner.opened(user, "password", expires)?;
    opened["weak_password"] = Value::Null;
    Ok(opened)
}

/// The next token of a family. The one before the newest gives the newest again, so that an answer that was lost does no harm; an older one
/// was stolen or sent twice, and ends the family.
fn refreshed(inner: &mut Inner, token: &str, expires: u64) -> Result<Value, Refusal> {
    let unknown = || Refusal::new(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
    let found = inner.sessions.iter().find_map(|(id, session)| {
        let at = session.tokens.iter().position(|own| own == token)?;
        Some((id.clone(), at))
    });
    let (id, at) = found.ok_or_else(unknown)?;
    let session = inner.sessions.get_mut(&id).ok_or_else(unknown)?;
    if session.revoked {
        return Err(unknown());
    }
    let newest = session.tokens.len() - 1;
    if at + 1 < newest {
        session.revoked = true;
        return Err(Refusal::new(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used"));
    }
    if at == newest {
        session.tokens.push(random(6));
    }
    let (user, next) = (session.user.clone(), session.tokens[session.tokens.len() - 1].clone());
    let user = inner.by_id(&user).ok_or_else(unknown)?;
    inner.may_sign_in(user)?;
    Ok(inner.grant(user, &id, &next, expires))
}

fn with_code(inner: &mut Inner, body: &Value, expires: u64) -> Result<Value, Refusal> {
    let code = inner.codes.remove(body["auth_code"].as_str().unwrap_or_default());
    let code =
        code.ok_or_else(|| Refusal::new(404, "flow_state_not_found", "invalid flow state, no valid flow state found"))?;
    if challenge(body["code_verifier"].as_str().unwrap_or_default()) != code.challenge {
        return Err(Refusal::new(
            400,
            "bad_code_verifier",
            "code challenge does not match previously saved code verifier",
        ));
    }
    let user = inner.by_id(&code.user);
    let user = user.ok_or_else(|| Refusal::new(400, "user_not_found", "User not found"))?;
    inner.opened(user, code.method, expires)
}

#[derive(Deserialize)]
pub(super) struct Scope {
    scope: Option<String>,
}

/// `POST /logout`
pub(super) async fn logout(
    State(app): State<App>,
    Query(scope): Query<Scope>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let mut inner = app.lock();
    let (user, current) = inner.signed_in(&headers)?;
    let user = inner.users[user].id.clone();
    for (id, session) in &mut inner.sessions {
        let meant = match scope.scope.as_deref() {
            Some("local") => *id == current,
            Some("others") => *id != current,
            _ => true,
        };
        if meant && session.user == user {
            session.revoked = true;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every session of a person.
pub(super) fn end_all(inner: &mut Inner, user: &str) {
    inner.sessions.values_mut().filter(|session| session.user == user).for_each(|session| session.revoked = true);
}

/// The answer of what has nothing to say.
pub(super) fn nothing() -> Json<Value> {
    Json(json!({}))
}
