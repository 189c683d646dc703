use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    refusal::{Refusal, body, email},
    session::nothing,
    state::{App, Code, Inner, Link, Mail},
};
use crate::signer::random;

/// Where a link leads in the end.
#[derive(Deserialize)]
pub(super) struct Back {
    redirect_to: Option<String>,
}

/// Sends a mail with a link that confirms the address and leads back with a code.
pub(super) fn mail(inner: &mut Inner, user: usize, kind: &'static str, body: &Value, back: Back) {
    let (token, to) = (random(28), back.redirect_to.unwrap_or_default());
    let challenge = body["code_challenge"].as_str().unwrap_or_default().to_owned();
    let link = format!("{}/auth/v1/verify?token=pkce_{token}&type={kind}&redirect_to={to}", inner.url);
    let User { id, email } = User::of(inner, user);
    inner.links.insert(format!("pkce_{token}"), Link { user: id, method: method(kind), challenge, to });
    inner.mails.push(Mail { to: email, kind: kind.to_owned(), link });
}

struct User {
    id: String,
    email: String,
}

impl User {
    fn of(inner: &Inner, user: usize) -> Self {
        Self { id: inner.users[user].id.clone(), email: inner.users[user].email.clone() }
    }
}

fn method(kind: &str) -> &'static str {
    match kind {
        "recovery" => "recovery",
        "magiclink" => "magiclink",
        _ => "otp",
    }
}

/// `POST /recover`: nobody learns whether the address is known.
pub(super) async fn recover(
    State(app): State<App>,
    Query(back): Query<Back>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    app.counted("recover", &headers)?;
    let body = body(&bytes)?;
    let email = email(&body)?;
    let mut inner = app.lock();
    if let Some(user) = inner.by_email(&email) {
        mail(&mut inner, user, "recovery", &body, back);
    }
    Ok(nothing())
}

/// `POST /otp`: signs a new person up where that is asked for.
pub(super) async fn magic_link(
    State(app): State<App>,
    Query(back): Query<Back>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    app.counted("otp", &headers)?;
    let body = body(&bytes)?;
    let email = email(&body)?;
    let mut inner = app.lock();
    let user = match inner.by_email(&email) {
        Some(user) => user,
        None if body["create_user"] == true && app.settings.open => {
            inner.add(&email, "", "email", false, &body["data"])
        }
        None => return Err(Refusal::new(422, "otp_disabled", "Signups not allowed for otp")),
    };
    mail(&mut inner, user, "magiclink", &body, back);
    Ok(nothing())
}

#[derive(Deserialize)]
pub(super) struct Opened {
    token: String,
}

/// `GET /verify`: what a link of a mail opens.
pub(super) async fn verify(State(app): State<App>, Query(opened): Query<Opened>) -> Response {
    let mut inner = app.lock();
    let Some(link) = inner.links.remove(&opened.token) else {
        let body = json!({ "code": 403, "error_code": "otp_expired", "msg": "Email link is invalid or has expired" });
        return (StatusCode::FORBIDDEN, Json(body)).into_response();
    };
    if let Some(user) = inner.by_id(&link.user) {
        inner.users[user].confirmed = true;
        inner.users[user].user_metadata["email_verified"] = json!(true);
    }
    let to = led(&mut inner, Code { user: link.user, method: link.method, challenge: link.challenge }, &link.to);
    (StatusCode::SEE_OTHER, [("location", to)]).into_response()
}

fn led(inner: &mut Inner, code: Code, to: &str) -> String {
    let name = random(16);
    inner.codes.insert(name.clone(), code);
    format!("{to}?code={name}")
}

#[derive(Deserialize)]
pub(super) struct Asked {
    provider: String,
    redirect_to: String,
    code_challenge: String,
    code_challenge_method: String,
}

/// `GET /authorize`: the other provider lets `octo@example.org` in at once.
pub(super) async fn authorize(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    if asked.provider != "github" || asked.code_challenge_method != "s256" {
        return Refusal::new(400, "validation_failed", "Unsupported provider: provider is not enabled").into_response();
    }
    let mut inner = app.lock();
    let email = "octo@example.org";
    let data = json!({ "full_name": "Octo Cat", "user_name": "octo" });
    let user = inner.by_email(email).unwrap_or_else(|| inner.add(email, "", "github", true, &data));
    let code = Code { user: inner.users[user].id.clone(), method: "oauth", challenge: asked.code_challenge };
    let to = led(&mut inner, code, &asked.redirect_to);
    (StatusCode::SEE_OTHER, [("location", to)]).into_response()
}
