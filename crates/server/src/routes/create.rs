use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use clade_domain::{Action, ExampleId, RunId, RunMode, Split, SplitCounts};
use clade_engine::Owner;
use clade_runfile::Estimate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::audit::{Became, note};
use crate::{App, Gate, Problem, caller::Caller, extract::Body, route::Route, uploaded};

const GATE: Gate = Gate::Workspace(Action::CreateRuns);
/// Most bytes of a run file with its data.
const MOST: usize = 64 << 20;
/// So many train examples are named.
const FIRST_TRAIN: usize = 24;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/workspaces/{workspace}/runs",
            GATE,
            "create_run",
            "Creates a run from a run file, and starts it.",
            create,
        )
        .takes::<RunWanted>()
        .up_to(MOST)
        .gives::<RunMade>(201)
        .repeatable(),
        Route::post(
            "/workspaces/{workspace}/runs/check",
            GATE,
            "check_run",
            "Validates a run file and estimates what it will take; spends nothing.",
            check,
        )
        .takes::<RunWanted>()
        .up_to(MOST)
        .gives::<RunChecked>(200),
        Route::post(
            "/workspaces/{workspace}/runs/demo",
            GATE,
            "demo",
            "Starts a run on the built-in simulated model.",
            demo,
        )
        .gives::<RunMade>(201)
        .repeatable(),
    ]
}

/// A run file with what it names.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunWanted {
    /// The run file: YAML or JSON.
    pub file: String,
    /// Texts that it names with `file://`, by their paths.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Search where it is not said.
    pub mode: Option<RunMode>,
    /// Whether it starts at once; it does where nothing is said.
    pub start: Option<bool>,
    /// Its id; one is drawn where none is given.
    pub run: Option<RunId>,
    /// The seed of all its randomness, instead of the run file's.
    #[schemars(range(max = 4294967295u64))]
    pub seed: Option<u64>,
    /// Values that win over the run file's, in order, each as `path=value` such as `optimize.budget.calls=500`.
    #[serde(default)]
    pub set: Vec<String>,
}

/// A run that was created.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RunMade {
    pub run: RunId,
    /// Whether it goes on.
    pub started: bool,
    /// What is worth knowing and stops nothing.
    pub warnings: Vec<String>,
}

/// A run file that is right.
#[derive(Serialize, JsonSchema)]
struct RunChecked {
    ok: bool,
    /// Whether it could start now.
    ready: bool,
    /// Why it could not.
    unready: Option<String>,
    estimate: Estimate,
    examples: SplitCounts,
    /// The first 24 train examples by their positions in the data, from 0: what may be looked at before a search without meeting what chooses and proves.
    first_train: Vec<ExampleId>,
    /// Examples that occur again.
    duplicates: u32,
    warnings: Vec<String>,
}

async fn check(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<RunWanted>,
) -> Result<Json<RunChecked>, Problem> {
    let read = uploaded::read(&app, &caller, wanted).await?;
    let loaded = &read.loaded;
    Ok(Json(RunChecked {
        ok: true,
        ready: read.unready.is_none(),
        unready: read.unready.clone(),
        estimate: clade_intake::estimate(loaded),
        examples: loaded.dataset.counts(),
        first_train: loaded.dataset.examples(Split::Train).into_iter().take(FIRST_TRAIN).collect(),
        duplicates: loaded.dataset.duplicates,
        warnings: read.warnings(),
    }))
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<RunWanted>,
) -> Result<impl IntoResponse, Problem> {
    let made = made(&app, &caller, wanted).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// The id that somebody chose for a new run, or a fresh one.
pub(super) fn new_id(wanted: Option<RunId>) -> Result<RunId, Problem> {
    match wanted {
        Some(run) => run.chosen().map_err(|error| Problem::bad(error.to_string()).fix("choose another name")),
        None => Ok(RunId::from_entropy(clade_accounts::new_id()?)),
    }
}

async fn made(app: &App, caller: &Caller, wanted: RunWanted) -> Result<RunMade, Problem> {
    let start = wanted.start.unwrap_or(true);
    let run = new_id(wanted.run.clone())?;
    let read = uploaded::read(app, caller, wanted).await?;
    if let (true, Some(why)) = (start, read.unready.clone()) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not_runnable", why)
            .fix("settle that in the workspace (its keys, prices and addresses) or in the run file; with `start: false` the run is made and waits for it"));
    }
    let owner = Owner { workspace: caller.workspace()?.clone(), user: caller.user().clone() };
    let models: Vec<&str> = read.loaded.spec.models.all().into_iter().map(|model| model.id.as_str()).collect();
    clade_intake::create(&app.store, &run, owner, &read.loaded).await?;
    let after = json!({ "mode": read.loaded.spec.mode, "description": read.loaded.spec.description,
        "budget": read.loaded.spec.optimize.budget, "models": models });
    note(app, caller, caller.workspace()?, ("run.create", run.as_str()), Became(Value::Null, after)).await?;
    if start {
        app.hub.start(&run).await?;
    }
    Ok(RunMade { run, started: start, warnings: read.warnings() })
}

/// The run of the demonstration: grade-school maths problems.
const DEMO: [(&str, &str); 3] = [
    ("promptclade.yaml", include_str!("../../../../examples/gsm8k/promptclade.yaml")),
    ("prompt.txt", include_str!("../../../../examples/gsm8k/prompt.txt")),
    ("data.jsonl", include_str!("../../../../examples/gsm8k/data.jsonl")),
];

async fn demo(State(app): State<App>, caller: Caller) -> Result<impl IntoResponse, Problem> {
    let [(_, file), others @ ..] = DEMO;
    // at the pace of a quick real model, so that there is something to watch
    let file = file.replace("[simulated:gsm8k]", "[{id: 'simulated:gsm8k', config: {latency_ms: 20}}]");
    let wanted = RunWanted {
        file,
        files: others.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
        mode: None,
        start: Some(true),
        run: None,
        set: Vec::new(),
        seed: Some(clade_accounts::new_id()? % 1_000_000),
    };
    Ok((StatusCode::CREATED, Json(made(&app, &caller, wanted).await?)))
}
