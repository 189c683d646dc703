use axum::{Json, extract::State, http::StatusCode, response::Response};
use clade_domain::{Action, ContentHash, Role, RunId, RunSpec, WorkspaceId};
use clade_engine::{Progress, RunReport, estimate, row_of, settled};
use clade_evolve::RunState;
use clade_filter::Filter;
use clade_store::{RUN_FIELDS, RunFilter, RunOrder, RunSummary, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    audit::{Became, note},
    session::actions,
};
use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Body, Flag, Revision, tagged},
    page::{Page, limit},
    route::Route,
};

/// Each of them answers with this run alone.
const READ: Gate = Gate::Shown;
/// Rows read in one step.
const PART: u32 = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/workspaces/{workspace}/runs",
            Gate::Workspace(Action::ReadRuns),
            "runs",
            "The runs of a workspace.",
            list,
        )
        .asks::<RunsQuery>()
        .gives::<Page<RunRow>>(200),
        Route::get("/runs/{run}", READ, "run", "A run, how it stands, and what one may do with it.", show)
            .gives::<RunView>(200),
        Route::patch("/runs/{run}", Gate::Run(Action::EditRuns), "describe_run", "Describes a run.", describe)
            .takes::<Description>()
            .gives::<RunView>(200)
            .edits(),
        Route::get("/runs/{run}/report", READ, "report", "A run's result so far.", report).gives::<RunReport>(200),
        Route::get("/runs/{run}/spec", Gate::Run(Action::ReadRuns), "spec", "What a run was told to do.", spec)
            .gives::<RunSpec>(200),
        Route::get("/runs/{run}/curve", READ, "curve", "The best score as each generation closed.", curve)
            .gives::<Curve>(200),
    ]
}

/// Which runs, in which order.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct RunsQuery {
    /// Such as `status = running and score > 0.8`; the fields are those of `clade list --filter`.
    filter: Option<String>,
    /// Only runs whose id, description, strategy or model contains this.
    text: Option<String>,
    /// Those that were deleted, instead of the others.
    deleted: Flag,
    /// Newest first where it is not said.
    order: Option<RunOrder>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

/// A run in a list.
#[derive(Debug, Serialize, JsonSchema)]
struct RunRow {
    #[serde(flatten)]
    run: RunSummary,
    /// How it stands right now, where it goes on in this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Progress>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<RunsQuery>,
) -> Result<Json<Page<RunRow>>, Problem> {
    let filter = Filter::parse(query.filter.as_deref().unwrap_or_default(), &RUN_FIELDS)?;
    let limit = limit(query.limit)?;
    let mut after = match query.cursor.as_deref() {
        Some(cursor) => Some(of_this_list(&app, caller.workspace()?, cursor).await?),
        None => None,
    };
    let order = query.order.unwrap_or_default();
    let part = match filter.is_all() {
        true => u32::try_from(limit + 1).unwrap_or(PART),
        // a store reads all runs to put them in such an order, or to search them: once, then
        false if order != RunOrder::Newest || query.text.is_some() => u32::MAX,
        false => PART,
    };
    let mut items: Vec<RunRow> = Vec::new();
    loop {
        let rows = RunFilter {
            workspace: Some(caller.workspace()?.clone()),
            order,
            after: after.clone(),
            text: query.text.clone(),
            limit: Some(part),
            ..RunFilter::default()
        };
        let rows = app.store.summaries(rows).await?;
        let end = rows.len() < part as usize;
        after = rows.last().map(|row| row.run.clone());
        for mut run in rows {
            app.hub.mend(&mut run).await;
            if run.deleted == (query.deleted.0) && filter.matches(&run) {
                items.push(RunRow { progress: app.hub.progress(&run.run), run });
            }
        }
        if end || items.len() > limit {
            break;
        }
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| last.run.run.to_string());
    Ok(Json(Page { items, next }))
}

/// A cursor of a list, which names a run of the workspace: one of elsewhere would tell when it was made.
async fn of_this_list(app: &App, workspace: &WorkspaceId, cursor: &str) -> Result<RunId, Problem> {
    match app.store.summary(cursor.to_owned()).await {
        Ok(row) if row.run.as_str() == cursor && row.workspace == *workspace => Ok(row.run),
        Ok(_) | Err(StoreError::NotFound { .. } | StoreError::Ambiguous { .. }) => Err(Problem::cursor()),
        Err(error) => Err(error.into()),
    }
}

/// A run, and what one may do with it.
#[derive(Debug, Serialize, JsonSchema)]
struct RunView {
    run: RunSummary,
    /// How it stands right now; null where it does not go on in this server.
    progress: Option<Progress>,
    /// Entries of its journal.
    length: u64,
    workspace: WorkspaceId,
    /// What one is there; null for somebody who is only let in as an instance admin.
    role: Option<Role>,
    /// What one may do there.
    actions: Vec<String>,
    /// For `If-Match` where it is described anew.
    revision: u64,
}

async fn view(app: &App, caller: &Caller, mut run: RunSummary) -> Result<RunView, Problem> {
    app.hub.mend(&mut run).await;
    if run.budget.is_none() {
        // an older version wrote this row, and wrote less; whoever opens a run has its state read anyway
        let told = |state: &RunState| {
            let branch_from = state.branch_of().and_then(|(_, _, candidate)| *candidate);
            RunSummary { branch_from, ..row_of(state, run.spent, &run) }
        };
        let whole = app.states.look(&app.store, &run.run, told).await;
        run = whole.unwrap_or(run);
    }
    Ok(RunView {
        length: app.store.length(run.run.clone()).await?,
        progress: app.hub.progress(&run.run),
        workspace: run.workspace.clone(),
        role: caller.place.as_ref().and_then(|place| place.member),
        actions: actions(|action| caller.may(action)),
        revision: revision_of(&run.description),
        run,
    })
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let view = view(&app, &caller, caller.run()?.clone()).await?;
    Ok(tagged(view.revision, view))
}

/// The revision of what has none in the store: a number made of what it holds, which JavaScript can count too.
pub(super) fn revision_of(what: &impl Serialize) -> u64 {
    let text = serde_json::to_string(what).unwrap_or_default();
    let hash = ContentHash::of(text.as_bytes()).to_string();
    u64::from_str_radix(hash.get(..12).unwrap_or_default(), 16).unwrap_or_default()
}

/// Somebody else was first; this is what is there now.
pub(super) fn changed(there: impl Serialize) -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "stale", "somebody else changed it meanwhile")
        .fix("read it again, make the change from there, and send its new revision in If-Match")
        .current(serde_json::to_value(there).unwrap_or_default())
}

/// Words for people.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Description {
    description: String,
}

async fn describe(
    State(app): State<App>,
    caller: Caller,
    Revision(revision): Revision,
    Body(new): Body<Description>,
) -> Result<Response, Problem> {
    let run = &caller.run()?.run;
    // nobody writes between this look and the change
    let _alone = app.editing.alone(run).await;
    let there = app.store.summary(run.to_string()).await?;
    if revision_of(&there.description) != revision {
        return Err(changed(view(&app, &caller, there).await?));
    }
    let description: String = new.description.chars().filter(|c| !c.is_control()).take(RunSummary::WORDS).collect();
    let became = Became(json!(there.description), json!(description));
    let row = RunSummary { description, ..there };
    app.store.put_summary(row.clone()).await?;
    note(&app, &caller, &row.workspace, ("run.describe", run.as_str()), became).await?;
    let view = view(&app, &caller, row).await?;
    Ok(tagged(view.revision, view))
}

async fn report(State(app): State<App>, caller: Caller) -> Result<Json<RunReport>, Problem> {
    let mut row = caller.run()?.clone();
    app.hub.mend(&mut row).await;
    let paid = app.store.paid(row.run.clone()).await?;
    // looked at in its place: a copy of a run of a million trials is tens of megabytes
    let told = |state: &RunState| RunReport::new(state, &row, settled(paid, state));
    Ok(Json(app.states.look(&app.store, &row.run, told).await?))
}

async fn spec(State(app): State<App>, caller: Caller) -> Result<Json<RunSpec>, Problem> {
    let run = &caller.run()?.run;
    let spec =
        app.states.look(&app.store, run, |state| RunSpec { optimize: with_budget(state), ..state.spec().clone() });
    Ok(Json(spec.await?))
}

/// The settings with the limits that are in force now.
fn with_budget(state: &clade_evolve::RunState) -> clade_domain::OptimizeSpec {
    clade_domain::OptimizeSpec { budget: *state.budget(), ..state.spec().optimize.clone() }
}

/// How a generation closed.
#[derive(Serialize, JsonSchema)]
struct ClosedStep {
    generation: u32,
    /// Answered calls so far.
    calls: u64,
    /// US dollars so far.
    usd: f64,
    /// Input and output tokens so far.
    tokens: u64,
    /// Seconds of running time so far; pauses do not count.
    seconds: f64,
    /// The highest fitness on train among the survivors; for a search that believes, what is believed of the leading one.
    leading: Option<f64>,
    /// The highest of all generations so far.
    best: Option<f64>,
    /// The mean over the survivors.
    mean: Option<f64>,
    /// The leading candidate.
    candidate: Option<clade_domain::CandidateId>,
    /// The mean score of its own answers on train examples, of all that it has by now.
    score: Option<f64>,
    /// Lower end of the 95 % interval of that mean.
    low: Option<f64>,
    /// Upper end of it.
    high: Option<f64>,
}

/// How the best score grew.
#[derive(Serialize, JsonSchema)]
struct Curve {
    /// The first prompt's score on train; null before it was evaluated.
    seed: Option<f64>,
    /// One step for each closed generation.
    steps: Vec<ClosedStep>,
}

fn steps(state: &clade_evolve::RunState) -> Vec<ClosedStep> {
    let mut best: Option<f64> = None;
    let step = |closed: &clade_evolve::state::ClosedGeneration| {
        let (leading, n) = (closed.fitness.iter().copied().reduce(f64::max), closed.fitness.len());
        best = [best, leading].into_iter().flatten().reduce(f64::max);
        let candidate = closed.survivors.first().copied();
        let estimate = candidate.and_then(|id| estimate(state, id, clade_domain::Split::Train));
        ClosedStep {
            generation: closed.generation,
            calls: closed.calls,
            usd: closed.usd,
            tokens: closed.tokens,
            seconds: closed.seconds,
            leading,
            best,
            mean: (n > 0).then(|| closed.fitness.iter().sum::<f64>() / n as f64),
            candidate,
            score: estimate.map(|estimate| estimate.mean),
            low: estimate.map(|estimate| estimate.low),
            high: estimate.map(|estimate| estimate.high),
        }
    };
    state.generations().iter().map(step).collect()
}

async fn curve(State(app): State<App>, caller: Caller) -> Result<Json<Curve>, Problem> {
    let run = &caller.run()?.run;
    let seen = app.states.look(&app.store, run, |state| Curve {
        seed: state.score(clade_domain::CandidateId(0), clade_domain::Split::Train),
        steps: steps(state),
    });
    Ok(Json(seen.await?))
}
