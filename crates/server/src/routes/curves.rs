use axum::{Json, extract::State};
use clade_domain::{Action, CandidateId, RunId, Split};
use clade_evolve::RunState;
use clade_store::StoreError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{App, Gate, Problem, caller::Caller, extract::Asked, page::Page, route::Route};

/// Most runs that are asked about at once.
const MOST: usize = 60;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/workspaces/{workspace}/curves",
            Gate::Workspace(Action::ReadRuns),
            "curves",
            "How the best scores of runs of a workspace grew. Runs that are not there, or cannot be read, are left out.",
            list,
        )
        .asks::<Wanted>()
        .gives::<Page<Rise>>(200),
    ]
}

/// Which runs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Their ids with commas between them: 1 to 60.
    runs: String,
}

/// How the best score of a run grew; `/runs/{run}/curve` has more of it.
#[derive(Serialize, JsonSchema)]
struct Rise {
    run: RunId,
    /// The first prompt's score on train; null before it was evaluated.
    seed: Option<f64>,
    /// One for each closed generation from which on there was a best one.
    steps: Vec<RiseStep>,
}

/// The best so far as a generation closed.
#[derive(Serialize, JsonSchema)]
struct RiseStep {
    /// Answered calls so far.
    calls: u64,
    /// The highest fitness on train among the survivors of all generations so far.
    best: f64,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page<Rise>>, Problem> {
    let mut runs: Vec<RunId> = wanted.runs.split(',').filter_map(|name| name.trim().parse().ok()).collect();
    runs.sort();
    runs.dedup();
    if runs.is_empty() || runs.len() > MOST {
        return Err(Problem::bad(format!("`runs` names {} runs, and has to name 1 to {MOST}", runs.len()))
            .fix("name runs by their ids: `?runs=A,B`"));
    }
    let mut items = Vec::new();
    for run in runs {
        match app.store.summary(run.to_string()).await {
            Ok(row) if row.run == run && row.workspace == *caller.workspace()? => {}
            Ok(_) | Err(StoreError::NotFound { .. } | StoreError::Ambiguous { .. }) => continue,
            Err(error) => return Err(error.into()),
        }
        // one that is damaged says so on its own page
        items.extend(app.states.look(&app.store, &run, |state| rise(&run, state)).await.ok());
    }
    Ok(Json(Page { items, next: None }))
}

fn rise(run: &RunId, state: &RunState) -> Rise {
    let mut best: Option<f64> = None;
    let step = |closed: &clade_evolve::state::ClosedGeneration| {
        best = closed.fitness.iter().copied().chain(best).reduce(f64::max);
        Some(RiseStep { calls: closed.calls, best: best? })
    };
    let steps = state.generations().iter().filter_map(step).collect();
    Rise { run: run.clone(), seed: state.score(CandidateId(0), Split::Train), steps }
}
