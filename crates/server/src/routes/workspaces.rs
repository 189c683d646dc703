use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use clade_domain::{Action, Spent, Timestamp, UserId, Workspace, WorkspaceId};
use clade_store::Stored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::users::stale;
use crate::{
    App, Gate, Problem,
    budgets::JointBudget,
    caller::Caller,
    extract::{Body, Revision, tagged},
    page::Page,
    place::Place,
    route::Route,
};

const PATH: &str = "/workspaces/{workspace}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/workspaces", Gate::SignedIn, "workspaces", "The workspaces that one is a member of.", list)
            .gives::<Page<WorkspaceView>>(200),
        Route::post(
            "/workspaces",
            Gate::Instance(Action::ManageWorkspaces),
            "add_workspace",
            "Adds a workspace with oneself as its admin.",
            add,
        )
        .takes::<WorkspaceWanted>()
        .gives::<WorkspaceView>(201)
        .repeatable(),
        Route::get(PATH, Gate::Workspace(Action::ReadWorkspace), "workspace", "A workspace.", show)
            .gives::<WorkspaceView>(200),
        Route::patch(
            PATH,
            Gate::Workspace(Action::ChangeWorkspace),
            "change_workspace",
            "Renames a workspace, or says which addresses its runs may call.",
            change,
        )
        .takes::<WorkspaceChange>()
        .gives::<WorkspaceView>(200)
        .edits(),
        Route::put(
            "/workspaces/{workspace}/budget",
            Gate::Workspace(Action::SetBudgets),
            "set_workspace_budget",
            "Limits what all runs of a workspace buy together. A kind of limit that is left out is none; 0 lets nothing more be bought.",
            budget,
        )
        .takes::<JointBudget>()
        .gives::<WorkspaceView>(200)
        .edits(),
        Route::get(
            "/workspaces/{workspace}/spent",
            Gate::Workspace(Action::ReadWorkspace),
            "workspace_spent",
            "What a workspace and each member have bought so far, as their limits count it.",
            spent,
        )
        .gives::<Bought>(200),
    ]
}

/// What was bought in runs and to try prompts out.
#[derive(Debug, Serialize, JsonSchema)]
struct Used {
    /// US dollars, of calls whose price is known.
    usd: f64,
    calls: u64,
    /// Input and output tokens.
    tokens: u64,
}

impl From<Spent> for Used {
    fn from(spent: Spent) -> Self {
        Self { usd: spent.usd.0, calls: spent.calls, tokens: spent.tokens_in + spent.tokens_out }
    }
}

/// What a workspace has bought.
#[derive(Debug, Serialize, JsonSchema)]
struct Bought {
    /// All of it.
    all: Used,
    /// That of those who are members now.
    members: Vec<MemberBought>,
}

/// What a member has bought.
#[derive(Debug, Serialize, JsonSchema)]
struct MemberBought {
    user: UserId,
    used: Used,
}

async fn spent(State(app): State<App>, caller: Caller) -> Result<Json<Bought>, Problem> {
    let workspace = caller.workspace()?;
    let all = app.hub.bought_by(workspace, None).await?.into();
    let mut members = Vec::new();
    for member in app.accounts.members(workspace, caller.now).await? {
        let user = member.value.user;
        let used = app.hub.bought_by(workspace, Some(&user)).await?.into();
        members.push(MemberBought { user, used });
    }
    Ok(Json(Bought { all, members }))
}

/// A workspace.
#[derive(Debug, Serialize, JsonSchema)]
struct WorkspaceView {
    id: WorkspaceId,
    name: String,
    /// Limits over all its runs.
    budget: JointBudget,
    /// Addresses that its runs may call beside those of the known providers.
    base_urls: Vec<String>,
    created: Timestamp,
    /// For `If-Match`.
    revision: u64,
}

impl From<Stored<Workspace>> for WorkspaceView {
    fn from(found: Stored<Workspace>) -> Self {
        let Workspace { id, name, budget, base_urls } = found.value;
        Self { id, name, budget: budget.into(), base_urls, created: found.created, revision: found.revision }
    }
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<WorkspaceView>>, Problem> {
    let found = app.accounts.workspaces_of(caller.user(), caller.now).await?;
    let open = |(workspace, role): &(Stored<Workspace>, clade_domain::Role)| {
        caller.principal.may(Action::ReadWorkspace, Some(&workspace.value.id), Some(*role))
    };
    let items = found.into_iter().filter(open).map(|(workspace, _)| workspace.into()).collect();
    Ok(Json(Page { items, next: None }))
}

/// A workspace to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WorkspaceWanted {
    /// 4 to 40 characters of a-z, 0-9 and -.
    id: WorkspaceId,
    name: String,
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<WorkspaceWanted>,
) -> Result<impl IntoResponse, Problem> {
    let made = app.accounts.add_workspace(wanted.id, &wanted.name, caller.user(), caller.now).await?;
    let view = WorkspaceView::from(Stored { value: made, revision: 1, created: caller.now });
    Ok((StatusCode::CREATED, Json(view)))
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let found = app.accounts.workspace(caller.workspace()?, caller.now).await?;
    Ok(tagged(found.revision, WorkspaceView::from(found)))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WorkspaceChange {
    name: Option<String>,
    /// Addresses that its runs may call beside those of the known providers: beginnings of URLs.
    base_urls: Option<Vec<String>>,
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Revision(revision): Revision,
    Body(change): Body<WorkspaceChange>,
) -> Result<Response, Problem> {
    for url in change.base_urls.iter().flatten() {
        let reached = match Place::read(url) {
            Ok(_) => app.reach.callable(url).await,
            Err(why) => Err(format!("`{url}`: {why}")),
        };
        reached.map_err(|why| {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "base_url", why)
                .fix("name an address of the internet, as https://...")
        })?;
    }
    edit(&app, &caller, revision, |old| Workspace {
        name: change.name.unwrap_or_else(|| old.name.clone()),
        base_urls: change.base_urls.unwrap_or_else(|| old.base_urls.clone()),
        ..old.clone()
    })
    .await
}

async fn budget(
    State(app): State<App>,
    caller: Caller,
    Revision(revision): Revision,
    Body(budget): Body<JointBudget>,
) -> Result<Response, Problem> {
    let budget = budget.wanted()?;
    let answer = edit(&app, &caller, revision, |old| Workspace { budget, ..old.clone() }).await?;
    app.hub.limits_changed(caller.workspace()?, None, budget).await;
    Ok(answer)
}

async fn edit(
    app: &App,
    caller: &Caller,
    revision: u64,
    make: impl FnOnce(&Workspace) -> Workspace,
) -> Result<Response, Problem> {
    let there = app.accounts.workspace(caller.workspace()?, caller.now).await?;
    let new = make(&there.value);
    let read = Stored { revision, ..there };
    let done = app.accounts.change_workspace(&read, new, caller.user(), caller.now).await;
    let there = app.accounts.workspace(caller.workspace()?, caller.now).await?;
    match done {
        Ok(()) => Ok(tagged(there.revision, WorkspaceView::from(there))),
        Err(error) => Err(stale(error, WorkspaceView::from(there))),
    }
}
