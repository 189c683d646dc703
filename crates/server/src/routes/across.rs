//! Candidates and generations over all runs of a workspace, newest run first.

use axum::{Json, extract::State};
use clade_domain::{Action, CandidateId, RunId};
use clade_filter::Filter;
use clade_lineage::{FIELDS, Node, NodeId};
use clade_store::RunFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::generations::{Generation, history};
use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::Asked,
    page::{Page, PageQuery, limit},
    route::Route,
};

const READ: Gate = Gate::Workspace(Action::ReadRuns);
/// Most runs that are read for a page, however few candidates of theirs a filter keeps.
const RUNS: u32 = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/workspaces/{workspace}/candidates", READ, "candidates_of_workspace", "The candidates of all runs of a workspace that a filter keeps, those of the newest run first. A page may hold fewer than were asked for, or none, though more follow: 200 runs at most are read for it.", candidates)
            .asks::<Kept>()
            .gives::<Page<Node>>(200),
        Route::get("/workspaces/{workspace}/generations", READ, "generations_of_workspace", "The generations of each run of a workspace, newest run first.", generations)
            .asks::<PageQuery>()
            .gives::<Page<History>>(200),
    ]
}

/// Which candidates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// Such as `score > 0.8 and operator = reflect`; the fields are those of `clade lineage --filter`.
    filter: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

async fn candidates(
    State(app): State<App>,
    caller: Caller,
    Asked(kept): Asked<Kept>,
) -> Result<Json<Page<Node>>, Problem> {
    let limit = limit(kept.limit)?;
    let filter = Filter::parse(kept.filter.as_deref().unwrap_or_default(), &FIELDS)?;
    let behind: Option<NodeId> = kept.cursor.as_deref().map(str::parse).transpose().map_err(|_| Problem::cursor())?;
    // the run of the last candidate may have more
    let mut runs: Vec<RunId> = Vec::new();
    if let Some(behind) = &behind {
        let row = app.store.summary(behind.run.to_string()).await.map_err(|_| Problem::cursor())?;
        if row.workspace != *caller.workspace()? {
            return Err(Problem::cursor());
        }
        runs.extend((!row.deleted).then_some(row.run));
    }
    let (more, last) = next_runs(&app, &caller, behind.as_ref().map(|id| id.run.clone()), RUNS, &mut runs).await?;
    let mut items: Vec<Node> = Vec::new();
    for run in &runs {
        let graph = app.lineage.run(run).await?;
        let found = if filter.is_all() { None } else { Some(app.lineage.matching(&graph, &filter).await?) };
        for node in graph.nodes() {
            let comes = behind.as_ref().is_none_or(|id| id.run != node.id.run || node.id.candidate > id.candidate);
            if node.id.run != *run || !comes || found.as_ref().is_some_and(|found| !found.contains(&node.id)) {
                continue;
            }
            if items.len() == limit {
                let next = items.last().map(|last| last.id.to_string());
                return Ok(Json(Page { items, next }));
            }
            items.push(node.clone());
        }
    }
    let next = last.filter(|_| more).map(|run| NodeId::new(run, CandidateId(u32::MAX)).to_string());
    Ok(Json(Page { items, next }))
}

/// The generations of a run.
#[derive(Serialize, JsonSchema)]
struct History {
    run: RunId,
    /// The last one from which a candidate came; null before there is any.
    latest: Option<u32>,
    /// The best candidate; null before any was evaluated.
    best: Option<NodeId>,
    /// All of them, first to last.
    generations: Vec<Generation>,
}

async fn generations(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<History>>, Problem> {
    let limit = u32::try_from(limit(page.limit)?).unwrap_or(RUNS);
    let behind: Option<RunId> = page.cursor.as_deref().map(str::parse).transpose().map_err(|_| Problem::cursor())?;
    let mut runs = Vec::new();
    let (more, last) = next_runs(&app, &caller, behind, limit, &mut runs).await?;
    let mut items = Vec::new();
    for run in runs {
        let graph = app.lineage.run(&run).await?;
        items.push(History {
            latest: graph.nodes().iter().map(|node| node.generation).max(),
            best: app.lineage.best(&run, &graph).await?,
            generations: history(&graph, graph.nodes().iter().map(|node| node.generation).max()),
            run,
        });
    }
    Ok(Json(Page { items, next: last.filter(|_| more).map(|run| run.to_string()) }))
}

/// Adds the next runs of the workspace that are not deleted; whether more follow, and behind which one.
async fn next_runs(
    app: &App,
    caller: &Caller,
    after: Option<RunId>,
    limit: u32,
    runs: &mut Vec<RunId>,
) -> Result<(bool, Option<RunId>), Problem> {
    let rows =
        RunFilter { workspace: Some(caller.workspace()?.clone()), after, limit: Some(limit), ..RunFilter::default() };
    let rows = app.store.summaries(rows).await?;
    let (more, last) = (rows.len() == limit as usize, rows.last().map(|row| row.run.clone()));
    runs.extend(rows.into_iter().filter(|row| !row.deleted).map(|row| row.run));
    Ok((more, last))
}
