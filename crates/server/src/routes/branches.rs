use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use clade_domain::{Action, Budget, ModelSpec, Prompt, RunId, RunMode, RunSpec, WorkspaceId};
use clade_engine::{EngineError, Owner, Point, Setup, branch_run, clone_run, find_point, unprovable};
use clade_evolve::RunState;
use clade_text::template::PromptTemplate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    audit::{Became, note},
    create::{RunMade, new_id},
};
use crate::{App, Gate, Problem, budgets, caller::Caller, extract::Body, gate::forbidden, route::Route};

/// Seeds are numbers that every program can write.
const SEEDS: u64 = u32::MAX as u64;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/runs/{run}/branches",
            Gate::Run(Action::CreateRuns),
            "branch",
            "Starts a run from a candidate or snapshot of this one.",
            branch,
        )
        .takes::<BranchWanted>()
        .gives::<RunMade>(201)
        .repeatable(),
        Route::post(
            "/runs/{run}/clone",
            Gate::Run(Action::ReadRuns),
            "clone_run",
            "Creates the same run anew, in this workspace or another that one may create runs in.",
            clone,
        )
        .takes::<CloneWanted>()
        .gives::<RunMade>(201)
        .repeatable(),
    ]
}

/// Where a run starts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BranchWanted {
    /// A candidate such as `c3`, `seed`, `best`, or a snapshot by name.
    from: String,
    /// Its limits; those of this run where they are left out.
    budget: Option<Budget>,
    /// The seed of all its randomness; one is drawn where none is given.
    seed: Option<u64>,
    /// The task model, instead of this run's; its settings are the usual ones.
    model: Option<String>,
    /// Components of the prompt that were edited by hand.
    #[serde(default)]
    prompt: BTreeMap<String, String>,
    /// Whether it starts at once; it does where nothing is said.
    start: Option<bool>,
    /// Its id; one is drawn where none is given.
    run: Option<RunId>,
}

async fn branch(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<BranchWanted>,
) -> Result<impl IntoResponse, Problem> {
    let from = &caller.run()?.run;
    let train = app.states.look(&app.store, from, |state| state.dataset().counts().train).await?;
    if train == 0 {
        return Err(Problem::conflict("this run is an evaluation: none of its examples is there to learn from")
            .fix("take its prompt and start a search with it"));
    }
    let mut point = find_point(&app.store, from, &wanted.from).await?;
    let candidate = point.candidate;
    let mut warnings = drop_missing_state(&app, from, &mut point).await?;
    let run = new_id(wanted.run)?;
    let budget = wanted.budget.map(budgets::wanted).transpose()?;
    let poor = |state: &RunState| unprovable(state, &budget.unwrap_or(state.spec().optimize.budget));
    warnings.extend(app.states.look(&app.store, from, poor).await?);
    let seed = seed(wanted.seed)?;
    let old = app.states.look(&app.store, from, |state| state.candidate(candidate).map(|c| c.prompt.clone())).await?;
    let edited = edited(old.ok_or_else(|| Problem::not_found("candidate"))?, &wanted.prompt)?;
    let model = wanted.model.map(ModelSpec::named);
    let mut spec = app.states.look(&app.store, from, |state| state.spec().clone()).await?;
    spec.models.clone_from(&point.models);
    if let Some(model) = &model {
        clade_models::check_config(&model.id, &model.config).map_err(Problem::bad)?;
        spec.models.answer_by(model.clone());
    }
    if wanted.start.unwrap_or(true) {
        runnable(&app, caller.workspace()?, &spec).await?;
    }
    let owner = Owner { workspace: caller.workspace()?.clone(), user: caller.user().clone() };
    branch_run(&app.store, from, &point, run.clone(), owner, |spec| {
        spec.seed = seed;
        spec.mode = RunMode::Optimize;
        spec.prompts[0].prompt = edited;
        if let Some(budget) = budget {
            spec.optimize.budget = budget;
        }
        if let Some(model) = model {
            spec.models.answer_by(model);
        }
    })
    .await?;
    let after = json!({ "from": from, "point": wanted.from, "seed": seed, "budget": budget });
    note(&app, &caller, caller.workspace()?, ("run.branch", run.as_str()), Became(Value::Null, after)).await?;
    started(&app, run, wanted.start, warnings).await
}

/// Where the state that sandboxes are to start from is not here, as after an import, they start without it.
async fn drop_missing_state(app: &App, from: &RunId, point: &mut Point) -> Result<Vec<String>, Problem> {
    let sandbox = app.states.look(&app.store, from, |state| state.spec().sandbox.clone()).await?;
    let (Some(state), Some(sandbox)) = (&point.state, sandbox) else {
        let why = app.states.look(&app.store, from, |state| point.why_empty(state.spec())).await?;
        return Ok(why.into_iter().collect());
    };
    if app.code.has_state(&sandbox, state).await.unwrap_or(false) {
        return Ok(Vec::new());
    }
    let warning = format!(
        "the sandbox state {state} of {} is not on this machine: it was deleted, or the run came in a bundle, which carries no states; the branch's sandboxes start empty",
        point.candidate
    );
    point.state = None;
    Ok(vec![warning])
}

/// A prompt with components that were edited by hand. Every placeholder stays.
fn edited(mut prompt: Prompt, edits: &BTreeMap<String, String>) -> Result<Prompt, Problem> {
    let before = PromptTemplate::compile(&prompt).map(|template| template.variables());
    for (name, text) in edits {
        let component = prompt.components.iter_mut().find(|component| component.name == *name);
        let component = component.ok_or_else(|| {
            Problem::bad(format!("the prompt has no component `{name}`"))
                .fix("name one that it has; GET /api/v1/runs/{run}/candidates/{candidate} lists them")
        })?;
        component.text.clone_from(text);
    }
    let template = PromptTemplate::compile(&prompt)
        .map_err(|error| Problem::bad(format!("the prompt is no template: {error}")))?;
    match before {
        Ok(before) if before != template.variables() => {
            let names: Vec<String> = before.into_iter().map(|name| format!("{{{{{name}}}}}")).collect();
            Err(Problem::bad(format!("the edited prompt has other variables than {}", names.join(", ")))
                .fix("keep every placeholder: the data fills them"))
        }
        _ => Ok(prompt),
    }
}

/// Where a run is created anew.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CloneWanted {
    /// In which workspace; in this one where it is left out.
    workspace: Option<WorkspaceId>,
    /// The seed of all its randomness; that of this run where it is left out.
    seed: Option<u64>,
    /// Whether it starts at once; it does not where nothing is said.
    start: Option<bool>,
}

async fn clone(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<CloneWanted>,
) -> Result<impl IntoResponse, Problem> {
    let workspace = wanted.workspace.unwrap_or(caller.workspace()?.clone());
    let member = app.accounts.membership(&workspace, caller.user(), caller.now).await?.map(|member| member.value.role);
    let may = |action| caller.principal.may(action, Some(&workspace), member);
    match (may(Action::CreateRuns), may(Action::ReadWorkspace)) {
        (true, _) => {}
        (false, true) => return Err(forbidden(Action::CreateRuns)),
        // who may see nothing there is not told that it is there
        (false, false) => return Err(Problem::not_found("workspace")),
    }
    let seed = wanted.seed.map(|given| seed(Some(given))).transpose()?;
    let run = new_id(None)?;
    let owner = Owner { workspace, user: caller.user().clone() };
    let from = &caller.run()?.run;
    let place = owner.workspace.clone();
    if wanted.start == Some(true) {
        let spec = app.states.look(&app.store, from, |state| state.spec().clone()).await?;
        runnable(&app, &place, &spec).await?;
    }
    clone_run(&app.store, from, run.clone(), owner, |spec| spec.seed = seed.unwrap_or(spec.seed)).await?;
    note(&app, &caller, &place, ("run.clone", run.as_str()), Became(Value::Null, json!({ "from": from }))).await?;
    started(&app, run, Some(wanted.start.unwrap_or(false)), Vec::new()).await
}

/// That a run with these settings could start in a workspace, before there is one.
pub(super) async fn runnable(app: &App, workspace: &WorkspaceId, spec: &RunSpec) -> Result<(), Problem> {
    let refused = |why: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not_runnable", why);
    app.patron.permits(workspace, spec).await.map_err(refused)?;
    let keys = app.patron.keys_of(workspace).await.map_err(Problem::conflict)?;
    Setup::check(spec, &keys).map_err(EngineError::Setup)?;
    Ok(())
}

fn seed(wanted: Option<u64>) -> Result<u64, Problem> {
    match wanted {
        Some(seed) if seed > SEEDS => Err(Problem::bad(format!("a seed is a number up to {SEEDS}"))),
        Some(seed) => Ok(seed),
        None => Ok(clade_accounts::new_id()? & SEEDS),
    }
}

async fn started(
    app: &App,
    run: RunId,
    start: Option<bool>,
    warnings: Vec<String>,
) -> Result<(StatusCode, Json<RunMade>), Problem> {
    let start = start.unwrap_or(true);
    if start {
        app.hub.start(&run).await?;
    }
    Ok((StatusCode::CREATED, Json(RunMade { run, started: start, warnings })))
}
