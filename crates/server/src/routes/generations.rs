use std::collections::BTreeMap;

use axum::{Json, extract::State};
use clade_domain::Action;
use clade_lineage::{Graph, Node};
use clade_store::{RunFilter, RunOrder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Named},
    page::Page,
    route::Route,
};

const READ: Gate = Gate::Run(Action::ReadRuns);
/// Most of the best.
const MOST: usize = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/runs/{run}/generations", Gate::Shown, "generations", "The generations of a run, also those from which nothing came, up to the `generation` of its row, which is the last complete one, or the one that goes on.", list)
            .gives::<Page<Generation>>(200),
        Route::get("/runs/{run}/generations/{generation}", READ, "generation", "The candidates of a generation, by number, or of the `latest` that has any.", show)
            .gives::<Page<Node>>(200),
        Route::get("/runs/{run}/top", READ, "top", "The best candidates of a run: who met validation first, by the lower end of the score's interval.", top)
            .asks::<Best>()
            .gives::<Page<Node>>(200),
        Route::get("/workspaces/{workspace}/top", Gate::Workspace(Action::ReadRuns), "top_of_workspace", "The best candidates of the runs of a workspace that lists show with the best scores, best first. Scores of different data or models do not compare.", top_of_all)
            .asks::<Best>()
            .gives::<Page<Node>>(200),
    ]
}

/// A generation.
#[derive(Serialize, JsonSchema)]
pub(super) struct Generation {
    generation: u32,
    candidates: usize,
    /// The highest mean score in it; null where nothing was evaluated.
    best: Option<f64>,
    /// The mean over its candidates.
    mean: Option<f64>,
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<Generation>>, Problem> {
    let row = caller.run()?;
    let graph = app.lineage.run(&row.run).await?;
    Ok(Json(Page { items: history(&graph, Some(row.generation)), next: None }))
}

/// The generations of a run's tree, up to the last one that has candidates, or to this one.
pub(super) fn history(graph: &Graph, last: Option<u32>) -> Vec<Generation> {
    let mut all: BTreeMap<u32, (usize, Vec<f64>)> = BTreeMap::new();
    if let Some(last) = last.filter(|_| !graph.nodes().is_empty()) {
        // no candidate came from some, and a search counts them all the same
        all.extend((0..=last).map(|generation| (generation, Default::default())));
    }
    for node in graph.nodes() {
        let (candidates, scores) = all.entry(node.generation).or_default();
        *candidates += 1;
        scores.extend(node.score.map(|score| score.mean));
    }
    let items = all.into_iter().map(|(generation, (candidates, scores))| Generation {
        generation,
        candidates,
        best: scores.iter().copied().reduce(f64::max),
        mean: (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64),
    });
    items.collect()
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Named((_, name)): Named<(String, String)>,
) -> Result<Json<Page<Node>>, Problem> {
    let row = caller.run()?;
    let graph = app.lineage.run(&row.run).await?;
    let latest = graph.nodes().iter().map(|node| node.generation).max();
    let wanted = match name.as_str() {
        "latest" => latest,
        number => {
            number.parse().ok().filter(|number| latest.is_some_and(|latest| *number <= latest.max(row.generation)))
        }
    };
    let wanted = wanted.ok_or_else(|| Problem::not_found("generation"))?;
    let items = graph.nodes().iter().filter(|node| node.generation == wanted).cloned().collect();
    Ok(Json(Page { items, next: None }))
}

/// How many.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Best {
    /// 1 to 500; 10 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    k: Option<usize>,
}

impl Best {
    fn k(&self) -> Result<usize, Problem> {
        match self.k.unwrap_or(10) {
            k @ 1..=MOST => Ok(k),
            k => Err(Problem::bad(format!("`k` is {k}, and has to be 1 to {MOST}"))
                .fix("ask for so many, or page through the candidates with `sort` and `cursor`")),
        }
    }
}

async fn top(State(app): State<App>, caller: Caller, Asked(best): Asked<Best>) -> Result<Json<Page<Node>>, Problem> {
    let k = best.k()?;
    let graph = app.lineage.run(&caller.run()?.run).await?;
    let mut scored: Vec<&Node> = graph.nodes().iter().filter(|node| node.fitness().is_some()).collect();
    scored.sort_by(|a, b| a.ranking(b));
    Ok(Json(Page { items: scored.into_iter().take(k).cloned().collect(), next: None }))
}

async fn top_of_all(
    State(app): State<App>,
    caller: Caller,
    Asked(best): Asked<Best>,
) -> Result<Json<Page<Node>>, Problem> {
    let k = best.k()?;
    let rows =
        RunFilter { workspace: Some(caller.workspace()?.clone()), order: RunOrder::Score, ..RunFilter::default() };
    let rows = app.store.summaries(rows).await?.into_iter();
    let mut items = Vec::new();
    for row in rows.filter(|row| row.best_score.is_some() && !row.deleted).take(k) {
        let graph = app.lineage.run(&row.run).await?;
        if let Some(id) = app.lineage.best(&row.run, &graph).await? {
            items.extend(graph.get(&id).cloned());
        }
    }
    Ok(Json(Page { items, next: None }))
}
