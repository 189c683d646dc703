use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use clade_accounts::{NewToken, Via};
use clade_domain::{ApiToken, Role, Timestamp, WorkspaceId};
use clade_store::Stored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Body, Named},
    page::Page,
    route::Route,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/tokens", Gate::SignedIn, "tokens", "One's own API tokens, without their secrets; with a token those that open no more than it.", list)
            .gives::<Page<TokenView>>(200),
        Route::post("/tokens", Gate::SignedIn, "add_token", "Makes an API token; its secret is shown this once. One that is made with a token expires no later, and is revoked with it.", add)
            .takes::<TokenWanted>()
            .gives::<TokenMade>(201)
            .repeatable()
            .tells_once(),
        Route::delete("/tokens/{id}", Gate::SignedIn, "remove_token", "Revokes an API token.", remove),
    ]
}

/// An API token without its secret.
#[derive(Debug, Serialize, JsonSchema)]
struct TokenView {
    id: String,
    name: String,
    /// Its first characters.
    hint: String,
    /// The most it may do.
    ceiling: Role,
    /// The only workspace it opens; null opens all of its owner's.
    workspace: Option<WorkspaceId>,
    created: Timestamp,
    expires: Option<Timestamp>,
    last_used: Option<Timestamp>,
}

impl From<Stored<ApiToken>> for TokenView {
    fn from(token: Stored<ApiToken>) -> Self {
        let ApiToken { id, name, hint, ceiling, workspace, expires, last_used, .. } = token.value;
        Self { id, name, hint, ceiling, workspace, created: token.created, expires, last_used }
    }
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<TokenView>>, Problem> {
    let mut tokens = app.accounts.tokens(caller.user(), caller.now).await?;
    // what opens less learns nothing of what opens more
    tokens.retain(|token| caller.principal.opens(token.value.ceiling, token.value.workspace.as_ref()));
    Ok(Json(Page { items: tokens.into_iter().map(TokenView::from).collect(), next: None }))
}

/// A token to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TokenWanted {
    name: String,
    /// The most it may do; never more than its owner.
    ceiling: Role,
    /// The only workspace it opens; none opens all.
    workspace: Option<WorkspaceId>,
    /// For how many days; none is for ever, or as long as the token that it is made with.
    #[schemars(range(min = 1, max = 3650))]
    days: Option<u16>,
}

/// A token that was made.
#[derive(Serialize, JsonSchema)]
struct TokenMade {
    /// Shown this once.
    secret: String,
    token: TokenView,
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<TokenWanted>,
) -> Result<impl IntoResponse, Problem> {
    opens(&caller, wanted.ceiling, wanted.workspace.as_ref())?;
    let days = |days: u16| Timestamp(caller.now.0 + i64::from(days) * 24 * 3_600 * 1_000);
    if wanted.days.is_some_and(|days| !(1..=3_650).contains(&days)) {
        return Err(Problem::bad("`days` has to be 1 to 3650, or left out for a token that never expires"));
    }
    let new = NewToken {
        name: wanted.name,
        ceiling: wanted.ceiling,
        workspace: wanted.workspace,
        expires: wanted.days.map(days),
        made_with: match &caller.principal.via {
            Via::Token { id, .. } => Some(id.clone()),
            Via::Session { .. } | Via::Outside | Via::Link { .. } | Via::Anonymous => None,
        },
    };
    let (secret, token) = app.accounts.add_token(caller.user(), new, caller.user(), caller.now).await?;
    let token = TokenView::from(Stored { value: token, revision: 1, created: caller.now });
    Ok((StatusCode::CREATED, Json(TokenMade { secret: secret.reveal().to_owned(), token })))
}

async fn remove(State(app): State<App>, caller: Caller, Named(id): Named<String>) -> Result<StatusCode, Problem> {
    let own = app.accounts.tokens(caller.user(), caller.now).await?;
    let there = own.iter().find(|token| token.value.id == id).ok_or_else(|| Problem::not_found("token"))?;
    opens(&caller, there.value.ceiling, there.value.workspace.as_ref())?;
    app.accounts.remove_token(caller.user(), &id, caller.user(), caller.now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// That a request came with no less than what it changes: a token that leaks is no way to more than it opens, nor to shut its owner out of it.
pub(super) fn opens(caller: &Caller, ceiling: Role, workspace: Option<&WorkspaceId>) -> Result<(), Problem> {
    if caller.principal.opens(ceiling, workspace) {
        return Ok(());
    }
    let detail = "a token neither makes, takes away nor changes what may do more than itself";
    Err(Problem::new(StatusCode::FORBIDDEN, "above", detail)
        .fix("sign in and do it there, or use a token with the ceiling `instance` for all workspaces"))
}
