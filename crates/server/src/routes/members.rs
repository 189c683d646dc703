use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use clade_domain::{Action, Member, Role, Timestamp, UserId};
use clade_store::Stored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    audit::{Became, note},
    tokens::opens,
    users::stale,
};
use crate::{
    App, Gate, Problem,
    budgets::JointBudget,
    caller::Caller,
    extract::{Body, Named, Revision, tagged},
    page::Page,
    route::Route,
};

const PATH: &str = "/workspaces/{workspace}/members";
const ONE: &str = "/workspaces/{workspace}/members/{user}";
const MANAGE: Gate = Gate::Workspace(Action::ManageMembers);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            PATH,
            Gate::Workspace(Action::ReadWorkspace),
            "members",
            "Who is in a workspace, oldest first.",
            list,
        )
        .gives::<Page<MemberView>>(200),
        Route::post(PATH, MANAGE, "add_member", "Adds somebody who has an account.", add)
            .takes::<MemberWanted>()
            .gives::<MemberView>(201)
            .repeatable(),
        Route::patch(ONE, MANAGE, "change_member", "Gives a member another role.", change)
            .takes::<MemberChange>()
            .gives::<MemberView>(200)
            .edits(),
        Route::put(
            "/workspaces/{workspace}/members/{user}/budget",
            Gate::Workspace(Action::SetBudgets),
            "set_member_budget",
            "Limits what a member's runs buy together.",
            budget,
        )
        .takes::<JointBudget>()
        .gives::<MemberView>(200)
        .edits(),
        Route::delete(
            ONE,
            MANAGE,
            "remove_member",
            "Takes somebody out of a workspace; runs that they started there and that go on are put down.",
            remove,
        ),
        Route::delete(
            "/workspaces/{workspace}/membership",
            Gate::Workspace(Action::ReadWorkspace),
            "leave_workspace",
            "Leaves a workspace; runs that one started there and that go on are put down.",
            leave,
        ),
    ]
}

/// A member of a workspace.
#[derive(Debug, Serialize, JsonSchema)]
struct MemberView {
    user: UserId,
    login: String,
    name: String,
    role: Role,
    /// Limits over all their runs here.
    budget: JointBudget,
    since: Timestamp,
    /// For `If-Match`.
    revision: u64,
}

async fn view(app: &App, caller: &Caller, member: Stored<Member>) -> Result<MemberView, Problem> {
    let Member { user, role, budget, .. } = member.value;
    let person = app.accounts.user(&user, caller.now).await?.map(|person| person.value);
    let (login, name) = person.map(|person| (person.login, person.name)).unwrap_or_default();
    Ok(MemberView { user, login, name, role, budget: budget.into(), since: member.created, revision: member.revision })
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<MemberView>>, Problem> {
    let mut items = Vec::new();
    for member in app.accounts.members(caller.workspace()?, caller.now).await? {
        items.push(view(&app, &caller, member).await?);
    }
    Ok(Json(Page { items, next: None }))
}

async fn found(app: &App, caller: &Caller, user: &UserId) -> Result<Stored<Member>, Problem> {
    let found = app.accounts.membership(caller.workspace()?, user, caller.now).await?;
    found.ok_or_else(|| Problem::not_found("member"))
}

fn own(caller: &Caller) -> Result<(&UserId, Role), Problem> {
    caller.highest().map(|role| (caller.user(), role)).ok_or_else(|| Problem::not_found("workspace"))
}

/// Somebody to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MemberWanted {
    /// What they sign in with.
    login: String,
    role: Role,
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<MemberWanted>,
) -> Result<impl IntoResponse, Problem> {
    let user = app.accounts.user_by_login(&wanted.login, caller.now).await?.value.id;
    app.accounts.add_member(caller.workspace()?, &user, wanted.role, own(&caller)?, caller.now).await?;
    let added = found(&app, &caller, &user).await?;
    Ok((StatusCode::CREATED, Json(view(&app, &caller, added).await?)))
}

/// What is to change.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MemberChange {
    role: Role,
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Named((_, user)): Named<(String, UserId)>,
    Revision(revision): Revision,
    Body(change): Body<MemberChange>,
) -> Result<Response, Problem> {
    let read = Stored { revision, ..found(&app, &caller, &user).await? };
    let done = app.accounts.set_role(&read, change.role, own(&caller)?, caller.now).await;
    answered(&app, &caller, &user, done).await
}

async fn budget(
    State(app): State<App>,
    caller: Caller,
    Named((_, user)): Named<(String, UserId)>,
    Revision(revision): Revision,
    Body(budget): Body<JointBudget>,
) -> Result<Response, Problem> {
    let budget = budget.wanted()?;
    let read = Stored { revision, ..found(&app, &caller, &user).await? };
    let done = app.accounts.set_member_budget(&read, budget, caller.user(), caller.now).await;
    let answer = answered(&app, &caller, &user, done).await?;
    app.hub.limits_changed(caller.workspace()?, Some(&user), budget).await;
    Ok(answer)
}

async fn answered(
    app: &App,
    caller: &Caller,
    user: &UserId,
    done: Result<(), clade_accounts::AccountError>,
) -> Result<Response, Problem> {
    let there = found(app, caller, user).await?;
    let revision = there.revision;
    let shown = view(app, caller, there).await?;
    match done {
        Ok(()) => Ok(tagged(revision, shown)),
        Err(error) => Err(stale(error, shown)),
    }
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Named((_, user)): Named<(String, UserId)>,
) -> Result<StatusCode, Problem> {
    take_out(&app, &caller, &user).await
}

async fn leave(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    if let Some(role) = caller.place.as_ref().and_then(|place| place.member) {
        opens(&caller, role, Some(caller.workspace()?))?;
    }
    take_out(&app, &caller, caller.user()).await
}

async fn take_out(app: &App, caller: &Caller, user: &UserId) -> Result<StatusCode, Problem> {
    let there = found(app, caller, user).await?;
    app.accounts.remove_member(&there, own(caller)?, caller.now).await?;
    let person = app.accounts.user(user, caller.now).await?;
    let login = person.map_or_else(|| user.to_string(), |person| person.value.login);
    let (workspace, why) =
        (caller.workspace()?, format!("{login}, who started it, is no member of the workspace any more"));
    // nobody spends for a workspace that they are not in
    for run in app.hub.put_down_all_of(workspace, user, &why).await? {
        let became = Became(Value::Null, json!({ "why": why }));
        note(app, caller, workspace, ("run.pause", run.as_str()), became).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
