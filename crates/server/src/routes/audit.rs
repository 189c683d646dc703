use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use clade_domain::{Action, AuditEntry, RunId, Timestamp, UserId, WorkspaceId};
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

/// Notes what somebody did with a run.
pub(crate) async fn note(
    app: &App,
    caller: &Caller,
    workspace: &WorkspaceId,
    action: &str,
    run: &RunId,
    after: Option<Value>,
) -> Result<(), Problem> {
    let entry = AuditEntry {
        id: clade_accounts::new_name()?,
        at: caller.now,
        workspace: Some(workspace.clone()),
        by: caller.user().clone(),
        action: action.to_owned(),
        target: run.to_string(),
        before: None,
        after,
    };
    Ok(app.store.commit(vec![Change::add(&entry, caller.now)?]).await?)
}

async fn view(app: &App, caller: &Caller, entry: AuditEntry) -> Result<AuditView, Problem> {
    let AuditEntry { id, at, by, action, target, before, after, .. } = entry;
    let login = app.accounts.user(&by, caller.now).await?.map(|user| user.value.login).unwrap_or_default();
    Ok(AuditView { id, at, by, login, action, target, before, after })
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<AuditView>>, Problem> {
    let limit = limit(page.limit)?;
    let after = page.cursor.as_deref().map(|cursor| {
        let parts = cursor.split_once(' ').and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id.to_owned())));
        parts.ok_or_else(|| Problem::bad("`cursor` is none that this list gave"))
    });
    let query = RecordQuery {
        workspace: Some(caller.workspace()?.clone()),
        after: after.transpose()?,
        newest_first: true,
        limit: Some(u32::try_from(limit + 1).unwrap_or(u32::MAX)),
        ..RecordQuery::default()
    };
    let mut found: Vec<Stored<AuditEntry>> = app.store.list(query, caller.now).await?;
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

async fn export(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let query = RecordQuery { workspace: Some(caller.workspace()?.clone()), ..RecordQuery::default() };
    let mut text = String::new();
    for entry in app.store.list::<AuditEntry>(query, caller.now).await? {
        let entry = view(&app, &caller, entry.value).await?;
        text.push_str(&serde_json::to_string(&entry).map_err(Problem::fault)?);
        text.push('\n');
    }
    let headers = [
        (header::CONTENT_TYPE, "application/jsonl"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    Ok((headers, text).into_response())
}
