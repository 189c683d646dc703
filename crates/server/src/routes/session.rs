use axum::{
    Json,
    extract::{FromRequest, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use clade_accounts::{Principal, Secret, Via};
use clade_domain::{Action, Role, Timestamp, WorkspaceId};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Mode, Problem,
    caller::Caller,
    cookie,
    extract::Body,
    gate::{address, for_one_alone, identify},
    outside::SupabaseWay,
    route::Route,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/session", Gate::Open, "session", "Who is signed in, and where they may do what.", show)
            .gives::<SessionView>(200),
        Route::post("/session", Gate::Open, "sign_in", "Signs somebody in and sets the session's cookie.", sign_in)
            .takes::<SignIn>()
            .gives::<SessionView>(200),
        Route::delete("/session", Gate::SignedIn, "sign_out", "Ends the session.", sign_out),
        Route::post(
            "/session/password",
            Gate::SignedIn,
            "change_password",
            "Changes one's own password; all sessions and tokens end.",
            password,
        )
        .takes::<NewPassword>(),
    ]
}

/// Who is signed in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SessionView {
    /// Who may come in: `single`, `accounts` or `anonymous`.
    #[schemars(extend("enum" = ["single", "accounts", "anonymous"]))]
    mode: &'static str,
    /// Null where nobody is signed in.
    user: Option<Me>,
    /// What writes with the cookie bring as `X-CSRF-Token`; null without a cookie.
    csrf: Option<String>,
    /// Where people may sign in beside this server.
    ways: Ways,
    /// The fewest characters that a password of this server may have.
    least_password: usize,
    /// The program's version.
    version: String,
    /// The workspaces they are a member of.
    workspaces: Vec<Mine>,
    /// What they may do beside all workspaces.
    actions: Vec<String>,
}

/// Where people may sign in beside this server.
#[derive(Debug, Serialize, JsonSchema)]
struct Ways {
    /// What the provider of OpenID Connect is called that `/sign-in/oidc` leads to; null where there is none.
    oidc: Option<String>,
    /// Null where no Supabase project is configured.
    supabase: Option<AtSupabase>,
}

/// Sign-in at a Supabase project.
#[derive(Debug, Serialize, JsonSchema)]
struct AtSupabase {
    /// The other providers that it knows; `/sign-in/supabase/NAME` leads there.
    providers: Vec<String>,
    /// Whether this session was opened there.
    session: bool,
}

/// Oneself.
#[derive(Debug, Serialize, JsonSchema)]
struct Me {
    id: String,
    /// What they sign in with.
    login: String,
    name: String,
    /// Whether they keep the installation.
    instance_admin: bool,
}

/// A workspace that one is a member of.
#[derive(Debug, Serialize, JsonSchema)]
struct Mine {
    id: WorkspaceId,
    name: String,
    role: Role,
    /// What one may do there.
    actions: Vec<String>,
}

/// What a role may do, by name.
pub(crate) fn actions(may: impl Fn(Action) -> bool) -> Vec<String> {
    Action::ALL.iter().filter(|action| may(**action)).map(|action| action.name()).collect()
}

/// What a session shows.
pub(crate) async fn view(app: &App, principal: Option<&Principal>, now: Timestamp) -> Result<SessionView, Problem> {
    let mut workspaces = Vec::new();
    if let Some(principal) = principal {
        for (workspace, role) in app.accounts.workspaces_of(&principal.user, now).await? {
            let id = workspace.value.id;
            let Some(role) = principal.roles(Some(&id), Some(role)).find(|role| *role != Role::Instance) else {
                continue;
            };
            let may = |action| principal.may(action, Some(&id), Some(role));
            workspaces.push(Mine { actions: actions(may), id, name: workspace.value.name, role });
        }
    }
    Ok(SessionView {
        mode: app.mode.word(),
        user: principal.map(|principal| Me {
            id: principal.user.to_string(),
            login: principal.login.clone(),
            name: principal.name.clone(),
            instance_admin: principal.instance_admin,
        }),
        csrf: principal.and_then(|principal| match &principal.via {
            Via::Session { csrf, .. } => Some(csrf.clone()),
            Via::Token { .. } | Via::Outside | Via::Link { .. } | Via::Anonymous => None,
        }),
        ways: Ways {
            oidc: app.outside.oidc.as_ref().map(|way| way.name.clone()),
            supabase: app.outside.supabase.as_ref().map(|way| AtSupabase {
                providers: way.providers().to_vec(),
                session: principal.is_some_and(|it| matches!(it.via, Via::Session { elsewhere: Some(_), .. })),
            }),
        },
        least_password: clade_accounts::LEAST_PASSWORD,
        version: app.version.clone(),
        workspaces,
        actions: principal.map(|principal| actions(|action| principal.may(action, None, None))).unwrap_or_default(),
    })
}

async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Json<SessionView>, Problem> {
    let now = clade_engine::now();
    let principal = identify(&app, &headers, now).await?;
    view(&app, principal.as_ref(), now).await.map(Json)
}

/// Login and password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    login: String,
    #[schemars(with = "String")]
    password: SecretString,
}

async fn sign_in(State(app): State<App>, request: axum::extract::Request) -> Result<Response, Problem> {
    if !app.hosts.same_origin(request.headers()) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "this request does not come from a page of this server",
        )
        .fix("sign in on a page of this server, under the address that it is known by; programs send no `Origin`"));
    }
    if app.mode == Mode::Single {
        return Err(for_one_alone());
    }
    let from = address(&app, request.headers(), request.extensions());
    let Body(SignIn { login, password }) = Body::from_request(request, &app).await?;
    let now = clade_engine::now();
    let (secret, principal) = app.accounts.sign_in(&login, password, &from, now).await?;
    signed_in(&app, &secret, &principal, now).await
}

/// The answer that gives somebody their new session.
pub(crate) async fn signed_in(
    app: &App,
    secret: &Secret,
    principal: &Principal,
    now: Timestamp,
) -> Result<Response, Problem> {
    let view = view(app, Some(principal), now).await?;
    let cookie = cookie::set(secret, app.hosts.secure());
    Ok(([(header::SET_COOKIE, cookie)], Json(view)).into_response())
}

async fn sign_out(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    if let Via::Session { hash, .. } = &caller.principal.via {
        SupabaseWay::sign_out(&app, &caller.principal).await;
        app.accounts.sign_out(hash).await?;
    }
    let cookie = cookie::clear(app.hosts.secure());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// One's old password and the new one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    #[schemars(with = "String")]
    old: SecretString,
    #[schemars(with = "String")]
    new: SecretString,
}

async fn password(
    State(app): State<App>,
    caller: Caller,
    request: axum::extract::Request,
) -> Result<StatusCode, Problem> {
    super::tokens::opens(&caller, Role::Instance, None)?;
    let from = address(&app, request.headers(), request.extensions());
    let Body(NewPassword { old, new }) = Body::from_request(request, &app).await?;
    app.accounts.change_password(&caller.principal, (old, new), &from, caller.now).await?;
    Ok(StatusCode::NO_CONTENT)
}
