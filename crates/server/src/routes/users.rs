use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use clade_accounts::NewUser;
use clade_domain::{Action, Timestamp, User, UserId};
use clade_store::{RecordQuery, Stored};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Body, Named, Revision, tagged},
    page::{Page, PageQuery, cut},
    route::Route,
};

const GATE: Gate = Gate::Instance(Action::ManageUsers);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/users", GATE, "users", "All people, oldest first.", list)
            .asks::<PageQuery>()
            .gives::<Page<UserView>>(200),
        Route::post("/users", GATE, "add_user", "Adds a person.", add)
            .takes::<UserWanted>()
            .gives::<UserView>(201)
            .repeatable(),
        Route::get("/users/{user}", GATE, "user", "A person.", show).gives::<UserView>(200),
        Route::patch("/users/{user}", GATE, "change_user", "Renames, promotes or disables a person.", change)
            .takes::<UserChange>()
            .gives::<UserView>(200)
            .edits(),
        Route::post(
            "/users/{user}/password",
            GATE,
            "reset_password",
            "Gives a person a password; all their sessions and tokens end.",
            reset,
        )
        .takes::<PasswordGiven>(),
        Route::delete(
            "/users/{user}/password",
            GATE,
            "remove_password",
            "Has a person sign in at an identity provider from now on, by the login as their address there; all their sessions and tokens end.",
            elsewhere,
        ),
    ]
}

/// A person.
#[derive(Debug, Serialize, JsonSchema)]
struct UserView {
    id: UserId,
    /// What they sign in with.
    login: String,
    name: String,
    /// Whether they keep the installation.
    instance_admin: bool,
    /// Whether they sign in at an identity provider, and not with a password.
    elsewhere: bool,
    /// Whether they may not sign in any more.
    disabled: bool,
    created: Timestamp,
    /// For `If-Match`.
    revision: u64,
}

impl From<Stored<User>> for UserView {
    fn from(user: Stored<User>) -> Self {
        let elsewhere = user.value.signs_in_elsewhere();
        let User { id, login, name, instance_admin, disabled, .. } = user.value;
        Self { id, login, name, instance_admin, elsewhere, disabled, created: user.created, revision: user.revision }
    }
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<UserView>>, Problem> {
    let users = app.accounts.users(RecordQuery::default(), caller.now).await?;
    let users = users.into_iter().map(UserView::from).collect();
    cut(users, page.cursor.as_deref(), page.limit).map(Json)
}

async fn found(app: &App, id: &UserId, caller: &Caller) -> Result<Stored<User>, Problem> {
    app.accounts.user(id, caller.now).await?.ok_or_else(|| Problem::not_found("user"))
}

async fn show(State(app): State<App>, caller: Caller, Named(id): Named<UserId>) -> Result<Response, Problem> {
    let user = found(&app, &id, &caller).await?;
    Ok(tagged(user.revision, UserView::from(user)))
}

/// A person to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserWanted {
    /// An e-mail address or a name.
    login: String,
    /// How others see them; the login where it is left out.
    #[serde(default)]
    name: String,
    /// Left out for somebody who signs in at an identity provider, which knows them by the login as their address.
    #[schemars(with = "Option<String>")]
    password: Option<SecretString>,
    /// Whether they keep the installation.
    #[serde(default)]
    instance_admin: bool,
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<UserWanted>,
) -> Result<impl IntoResponse, Problem> {
    let UserWanted { login, name, password, instance_admin } = wanted;
    let new = NewUser { login, name, password, instance_admin };
    let user = app.accounts.add_user(new, caller.user(), caller.now).await?;
    let view = UserView::from(Stored { value: user, revision: 1, created: caller.now });
    Ok((StatusCode::CREATED, Json(view)))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserChange {
    name: Option<String>,
    instance_admin: Option<bool>,
    disabled: Option<bool>,
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<UserId>,
    Revision(revision): Revision,
    Body(change): Body<UserChange>,
) -> Result<Response, Problem> {
    let there = found(&app, &id, &caller).await?;
    let new = User {
        name: change.name.unwrap_or_else(|| there.value.name.clone()),
        instance_admin: change.instance_admin.unwrap_or(there.value.instance_admin),
        disabled: change.disabled.unwrap_or(there.value.disabled),
        ..there.value.clone()
    };
    let read = Stored { revision, ..there };
    let done = app.accounts.change_user(&read, new, caller.user(), caller.now).await;
    let there = found(&app, &id, &caller).await?;
    match done {
        Ok(()) => Ok(tagged(there.revision, UserView::from(there))),
        Err(error) => Err(stale(error, UserView::from(there))),
    }
}

/// A refusal of an edit, with what is there where it was made from another version.
pub(super) fn stale(error: clade_accounts::AccountError, there: impl Serialize) -> Problem {
    let problem = Problem::from(error);
    match problem.status() {
        412 => problem.current(serde_json::to_value(there).unwrap_or_default()),
        _ => problem,
    }
}

/// A password that is given to somebody.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PasswordGiven {
    #[schemars(with = "String")]
    password: SecretString,
}

async fn reset(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<UserId>,
    Body(given): Body<PasswordGiven>,
) -> Result<StatusCode, Problem> {
    let user = found(&app, &id, &caller).await?;
    app.accounts.reset_password(&user, given.password, caller.user(), caller.now).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn elsewhere(State(app): State<App>, caller: Caller, Named(id): Named<UserId>) -> Result<StatusCode, Problem> {
    let user = found(&app, &id, &caller).await?;
    if app.outside.oidc.is_none() && app.outside.supabase.is_none() {
        return Err(Problem::conflict(
            "people sign in nowhere beside this server, so without a password nobody could be them",
        )
        .fix("have whoever keeps the server configure `[accounts]`, or give them another password"));
    }
    app.accounts.send_elsewhere(&user, caller.user(), caller.now).await?;
    Ok(StatusCode::NO_CONTENT)
}
