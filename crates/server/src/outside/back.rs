use axum::{
    Router,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use clade_accounts::{Principal, Secret};
use clade_identity::Pkce;
use serde::Deserialize;

use super::Going;
use crate::{App, Problem, cookie, gate};

/// How long a browser may be away at a provider, in seconds.
const AWAY: u32 = 600;

/// The pages that lead to a provider and back. They are no routes of the API: browsers open them, and come from another site.
pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/sign-in/oidc", get(to_oidc))
        .route(OIDC_BACK, get(from_oidc))
        .route("/sign-in/supabase/{provider}", get(to_supabase))
        .route(SUPABASE_BACK, get(from_supabase))
}

const OIDC_BACK: &str = "/sign-in/oidc/back";
/// Where the links of mails and other providers lead.
pub(crate) const SUPABASE_BACK: &str = "/sign-in/supabase/back";

#[derive(Deserialize)]
struct Wanted {
    to: Option<String>,
}

async fn to_oidc(State(app): State<App>, Query(wanted): Query<Wanted>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let begun = async {
        gate::limited(&app, None, &parts)?;
        let way = app.outside.oidc.as_ref().ok_or_else(|| Problem::not_found("way to sign in"))?;
        let now = clade_engine::now();
        let begun = way.provider.begin(&app.hosts.link(&parts.headers, OIDC_BACK), now).await?;
        let going = Going::new("oidc", &begun.pkce, wanted.to, (now, AWAY));
        let going = going.expecting(begun.state, begun.nonce);
        Ok(led(&begun.to, &[going.set(&app, now)?]))
    };
    ended(&app, begun.await)
}

/// What a browser comes back with.
#[derive(Deserialize)]
struct Brought {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Brought {
    /// The code, or the reason that there is none.
    fn code(self) -> Result<String, Problem> {
        self.code.ok_or_else(|| {
            let why = self.error_description.or(self.error).unwrap_or_else(|| "it gives no code".into());
            let why: String = why.chars().filter(|c| !c.is_control()).take(300).collect();
            Problem::new(StatusCode::FORBIDDEN, "refused", format!("the identity provider refuses: {why}"))
        })
    }
}

async fn from_oidc(State(app): State<App>, Query(brought): Query<Brought>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        gate::limited(&app, None, &parts)?;
        let way = app.outside.oidc.as_ref().ok_or_else(|| Problem::not_found("way to sign in"))?;
        let now = clade_engine::now();
        let going = Going::read(&app, &parts.headers, "oidc", now);
        // what another page planted brings another state along
        let going = going.filter(|going| brought.state.as_ref() == Some(&going.state)).ok_or_else(stale)?;
        let back = app.hosts.link(&parts.headers, OIDC_BACK);
        let who = way.provider.end(&brought.code()?, &going.nonce, &going.pkce(), &back, now).await?;
        let user = app.accounts.from_outside(&who, now).await?;
        let opened = app.accounts.open_session_elsewhere(&user.id, |_| Ok(None), now).await?;
        Ok(arrived(&app, &opened, &going.to))
    };
    ended(&app, done.await)
}

async fn to_supabase(
    State(app): State<App>,
    Path(provider): Path<String>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let begun = async {
        gate::limited(&app, None, &parts)?;
        let unknown = || Problem::not_found("way to sign in");
        let way = app.outside.supabase.as_ref().ok_or_else(unknown)?;
        let provider = way.providers().iter().find(|known| **known == provider).ok_or_else(unknown)?;
        let (now, pkce) = (clade_engine::now(), Pkce::new()?);
        let to = way.project().authorize(provider, &pkce, &app.hosts.link(&parts.headers, SUPABASE_BACK))?;
        Ok(led(&to, &[Going::new("supabase", &pkce, wanted.to, (now, AWAY)).set(&app, now)?]))
    };
    ended(&app, begun.await)
}

async fn from_supabase(State(app): State<App>, Query(brought): Query<Brought>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        gate::limited(&app, None, &parts)?;
        let way = app.outside.supabase.as_ref().ok_or_else(|| Problem::not_found("way to sign in"))?;
        let now = clade_engine::now();
        let code = brought.code()?;
        // the code is worth nothing without what this browser got when it began
        let going = Going::read(&app, &parts.headers, "supabase", now).ok_or_else(stale)?;
        let grant = way.project().exchange(&code, &going.pkce()).await?;
        let opened = way.let_in(&app, &grant, now).await?;
        Ok(arrived(&app, &opened, &going.to))
    };
    ended(&app, done.await)
}

fn stale() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "stale", "this sign-in was begun in another browser, or too long ago")
        .fix("begin it again; a link in a mail opens in the browser in which it was asked for")
}

/// The answer that gives a browser its session and leads to the page that was wanted.
fn arrived(app: &App, (secret, _): &(Secret, Principal), to: &str) -> Response {
    let secure = app.hosts.secure();
    led(to, &[cookie::set(secret, secure), cookie::set_going("", 0, secure)])
}

fn led(to: &str, cookies: &[String]) -> Response {
    let mut headers = HeaderMap::new();
    if let Ok(to) = HeaderValue::from_str(to) {
        headers.insert(header::LOCATION, to);
    }
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::from_str(cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// A browser that fails is led to the page where it can try again, which has words for the kind of problem; the log has the details.
fn ended(app: &App, done: Result<Response, Problem>) -> Response {
    done.unwrap_or_else(|problem| {
        tracing::warn!(problem = %problem.kind(), detail = %problem.detail(), "a sign-in elsewhere failed");
        let kind = problem.kind().rsplit(':').next().unwrap_or_default().to_owned();
        led(&format!("/sign-in?failed={kind}"), &[cookie::set_going("", 0, app.hosts.secure())])
    })
}
