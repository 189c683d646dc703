use axum::{
    Json,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use clade_domain::Timestamp;
use clade_identity::Pkce;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::session::{self, SessionView};
use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::Body,
    gate::address,
    outside::{Going, SUPABASE_BACK, SupabaseWay},
    route::Route,
};

/// How long the link of a mail may be opened in the browser that asked for it, in seconds.
const MAIL: u32 = 3_600;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/session/supabase",
            Gate::Open,
            "supabase_sign_in",
            "Signs somebody in at the Supabase project.",
            sign_in,
        )
        .takes::<Credentials>()
        .gives::<SessionView>(200),
        Route::post(
            "/session/supabase/people",
            Gate::Open,
            "supabase_sign_up",
            "Adds a person to the Supabase project.",
            sign_up,
        )
        .takes::<Newcomer>()
        .gives::<SignedUp>(200),
        Route::post(
            "/session/supabase/link",
            Gate::Open,
            "supabase_link",
            "Has the Supabase project send a mail with a link that signs somebody in.",
            link,
        )
        .takes::<Address>(),
        Route::post(
            "/session/supabase/recovery",
            Gate::Open,
            "supabase_recovery",
            "Has the Supabase project send a mail with a link that leads to a new password.",
            recovery,
        )
        .takes::<Address>(),
        Route::put(
            "/session/supabase/password",
            Gate::SignedIn,
            "supabase_password",
            "Gives oneself a new password at the Supabase project.",
            password,
        )
        .takes::<Chosen>(),
    ]
}

/// Address and password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    #[schemars(with = "String")]
    password: SecretString,
}

/// A person to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Newcomer {
    email: String,
    #[schemars(with = "String")]
    password: SecretString,
    /// How others see them; the address where it is left out.
    #[serde(default)]
    name: String,
}

/// What came of signing up.
#[derive(Serialize, JsonSchema)]
struct SignedUp {
    /// Whether the link of a mail has to be opened first, in this browser.
    mail_sent: bool,
    /// Null where it has to.
    session: Option<SessionView>,
}

/// Where a mail goes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Address {
    email: String,
}

/// A new password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Chosen {
    #[schemars(with = "String")]
    password: SecretString,
}

/// A request of somebody who is not signed in: where it comes from, what it brings, and that it may be tried.
struct Knock<T> {
    parts: Parts,
    from: String,
    body: T,
    now: Timestamp,
}

impl<T: DeserializeOwned> Knock<T> {
    async fn of(app: &App, request: Request) -> Result<Self, Problem> {
        if !app.hosts.same_origin(request.headers()) {
            let detail = "this request does not come from a page of this server";
            return Err(Problem::new(StatusCode::FORBIDDEN, "csrf", detail));
        }
        let (parts, body) = request.into_parts();
        let from = address(app, &parts.headers, &parts.extensions);
        let Body(body) = Body::from_request(Request::from_parts(parts.clone(), body), app).await?;
        Ok(Self { parts, from, body, now: clade_engine::now() })
    }

    fn back(&self, app: &App) -> String {
        app.hosts.link(&self.parts.headers, SUPABASE_BACK)
    }
}

fn way(app: &App) -> Result<&SupabaseWay, Problem> {
    app.outside.supabase.as_ref().ok_or_else(|| {
        Problem::not_found("Supabase project")
            .fix("name one in promptclade.toml: [accounts] supabase = { url, publishable_key }")
    })
}

async fn sign_in(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let way = way(&app)?;
    let Knock { from, body: Credentials { email, password }, now, .. } = Knock::of(&app, request).await?;
    // the project counts all of a server's people as one caller, so guesses are slowed down here
    app.accounts.attempt(&email, &from, now)?;
    let grant = way.project().sign_in(email.trim(), &password).await?;
    app.accounts.succeeded(&email, &from, now);
    let (secret, principal) = way.let_in(&app, &grant, now).await?;
    session::signed_in(&app, &secret, &principal, now).await
}

async fn sign_up(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let way = way(&app)?;
    let knock = Knock::<Newcomer>::of(&app, request).await?;
    let (back, now) = (knock.back(&app), knock.now);
    let Newcomer { email, password, name } = knock.body;
    app.accounts.attempt(&email, &knock.from, now)?;
    let pkce = Pkce::new()?;
    match way.project().sign_up(email.trim(), &password, name.trim(), (&pkce, &back)).await? {
        Some(grant) => {
            app.accounts.succeeded(&email, &knock.from, now);
            let (secret, principal) = way.let_in(&app, &grant, now).await?;
            let session = Some(session::view(&app, Some(&principal), now).await?);
            let cookie = crate::cookie::set(&secret, app.hosts.secure());
            Ok(([(header::SET_COOKIE, cookie)], Json(SignedUp { mail_sent: false, session })).into_response())
        }
        None => {
            let cookie = Going::new("supabase", &pkce, None, (now, MAIL)).set(&app, now)?;
            Ok(([(header::SET_COOKIE, cookie)], Json(SignedUp { mail_sent: true, session: None })).into_response())
        }
    }
}

async fn link(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (way, knock) = (way(&app)?, Knock::<Address>::of(&app, request).await?);
    let (email, pkce) = (knock.body.email.trim().to_owned(), Pkce::new()?);
    app.accounts.attempt(&email, &knock.from, knock.now)?;
    way.project().magic_link(&email, &pkce, &knock.back(&app)).await?;
    mailed(&app, Going::new("supabase", &pkce, None, (knock.now, MAIL)), knock.now)
}

async fn recovery(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (way, knock) = (way(&app)?, Knock::<Address>::of(&app, request).await?);
    let (email, pkce) = (knock.body.email.trim().to_owned(), Pkce::new()?);
    app.accounts.attempt(&email, &knock.from, knock.now)?;
    way.project().recover(&email, &pkce, &knock.back(&app)).await?;
    let to = Some("/account?password=new".to_owned());
    mailed(&app, Going::new("supabase", &pkce, to, (knock.now, MAIL)), knock.now)
}

fn mailed(app: &App, going: Going, now: Timestamp) -> Result<Response, Problem> {
    let mut headers = HeaderMap::new();
    headers.insert(header::SET_COOKIE, going.set(app, now)?.parse().map_err(Problem::fault)?);
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

async fn password(
    State(app): State<App>,
    caller: Caller,
    Body(Chosen { password }): Body<Chosen>,
) -> Result<StatusCode, Problem> {
    let way = way(&app)?;
    let grant = SupabaseWay::grant(&app, &caller.principal).ok_or_else(|| {
        Problem::conflict("this session was not opened at the Supabase project").fix("sign in there first")
    })?;
    way.project().set_password(&grant.access, &password).await?;
    Ok(StatusCode::NO_CONTENT)
}
