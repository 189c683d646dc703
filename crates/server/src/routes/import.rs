use std::io::Write;

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use clade_bundle::{Answers, Limits, check, import};
use clade_domain::{Action, RunId};
use clade_engine::Owner;
use futures::StreamExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    audit::{Became, note},
    create::new_id,
};
use crate::{App, Gate, Problem, caller::Caller, extract, extract::Asked, route::Route, spool};

/// Most bytes of a bundle as it comes.
const MOST: usize = 4 << 30;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/workspaces/{workspace}/runs/import",
            Gate::Workspace(Action::CreateRuns),
            "import_run",
            "Takes a run in from a bundle (`.clade.tar.zst`), whole or not at all.",
            take,
        )
        .asks::<Wanted>()
        .upload(MOST)
        .gives::<Imported>(201)
        .repeatable(),
    ]
}

/// How it is taken in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Under which id; that of the bundle where none is given.
    run: Option<RunId>,
}

/// A run that was taken in.
#[derive(Serialize, JsonSchema)]
struct Imported {
    run: RunId,
    /// Journal entries.
    entries: u64,
    trials: u64,
    /// Whether its examples came along: without them it can be looked at, and not resumed.
    resumable: bool,
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
    request: Request,
) -> Result<impl IntoResponse, Problem> {
    extract::plain(request.headers())?;
    let file = received(request.into_body()).await?;
    let path = file.path().to_owned();
    let limits = Limits::of_upload(file.as_file().metadata().map_err(Problem::fault)?.len());
    let checked = tokio::task::spawn_blocking(move || check(&path, limits)).await.map_err(Problem::fault)??;
    let run = new_id(Some(wanted.run.unwrap_or_else(|| checked.manifest.summary.run.clone())))?;
    let owner = Owner { workspace: caller.workspace()?.clone(), user: caller.user().clone() };
    // answers of others are shown, and never used in place of a call: whoever made the bundle could have made them up
    import(app.store.as_ref(), &checked, run.clone(), owner, Answers::Shown, caller.now).await?;
    let after = json!({ "entries": checked.state.length(), "from": checked.manifest.summary.run });
    note(&app, &caller, caller.workspace()?, ("run.import", run.as_str()), Became(Value::Null, after)).await?;
    let imported = Imported {
        run,
        entries: checked.state.length(),
        trials: checked.state.trials() + checked.state.apart().trials(),
        resumable: checked.manifest.examples.is_some(),
    };
    Ok((StatusCode::CREATED, Json(imported)))
}

/// A body in a file that goes with its handle.
async fn received(body: Body) -> Result<tempfile::NamedTempFile, Problem> {
    let mut file = spool::fresh(&std::env::temp_dir()).map_err(Problem::fault)?;
    let (mut chunks, mut length) = (body.into_data_stream(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::bad("the body ended early").fix("send it again"))?;
        length += chunk.len();
        if length > MOST {
            return Err(extract::too_large());
        }
        file.write_all(&chunk).map_err(Problem::fault)?;
    }
    file.flush().map_err(Problem::fault)?;
    Ok(file)
}
