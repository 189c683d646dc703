use axum::{Json, extract::State};
use clade_domain::{CandidateId, Prompt, Split};
use clade_engine::{CandidateDiff, diff, find_candidate, not_paired};
use clade_evolve::RunState;
use clade_filter::Filter;
use clade_lineage::{FIELDS, Graph, Node, NodeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Flag, Named},
    measured::Measured,
    page::{Keyed, Page, after, cut},
    route::Route,
};

/// Each of them answers with this run alone.
const READ: Gate = Gate::Shown;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/runs/{run}/candidates", READ, "candidates", "The candidates of a run.", list)
            .asks::<Wanted>()
            .gives::<Page<CandidateRow>>(200),
        Route::get(
            "/runs/{run}/candidates/{candidate}",
            READ,
            "candidate",
            "A candidate with its prompt. `seed` and `best` name two of them.",
            show,
        )
        .gives::<CandidateView>(200),
        Route::get(
            "/runs/{run}/candidates/{candidate}/diff",
            READ,
            "diff",
            "How a candidate's prompt and scores differ from another's.",
            compare,
        )
        .asks::<Other>()
        .gives::<CandidateDiff>(200),
        Route::get("/runs/{run}/flips", READ, "flips", "The examples on which two candidates differ.", flips)
            .asks::<Two>()
            .gives::<Flips>(200),
        Route::get("/runs/{run}/matrix", READ, "matrix", "Mean scores of candidates on examples.", matrix)
            .asks::<MatrixWanted>()
            .gives::<Matrix>(200),
    ]
}

/// Which candidates, in which order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Such as `score > 0.8 and operator = reflect`; the fields are those of `clade lineage --filter`.
    filter: Option<String>,
    /// By id where it is not said.
    sort: Option<Sort>,
    /// Whether the highest come first.
    #[serde(default)]
    desc: Flag,
    /// With the prompts as text.
    #[serde(default)]
    text: Flag,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

/// An order of candidates; `low` is that of the lower end of the score's interval, in which few lucky answers do not lead.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    #[default]
    Id,
    Score,
    Low,
    Generation,
    Cost,
}

/// A candidate in a list.
#[derive(Debug, Serialize, JsonSchema)]
struct CandidateRow {
    #[serde(flatten)]
    node: Node,
    #[serde(flatten)]
    measured: Measured,
    /// Its prompt as text, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<String>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page<CandidateRow>>, Problem> {
    let filter = Filter::parse(wanted.filter.as_deref().unwrap_or_default(), &FIELDS)?;
    let graph = app.lineage.run(&caller.run()?.run).await?;
    let kept = if filter.is_all() { None } else { Some(app.lineage.matching(&graph, &filter).await?) };
    let mut nodes: Vec<&Node> =
        graph.nodes().iter().filter(|node| kept.as_ref().is_none_or(|kept| kept.contains(&node.id))).collect();
    let score = |node: &Node| node.score.map_or(-1.0, |score| score.mean);
    let low = |node: &Node| node.score.map_or(-1.0, |score| score.low);
    let sort = wanted.sort.unwrap_or_default();
    let value = |node: &Node| match sort {
        Sort::Id => 0.0,
        Sort::Score => score(node),
        Sort::Low => low(node),
        Sort::Generation => f64::from(node.generation),
        Sort::Cost => node.cost.0,
    };
    let key = |node: &&Node| Keyed(value(node), node.id.clone());
    let order = |a: &Keyed<f64, NodeId>, b: &Keyed<f64, NodeId>| {
        let order = a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1));
        if wanted.desc.0 { order.reverse() } else { order }
    };
    nodes.sort_by(|a, b| order(&key(a), &key(b)));
    let page = after(nodes, (wanted.cursor.as_deref(), wanted.limit), key, order)?;
    let texts = match wanted.text.0 {
        true => app.lineage.texts(page.items.iter().copied()).await?,
        false => Default::default(),
    };
    let row = |state: &RunState, node: &Node| CandidateRow {
        prompt: texts.get(&node.id).cloned(),
        measured: Measured::of(state, node.id.candidate),
        node: node.clone(),
    };
    let rows = |state: &RunState| page.items.into_iter().map(|node| row(state, node)).collect();
    let items = app.states.look(&app.store, &caller.run()?.run, rows).await?;
    Ok(Json(Page { items, next: page.next }))
}

/// A candidate.
#[derive(Serialize, JsonSchema)]
struct CandidateView {
    node: CandidateRow,
    prompt: Prompt,
    /// The prompt as text.
    text: String,
    /// Candidates of this run that were made from it.
    children: Vec<NodeId>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Named((_, name)): Named<(String, String)>,
) -> Result<Json<CandidateView>, Problem> {
    let run = &caller.run()?.run;
    let graph = app.lineage.run(run).await?;
    let (id, prompt, measured) = app
        .states
        .look(&app.store, run, |state| {
            let id = find_candidate(state, &name)?;
            let candidate = state.candidate(id).map(|candidate| candidate.prompt.clone());
            Ok::<_, clade_engine::EngineError>((id, candidate, Measured::of(state, id)))
        })
        .await??;
    let node = node(&graph, &NodeId::new(run.clone(), id))?;
    let at = graph.position(&node.id).unwrap_or_default();
    let children = graph.children(at).iter().map(|child| graph.nodes()[*child].id.clone()).collect();
    let prompt = prompt.ok_or_else(|| Problem::not_found("candidate"))?;
    let node = CandidateRow { node: node.clone(), measured, prompt: None };
    Ok(Json(CandidateView { text: prompt.to_text(), prompt, children, node }))
}

fn node<'g>(graph: &'g Graph, id: &NodeId) -> Result<&'g Node, Problem> {
    graph.get(id).ok_or_else(|| Problem::not_found("candidate"))
}

/// With which one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Other {
    /// `parent`, `seed`, `best`, or a candidate such as `c3`; the parent where it is left out.
    with: Option<String>,
}

async fn compare(
    State(app): State<App>,
    caller: Caller,
    Named((_, name)): Named<(String, String)>,
    Asked(other): Asked<Other>,
) -> Result<Json<CandidateDiff>, Problem> {
    let run = &caller.run()?.run;
    let seen = app.states.look(&app.store, run, |state| {
        let b = find_candidate(state, &name)?;
        let a = match other.with.as_deref() {
            None | Some("parent") => {
                state.candidate(b).and_then(|candidate| candidate.parents.first().copied()).unwrap_or(CandidateId(0))
            }
            Some(with) => find_candidate(state, with)?,
        };
        let pair = state.candidate(a).zip(state.candidate(b));
        Ok::<_, clade_engine::EngineError>(pair.map(|(a, b)| diff(state, a, b)))
    });
    seen.await??.map(Json).ok_or_else(|| Problem::not_found("candidate"))
}

/// Two candidates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Two {
    a: String,
    b: String,
    /// Train where it is not said.
    split: Option<Split>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

/// An example on which two candidates differ.
#[derive(Serialize, JsonSchema)]
struct Flip {
    example: clade_domain::ExampleId,
    /// The first one's mean score.
    a: f64,
    /// The second one's.
    b: f64,
}

/// A page of such examples.
#[derive(Serialize, JsonSchema)]
struct Flips {
    #[serde(flatten)]
    page: Page<Flip>,
    /// Why none is told: the scores of the two are of different models. Null where they are of one.
    not_paired: Option<String>,
}

async fn flips(State(app): State<App>, caller: Caller, Asked(two): Asked<Two>) -> Result<Json<Flips>, Problem> {
    let run = &caller.run()?.run;
    let split = two.split.unwrap_or(Split::Train);
    let seen = app.states.look(&app.store, run, |state| {
        let (a, b) = (find_candidate(state, &two.a)?, find_candidate(state, &two.b)?);
        if let Some(why) = not_paired(state, a, b) {
            return Ok((Vec::new(), Some(why)));
        }
        let repeat = state.repeat();
        let flip = |example| {
            let mean = |id| state.cells(id)?.mean(example, repeat);
            let (a, b) = (mean(a)?, mean(b)?);
            ((a - b).abs() > f64::EPSILON).then_some(Flip { example, a, b })
        };
        let mut flips: Vec<Flip> = state.dataset().examples(split).into_iter().filter_map(flip).collect();
        flips.sort_by(|x, y| (y.b - y.a).abs().total_cmp(&(x.b - x.a).abs()));
        Ok::<_, clade_engine::EngineError>((flips, None))
    });
    let (flips, not_paired) = seen.await??;
    Ok(Json(Flips { page: cut(flips, two.cursor.as_deref(), two.limit)?, not_paired }))
}

/// Which candidates on which split.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MatrixWanted {
    /// Train where it is not said.
    split: Option<Split>,
    /// Names with commas between them; the 1,000 best where it is left out.
    candidates: Option<String>,
}

/// Mean scores: a row for each candidate, a column for each example.
#[derive(Serialize, JsonSchema)]
struct Matrix {
    split: Split,
    candidates: Vec<CandidateId>,
    examples: Vec<clade_domain::ExampleId>,
    /// In [0, 1]; null where the candidate did not meet the example.
    scores: Vec<Vec<Option<f32>>>,
}

/// Most rows.
const ROWS: usize = 1_000;

async fn matrix(
    State(app): State<App>,
    caller: Caller,
    Asked(wanted): Asked<MatrixWanted>,
) -> Result<Json<Matrix>, Problem> {
    let run = &caller.run()?.run;
    let split = wanted.split.unwrap_or(Split::Train);
    let seen = app.states.look(&app.store, run, |state| {
        let mut candidates: Vec<CandidateId> = match &wanted.candidates {
            Some(names) => names.split(',').map(|name| find_candidate(state, name.trim())).collect::<Result<_, _>>()?,
            None => state.candidates().map(|candidate| candidate.id).collect(),
        };
        let score = |id: &CandidateId| state.score(*id, split).unwrap_or(-1.0);
        if wanted.candidates.is_none() {
            candidates.sort_by(|a, b| score(b).total_cmp(&score(a)));
        }
        candidates.truncate(ROWS);
        let examples = state.dataset().examples(split);
        let repeat = state.repeat();
        let row = |id: &CandidateId| {
            let cells = state.cells(*id);
            let mean = |example| cells.and_then(|cells| cells.mean(example, repeat)).map(|mean| mean as f32);
            examples.iter().copied().map(mean).collect()
        };
        let scores = candidates.iter().map(row).collect();
        Ok::<_, clade_engine::EngineError>(Matrix { split, candidates, examples, scores })
    });
    Ok(Json(seen.await??))
}
