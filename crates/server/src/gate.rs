use std::{
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, RawPathParams, Request, State, rejection::RawPathParamsRejection},
    http::{Extensions, HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use clade_accounts::{Identify, Principal, Via};
use clade_domain::{Action, Role, Timestamp, UserId, WorkspaceId};

use crate::{
    App, Mode, Problem,
    caller::{Caller, Place},
    cookie,
    outside::SupabaseWay,
    request_id::By,
};

/// The header that a browser's writes bring beside the cookie.
pub(crate) const CSRF: &str = "x-csrf-token";

/// Who may use a route. Every route has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Everybody: signing in, and what says how the server is.
    Open,
    /// Whoever is signed in: what is their own.
    SignedIn,
    /// Who may do this beside all workspaces.
    Instance(Action),
    /// Who may do this in the workspace that the path names.
    Workspace(Action),
    /// Who may do this in the workspace of the run that the path names.
    Run(Action),
    /// Who may see the run that the path names, and who has a link that shows it. Only for routes that answer with nothing but this run.
    Shown,
}

impl Gate {
    /// The right that it asks for, where it is one.
    #[must_use]
    pub fn action(self) -> Option<Action> {
        match self {
            Self::Open | Self::SignedIn => None,
            Self::Instance(action) | Self::Workspace(action) | Self::Run(action) => Some(action),
            Self::Shown => Some(Action::ReadRuns),
        }
    }
}

/// The header with the secret of a link that shows a run. It counts for routes behind [`Gate::Shown`], and for no others.
pub(crate) const SHARE: &str = "x-clade-share";

/// Lets a request through to its route, or says why not.
pub(crate) async fn pass(
    State((app, gate)): State<(App, Gate)>,
    path: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let path = match path {
        Ok(path) => path,
        Err(error) => {
            let problem = Problem::bad(error.body_text()).fix("write what stands in a path as UTF-8, escaped with `%`");
            return problem.into_response();
        }
    };
    let (mut parts, body) = request.into_parts();
    let by = match admit(&app, gate, &path, &parts).await {
        Ok(None) => None,
        Ok(Some(caller)) => {
            let by = By::from(&caller);
            parts.extensions.insert(caller);
            Some(by)
        }
        Err(problem) => return problem.into_response(),
    };
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(by) = by {
        response.extensions_mut().insert(by);
    }
    response
}

async fn admit(app: &App, gate: Gate, path: &RawPathParams, request: &Parts) -> Result<Option<Caller>, Problem> {
    if request.uri.query().is_some_and(carries_token) {
        return Err(Problem::bad("a token in an address ends up in logs and histories")
            .fix("send it as `Authorization: Bearer TOKEN`, and revoke this one"));
    }
    let now = clade_engine::now();
    if let Some(secret) = request.headers.get(SHARE) {
        return by_link(app, gate, path, (secret.to_str().unwrap_or_default(), request), now).await.map(Some);
    }
    let known = identify(app, &request.headers, now).await;
    // who brings what nobody knows counts as nobody
    limited(app, known.as_ref().ok().and_then(Option::as_ref), request)?;
    let principal = known?;
    let Some(principal) = principal else {
        return match gate {
            Gate::Open => Ok(None),
            _ => Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", "nobody is signed in")
                .fix("sign in, or send `Authorization: Bearer TOKEN`")),
        };
    };
    written_from_here(app, &principal, request)?;
    let named = |name| named(path, name);
    let action = match gate {
        Gate::Open | Gate::SignedIn => return Ok(Some(Caller { principal, now, place: None })),
        Gate::Instance(action) => {
            let caller = Caller { principal, now, place: None };
            return if caller.may(action) { Ok(Some(caller)) } else { Err(forbidden(action)) };
        }
        Gate::Workspace(action) | Gate::Run(action) => action,
        Gate::Shown => Action::ReadRuns,
    };
    let (what, place) = match gate {
        Gate::Run(_) | Gate::Shown => {
            ("run", run_place(app, Some(&principal), named("run").unwrap_or_default(), now).await?)
        }
        _ => ("workspace", workspace_place(app, &principal, named("workspace").unwrap_or_default(), now).await?),
    };
    let caller = Caller { principal, now, place: Some(place.ok_or_else(|| Problem::not_found(what))?) };
    if caller.may(action) {
        return if_not_deleted(caller, action, &request.method).map(Some);
    }
    // who may see nothing there is not told that it is there
    let see = if what == "run" { Action::ReadRuns } else { Action::ReadWorkspace };
    Err(if caller.may(see) { forbidden(action) } else { Problem::not_found(what) })
}

/// With a run that was deleted nothing is done but what concerns its deletion, and taking away what was given of it.
fn if_not_deleted(caller: Caller, action: Action, method: &Method) -> Result<Caller, Problem> {
    let deleted = caller.place.as_ref().and_then(|place| place.run.as_ref()).is_some_and(|run| run.deleted);
    let gives = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    match deleted && gives && action != Action::DeleteRuns {
        true => Err(Problem::conflict("this run was deleted").fix("restore it first: POST /api/v1/runs/{run}/restore")),
        false => Ok(caller),
    }
}

/// Lets in who has a link that shows the run that the path names. A link beside a session is what counts: the page of a link looks alike to all.
async fn by_link(
    app: &App,
    gate: Gate,
    path: &RawPathParams,
    (secret, request): (&str, &Parts),
    now: Timestamp,
) -> Result<Caller, Problem> {
    limited(app, None, request)?;
    let unknown = || {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "link",
            "this link was taken back, has expired, shows nothing any more, or never was one",
        )
        .fix("ask whoever sent it for a new one")
    };
    let share = match app.accounts.shared(secret, now).await {
        Err(clade_accounts::AccountError::Link) => return Err(unknown()),
        found => found?,
    };
    if gate != Gate::Shown {
        return Err(Problem::new(StatusCode::FORBIDDEN, "link", "a link shows one run and lets nobody do anything")
            .fix("sign in and open the run itself"));
    }
    let name = named(path, "run").unwrap_or_default();
    let place = if share.run.as_str() == name { run_place(app, None, name, now).await? } else { None };
    let place = place.filter(|place| place.run.as_ref().is_some_and(|run| !run.deleted));
    let place = place.ok_or_else(|| Problem::not_found("run"))?;
    Ok(Caller { principal: Principal::holder(&share)?, now, place: Some(place) })
}

fn named(path: &RawPathParams, name: &str) -> Option<String> {
    path.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

pub(crate) fn forbidden(action: Action) -> Problem {
    let words = action.words().trim_end_matches('.').to_lowercase();
    Problem::new(StatusCode::FORBIDDEN, "forbidden", format!("your role does not let you {words}")).fix(
        if Role::Admin.permits(action) { "ask an admin of the workspace" } else { "ask who keeps this installation" },
    )
}

async fn run_place(
    app: &App,
    principal: Option<&Principal>,
    name: String,
    now: Timestamp,
) -> Result<Option<Place>, Problem> {
    let row = match app.store.summary(name.clone()).await {
        // a beginning of an id would tell about runs of others
        Ok(row) if row.run.as_str() == name => row,
        Ok(_) | Err(clade_store::StoreError::NotFound { .. } | clade_store::StoreError::Ambiguous { .. }) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let member = match principal {
        Some(principal) => app.accounts.membership(&row.workspace, &principal.user, now).await?,
        None => None,
    };
    let member = member.map(|member| member.value.role);
    Ok(Some(Place { workspace: row.workspace.clone(), member, run: Some(Box::new(row)) }))
}

async fn workspace_place(
    app: &App,
    principal: &Principal,
    name: String,
    now: Timestamp,
) -> Result<Option<Place>, Problem> {
    let Ok(workspace) = name.parse::<WorkspaceId>() else { return Ok(None) };
    let member = app.accounts.membership(&workspace, &principal.user, now).await?.map(|member| member.value.role);
    if member.is_none() {
        // an instance admin manages members of workspaces that they are not in, and those have to exist
        match app.accounts.workspace(&workspace, now).await {
            Ok(_) => {}
            Err(clade_accounts::AccountError::Store(clade_store::StoreError::NotFound { .. })) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(Place { workspace, member, run: None }))
}

fn carries_token(query: &str) -> bool {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .any(|(name, value)| ["token", "access_token", "api_key"].contains(&name) || clade_accounts::is_token(value))
}

/// Whose request it is; none where it brings nothing along. A server for the person at this machine knows nobody else: their runs would
/// have that person's keys and reach their machine.
pub(crate) async fn identify(app: &App, headers: &HeaderMap, now: Timestamp) -> Result<Option<Principal>, Problem> {
    let found = recognised(app, headers, now).await?;
    match &found {
        Some(principal) if app.mode == Mode::Single && principal.user != UserId::default() => Err(for_one_alone()),
        _ => Ok(found),
    }
}

pub(crate) fn for_one_alone() -> Problem {
    let detail = "this server was started for the person at this machine alone, before there were accounts";
    Problem::new(StatusCode::FORBIDDEN, "single", detail)
        .fix("whoever keeps it ends it and starts `clade serve` again: people sign in then")
}

async fn recognised(app: &App, headers: &HeaderMap, now: Timestamp) -> Result<Option<Principal>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let unknown = || {
            Problem::new(StatusCode::UNAUTHORIZED, "token", "this token is unknown, has expired, or was revoked")
                .fix("make a new one, and send it as `Authorization: Bearer TOKEN`")
        };
        let text = value.to_str().map_err(|_| unknown())?;
        let (scheme, token) = text.split_once(' ').ok_or_else(unknown)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(unknown());
        }
        let token = token.trim();
        if let Some(principal) = app.accounts.bearer(token, now).await? {
            return Ok(Some(principal));
        }
        // tokens of ours have no dots
        return match app.outside.supabase.as_ref().filter(|_| token.contains('.')) {
            Some(way) => way.bearer(&app.accounts, token, now).await.map(Some),
            None => Err(unknown()),
        };
    }
    if let Some(secret) = cookie::read(headers, app.hosts.secure())
        && let Some(principal) = app.accounts.session(secret, now).await?
        && SupabaseWay::goes_on(app, &principal, now).await?
    {
        return Ok(Some(principal));
    }
    match app.mode {
        Mode::Anonymous => Ok(Some(app.accounts.local(now).await?)),
        Mode::Single | Mode::Accounts => Ok(None),
    }
}

/// A write that a browser sends with its cookie, or without anything, has to come from a page of ours.
fn written_from_here(app: &App, principal: &Principal, request: &Parts) -> Result<(), Problem> {
    if matches!(principal.via, Via::Token { .. } | Via::Outside) {
        return Ok(());
    }
    let elsewhere = || {
        Problem::new(StatusCode::FORBIDDEN, "csrf", "this request does not come from a page of this server")
            .fix(format!("programs use a token; pages send `{CSRF}` with the `csrf` of GET /api/v1/session"))
    };
    if !app.hosts.same_origin(&request.headers) {
        return Err(elsewhere());
    }
    if matches!(request.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    match &principal.via {
        Via::Session { csrf, .. } => {
            let sent = request.headers.get(CSRF).and_then(|value| value.to_str().ok());
            if sent == Some(csrf) { Ok(()) } else { Err(elsewhere()) }
        }
        Via::Token { .. } | Via::Outside | Via::Link { .. } | Via::Anonymous => Ok(()),
    }
}

pub(crate) fn limited(app: &App, principal: Option<&Principal>, request: &Parts) -> Result<(), Problem> {
    let caller = match principal.map(|principal| (&principal.via, principal)) {
        Some((Via::Token { id, .. }, _)) => format!("token {id}"),
        Some((_, principal)) => format!("user {}", principal.user),
        None => address(app, &request.headers, &request.extensions),
    };
    app.rates.take(&caller, Instant::now()).map_err(|seconds| {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate", "too many requests")
            .fix(format!("wait {seconds} s, then send fewer a second"))
            .after(seconds)
    })
}

/// Where a request comes from: whoever connected, or whom a proxy that is believed names.
pub(crate) fn address(app: &App, headers: &HeaderMap, request: &Extensions) -> String {
    match request.get::<ConnectInfo<SocketAddr>>() {
        Some(ConnectInfo(from)) => behind(from.ip().to_canonical(), headers, &app.trusted_proxies).to_string(),
        None => "unknown".to_owned(),
    }
}

/// Each proxy adds whom it was reached by at the end, so the last one that is no proxy of ours is who asks; what stands before it may be made up.
fn behind(from: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let named: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut asks = from;
    for name in named.into_iter().rev() {
        if !proxies.contains(&asks) {
            break;
        }
        let Ok(before) = name.parse::<IpAddr>() else { break };
        asks = before.to_canonical();
    }
    asks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proxies_that_are_trusted_say_who_asks() {
        let proxies: Vec<IpAddr> = vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        // who connected, what they say, who asks
        let table: [(&str, &[&str], &str); 8] = [
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["127.0.0.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["127.0.0.1", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["2001:db8::7"], "2001:db8::7"),
        ];
        for (from, said, expected) in table {
            let mut headers = HeaderMap::new();
            for line in said {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            assert_eq!(behind(from.parse().unwrap(), &headers, &proxies).to_string(), expected, "{from} {said:?}");
        }
    }
}
