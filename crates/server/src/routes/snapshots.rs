use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use clade_domain::Action;
use clade_engine::{SandboxesKept, check_snapshot_name, sandboxes_kept};
use clade_store::SnapshotRow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::audit::{Became, note};
use crate::{App, Gate, Problem, caller::Caller, extract::Body, page::Page, route::Route};

/// How long is waited for the states of sandboxes. Calls that are under way in one end first.
const PATIENCE: Duration = Duration::from_secs(20);

const PATH: &str = "/runs/{run}/snapshots";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Gate::Run(Action::ReadRuns), "snapshots", "The snapshots of a run, oldest first.", list)
            .gives::<Page<SnapshotRow>>(200),
        Route::post(
            PATH,
            Gate::Run(Action::EditRuns),
            "snapshot",
            "Names the place where a run's journal is now; where its candidates have sandboxes of their own, the leading ones' are kept and listed.",
            take,
        )
        .takes::<Wanted>()
        .gives::<SnapshotTaken>(201)
        .repeatable(),
    ]
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<SnapshotRow>>, Problem> {
    Ok(Json(Page { items: app.store.snapshots(caller.run()?.run.clone()).await?, next: None }))
}

/// A snapshot to be taken.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Letters, digits, `.`, `_` and `-`, and no name of a candidate (`c0`, `seed`, `best`); the next number where it is left out.
    name: Option<String>,
}

/// A snapshot that was taken.
#[derive(Serialize, JsonSchema)]
struct SnapshotTaken {
    #[serde(flatten)]
    snapshot: SnapshotRow,
    /// The sandbox states that belong to it; absent where candidates of the run have no sandboxes of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    sandboxes: Option<SandboxesKept>,
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<Wanted>,
) -> Result<impl IntoResponse, Problem> {
    let run = caller.run()?.run.clone();
    let name = match wanted.name {
        Some(name) => name,
        None => (app.store.snapshots(run.clone()).await?.len() + 1).to_string(),
    };
    check_snapshot_name(&name).map_err(|error| Problem::bad(error.to_string()).fix(error.fix()))?;
    let length = app.store.length(run.clone()).await?;
    let snapshot = SnapshotRow { run, name, length, at: caller.now };
    app.store.put_snapshot(snapshot.clone()).await?;
    let became = Became(Value::Null, json!({ "name": snapshot.name, "length": length }));
    note(&app, &caller, caller.workspace()?, ("run.snapshot", snapshot.run.as_str()), became).await?;
    let sandboxes = sandboxes_kept(&app.store, &snapshot, PATIENCE).await?;
    Ok((StatusCode::CREATED, Json(SnapshotTaken { snapshot, sandboxes })))
}
