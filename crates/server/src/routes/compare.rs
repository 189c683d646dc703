use axum::{Json, extract::State};
use clade_domain::{Action, RunId};
use clade_engine::{Pair, Side, SideWithState, pairs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{App, Gate, Problem, caller::Caller, extract::Asked, route::Route};

/// Most runs of a comparison.
const MOST: usize = 12;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/workspaces/{workspace}/compare",
            Gate::Workspace(Action::ReadRuns),
            "compare",
            "Runs side by side, and each pair on the test examples that both met.",
            compare,
        )
        .asks::<Wanted>()
        .gives::<Comparison>(200),
    ]
}

/// Which runs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Their ids with commas between them: 1 to 12.
    runs: String,
}

/// Runs side by side.
#[derive(Serialize, JsonSchema)]
struct Comparison {
    runs: Vec<Side>,
    /// Each pair that met the same test examples.
    pairs: Vec<Pair>,
    /// Why others are no pair.
    not_paired: Vec<String>,
}

async fn compare(
    State(app): State<App>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Comparison>, Problem> {
    let mut sides: Vec<SideWithState> = Vec::new();
    for name in wanted.runs.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let run: RunId = name.parse().map_err(|_| Problem::not_found("run"))?;
        let row = match app.store.summary(run.to_string()).await {
            Ok(row) if row.run == run && row.workspace == *caller.workspace()? => row,
            Ok(_) => return Err(Problem::not_found("run")),
            Err(error) => return Err(error.into()),
        };
        if row.strategy.is_empty() {
            return Err(Problem::bad(format!("run {run} is an evaluation; only searches are compared")));
        }
        if sides.len() == MOST {
            return Err(Problem::bad(format!("at most {MOST} runs are compared at once")));
        }
        if sides.iter().all(|(side, _)| side.run != run) {
            sides.push(Side::read(&app.store, &row).await?);
        }
    }
    if sides.is_empty() {
        return Err(Problem::bad("a comparison takes a run or more: `?runs=A,B`"));
    }
    let (pairs, not_paired) = pairs(&sides);
    let runs = sides.into_iter().map(|(side, _)| side).collect();
    Ok(Json(Comparison { runs, pairs, not_paired }))
}
