use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use clade_domain::{Action, AuditEntry, Timestamp, UserId, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordQuery, Stored};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::Asked,
    page::{Page, PageQuery, limit},
    route::Route,
};

const GATE: Gate = Gate::Workspace(Action::ReadAudit);
const INSTANCE: Gate = Gate::Instance(Action::ManageUsers);
/// Entries read in one step.
const PART: u32 = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/workspaces/{workspace}/audit", GATE, "audit", "Who did what, newest first.", list)
            .asks::<PageQuery>()
            .gives::<Page<AuditView>>(200),
        Route::get(
            "/workspaces/{workspace}/audit.jsonl",
            GATE,
            "export_audit",
            "The whole audit log as JSON lines, oldest first.",
            export,
        )
        .streams("application/jsonl"),
        Route::get(
            "/audit",
            INSTANCE,
            "instance_audit",
            "Who did what that belongs to no workspace, newest first.",
            list_outside,
        )
        .asks::<PageQuery>()
        .gives::<Page<AuditView>>(200),
        Route::get(
            "/audit.jsonl",
            INSTANCE,
            "export_instance_audit",
            "All that belongs to no workspace as JSON lines, oldest first: people, their tokens and how they sign in.",
            export_outside,
        )
        .streams("application/jsonl"),
    ]
}

/// What somebody did.
#[derive(Debug, Serialize, JsonSchema)]
struct AuditView {
    id: String,
    at: Timestamp,
    by: UserId,
    /// What they sign in with; empty where they are gone.
    login: String,
    action: String,
    /// What it was done to.
    target: String,
    before: Option<Value>,
    after: Option<Value>,
}

/// What was there before, and what is there now; `Value::Null` is nothing.
pub(crate) struct Became(pub Value, pub Value);

/// An entry of the log, to be committed together with what it tells of.
pub(crate) fn entry(
    caller: &Caller,
    workspace: &WorkspaceId,
    (action, target): (&str, &str),
    Became(before, after): Became,
) -> Result<Change, Problem> {
    let some = |value: Value| (!value.is_null()).then_some(value);
    let entry = AuditEntry {
        id: clade_accounts::new_name()?,
        at: caller.now,
        workspace: Some(workspace.clone()),
        by: caller.user().clone(),
        action: action.to_owned(),
        target: target.to_owned(),
        before: some(before),
        after: some(after),
    };
    Ok(Change::add(&entry, caller.now)?)
}

/// Notes what somebody did that is no change of records, such as with a run.
pub(crate) async fn note(
    app: &App,
    caller: &Caller,
    workspace: &WorkspaceId,
    what: (&str, &str),
    became: Became,
) -> Result<(), Problem> {
    Ok(app.store.commit(vec![entry(caller, workspace, what, became)?]).await?)
}

async fn view(app: &App, caller: &Caller, entry: AuditEntry) -> Result<AuditView, Problem> {
    let AuditEntry { id, at, by, action, target, before, after, .. } = entry;
    let login = app.accounts.user(&by, caller.now).await?.map(|user| user.value.login).unwrap_or_default();
    Ok(AuditView { id, at, by, login, action, target, before, after })
}

async fn list(state: State<App>, caller: Caller, page: Asked<PageQuery>) -> Result<Json<Page<AuditView>>, Problem> {
    let workspace = caller.workspace()?.clone();
    listed(state, caller, page, Some(workspace)).await
}

async fn list_outside(
    state: State<App>,
    caller: Caller,
    page: Asked<PageQuery>,
) -> Result<Json<Page<AuditView>>, Problem> {
    listed(state, caller, page, None).await
}

/// The entries of a workspace, or those of none.
async fn listed(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<PageQuery>,
    workspace: Option<WorkspaceId>,
) -> Result<Json<Page<AuditView>>, Problem> {
    let limit = limit(page.limit)?;
    let after = page.cursor.as_deref().map(|cursor| {
        let parts = cursor.split_once(' ').and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id.to_owned())));
        parts.ok_or_else(Problem::cursor)
    });
    let mut found = parts(&app, &caller, workspace, (after.transpose()?, true), limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| format!("{} {}", last.created.0, last.value.id));
    let mut items = Vec::new();
    for entry in found {
        items.push(view(&app, &caller, entry.value).await?);
    }
    Ok(Json(Page { items, next }))
}

/// At most so many entries of a workspace, or of none. The store has no list of those of none, so they are picked out of all.
async fn parts(
    app: &App,
    caller: &Caller,
    workspace: Option<WorkspaceId>,
    (mut after, newest_first): (Option<(Timestamp, String)>, bool),
    most: usize,
) -> Result<Vec<Stored<AuditEntry>>, Problem> {
    let mut found = Vec::new();
    loop {
        let query = RecordQuery {
            workspace: workspace.clone(),
            after: after.take(),
            newest_first,
            limit: Some(PART),
            ..RecordQuery::default()
        };
        let part: Vec<Stored<AuditEntry>> = app.store.list(query, caller.now).await?;
        let end = part.len() < PART as usize;
        after = part.last().map(|last| (last.created, last.value.id.clone()));
        found.extend(part.into_iter().filter(|entry| entry.value.workspace == workspace));
        if end || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

async fn export(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let workspace = caller.workspace()?.clone();
    exported(&app, &caller, Some(workspace)).await
}

async fn export_outside(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    exported(&app, &caller, None).await
}

async fn exported(app: &App, caller: &Caller, workspace: Option<WorkspaceId>) -> Result<Response, Problem> {
    let mut text = String::new();
    for entry in parts(app, caller, workspace, (None, false), usize::MAX).await? {
        let entry = view(app, caller, entry.value).await?;
        text.push_str(&serde_json::to_string(&entry).map_err(Problem::fault)?);
        text.push('\n');
    }
    let headers = [
        (header::CONTENT_TYPE, "application/jsonl"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    Ok((headers, text).into_response())
}
