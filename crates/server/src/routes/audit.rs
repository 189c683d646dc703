use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use clade_accounts::{AuditFilter, AuditView};
use clade_domain::{Action, AuditEntry, RunId, Timestamp, WorkspaceId};
use clade_store::{Change, RecordQuery};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::Asked,
    page::{Page, limit},
    route::Route,
};

const GATE: Gate = Gate::Workspace(Action::ReadAudit);
const INSTANCE: Gate = Gate::Instance(Action::ManageUsers);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/workspaces/{workspace}/audit", GATE, "audit", "Who did what, newest first.", list)
            .asks::<AuditQuery>()
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
        .asks::<AuditQuery>()
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

/// Which page of the log, and which entries.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct AuditQuery {
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
    /// Only what this person did: what they sign in with, or their id.
    who: Option<String>,
    /// Only this action, such as `member.role`, or all of a kind, such as `member`.
    what: Option<String>,
    /// Only what was done to this run.
    run: Option<RunId>,
    /// Only what was done at this time or later.
    since: Option<Timestamp>,
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

/// Whether somebody looks who keeps the installation and is no member of the workspace that they look at.
fn keeps_alone(caller: &Caller) -> bool {
    caller.place.as_ref().is_some_and(|place| place.member.is_none())
}

/// What stands where a text stood.
const HIDDEN: &str = "[for members]";
/// What is told to who keeps the installation all the same: names of what there is to choose from, and ids.
const TOLD: [&str; 12] =
    ["role", "model", "models", "mode", "status", "candidate", "parent", "from", "by", "id", "user", "why"];

/// What people wrote in a workspace, and the addresses that it talks to, are its members' alone: who, what and when stay, and every figure.
fn without_texts(view: &mut AuditView) {
    // their entries are roles
    let told = ["member.", "invitation."].iter().any(|kind| view.action.starts_with(kind));
    for value in [&mut view.before, &mut view.after].into_iter().flatten() {
        hide(value, told);
    }
}

fn hide(value: &mut Value, told: bool) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(_) if told => {}
        Value::String(text) => HIDDEN.clone_into(text),
        Value::Array(all) => all.iter_mut().for_each(|one| hide(one, told)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, one)| hide(one, told || TOLD.contains(&name.as_str())));
        }
    }
}

async fn list(state: State<App>, caller: Caller, query: Asked<AuditQuery>) -> Result<Json<Page<AuditView>>, Problem> {
    let workspace = caller.workspace()?.clone();
    listed(state, caller, query, Some(workspace)).await
}

async fn list_outside(
    state: State<App>,
    caller: Caller,
    query: Asked<AuditQuery>,
) -> Result<Json<Page<AuditView>>, Problem> {
    listed(state, caller, query, None).await
}

/// The entries of a workspace, or those of none.
async fn listed(
    State(app): State<App>,
    caller: Caller,
    Asked(asked): Asked<AuditQuery>,
    workspace: Option<WorkspaceId>,
) -> Result<Json<Page<AuditView>>, Problem> {
    let AuditQuery { cursor, limit: most, who, what, run, since } = asked;
    let limit = limit(most)?;
    let after = cursor.map(|cursor| {
        let parts = cursor.split_once(' ').and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id.to_owned())));
        parts.ok_or_else(Problem::cursor)
    });
    let query = RecordQuery {
        workspace,
        after: after.transpose()?,
        newest_first: true,
        // one more says whether there is a next page
        limit: u32::try_from(limit + 1).ok(),
        ..RecordQuery::default()
    };
    let filter = AuditFilter { who, what, run, since };
    let mut items = app.accounts.audit(&filter, query, caller.now).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more);
    let next = last.map(|last| format!("{} {}", last.at.0, last.id));
    if keeps_alone(&caller) {
        items.iter_mut().for_each(without_texts);
    }
    Ok(Json(Page { items, next }))
}

async fn export(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let workspace = caller.workspace()?.clone();
    exported(&app, &caller, Some(workspace)).await
}

async fn export_outside(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    exported(&app, &caller, None).await
}

async fn exported(app: &App, caller: &Caller, workspace: Option<WorkspaceId>) -> Result<Response, Problem> {
    let all = RecordQuery { workspace, ..RecordQuery::default() };
    let mut text = String::new();
    let without = keeps_alone(caller);
    for mut entry in app.accounts.audit(&AuditFilter::default(), all, caller.now).await? {
        if without {
            without_texts(&mut entry);
        }
        text.push_str(&serde_json::to_string(&entry).map_err(Problem::fault)?);
        text.push('\n');
    }
    let headers = [
        (header::CONTENT_TYPE, "application/jsonl"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    Ok((headers, text).into_response())
}
