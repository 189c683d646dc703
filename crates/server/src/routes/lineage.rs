use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use axum::{Json, extract::State};
use clade_domain::{Action, OperatorName, RejectReason, RunId};
use clade_filter::Filter;
use clade_lineage::{FIELDS, Family, Graph, LayoutOptions, Mark, Node, NodeId};
use clade_store::{Kin, RunSummary, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Flag},
    page::{Page, PageQuery, cut},
    route::Route,
};

const READ: Gate = Gate::Run(Action::ReadRuns);
/// Most marks drawn where nothing else is said.
const MARKS: usize = 10_000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/runs/{run}/lineage", Gate::Shown, "lineage", "The family tree with a place for each node.", draw)
            .asks::<Drawn>()
            .gives::<Drawing>(200),
        Route::get(
            "/runs/{run}/lineage/ancestors",
            READ,
            "ancestors",
            "A candidate's ancestors, nearest first, over runs.",
            ancestors,
        )
        .asks::<Of>()
        .gives::<Page<Node>>(200),
        Route::get(
            "/runs/{run}/lineage/descendants",
            READ,
            "descendants",
            "A candidate's descendants, nearest first, over runs.",
            descendants,
        )
        .asks::<Of>()
        .gives::<Page<Node>>(200),
        Route::get("/runs/{run}/lineage/path", READ, "path", "The way from one candidate to another.", path)
            .asks::<FromTo>()
            .gives::<Page<Node>>(200),
        Route::get(
            "/runs/{run}/lineage/common",
            READ,
            "common_ancestor",
            "The nearest common ancestor of two candidates.",
            common,
        )
        .asks::<AB>()
        .gives::<Page<Node>>(200),
        Route::get(
            "/runs/{run}/lineage/families",
            READ,
            "families",
            "The clades: where each starts and what came of it.",
            families,
        )
        .asks::<PageQuery>()
        .gives::<Page<Family>>(200),
        Route::get(
            "/runs/{run}/lineage/rejected",
            READ,
            "rejected",
            "How many proposals were turned away, by operator and reason.",
            rejected,
        )
        .gives::<Page<Rejected>>(200),
    ]
}

/// What is drawn.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Drawn {
    /// Such as `score > 0.8 and operator = reflect`: which nodes are named in `matching` and counted in `matched`. All are drawn.
    filter: Option<String>,
    /// `false`: dropped candidates are drawn too, instead of counted at the node above them.
    fold: Option<Flag>,
    /// Names with commas between them: nodes that show what is folded into them all the same.
    unfolded: Option<String>,
    /// Most nodes drawn: those that matter most, each with the way to its root.
    #[schemars(range(min = 1))]
    most: Option<usize>,
    /// With the candidates of other runs that this one branched from, and of those that branched from it.
    #[serde(default)]
    branches: Flag,
    /// Only marks in these columns and rows.
    x0: Option<u32>,
    x1: Option<u32>,
    y0: Option<u32>,
    y1: Option<u32>,
    /// Marks of the page, from this one on.
    from: Option<usize>,
    /// At most so many marks.
    #[schemars(range(min = 1))]
    limit: Option<usize>,
}

/// A family tree with a place for each node.
#[derive(Serialize, JsonSchema)]
struct Drawing {
    /// Number of columns: generations.
    columns: u32,
    rows: u32,
    /// The best candidate, where the line of descent ends.
    best: Option<NodeId>,
    /// Candidates, drawn or not.
    total: usize,
    marks: Vec<Marked>,
    /// Of the marks, those whose node the filter keeps; null where none was given.
    matching: Option<Vec<NodeId>>,
    /// How many candidates the filter keeps, drawn or not; null where none was given.
    matched: Option<usize>,
    /// What to pass as `from` for more; null at the end.
    next: Option<usize>,
}

/// A place and what is there.
#[derive(Serialize, JsonSchema)]
struct Marked {
    #[serde(flatten)]
    mark: Mark,
    node: Node,
}

async fn draw(State(app): State<App>, caller: Caller, Asked(drawn): Asked<Drawn>) -> Result<Json<Drawing>, Problem> {
    let run = &caller.run()?.run;
    for (name, count) in [("limit", drawn.limit), ("most", drawn.most)] {
        if count == Some(0) {
            return Err(Problem::bad(format!("`{name}` is 0, and has to be at least 1"))
                .fix(format!("leave `{name}` out, or ask for at least one")));
        }
    }
    let filter = Filter::parse(drawn.filter.as_deref().unwrap_or_default(), &FIELDS)?;
    let own = app.lineage.run(run).await?;
    let best = app.lineage.best(run, &own).await?;
    // a link shows its run and no other
    let graph = match drawn.branches.0 && !caller.by_link() {
        true => with_branches(&app, &caller, own).await?,
        false => own,
    };
    let matching = match filter.is_all() {
        true => None,
        false => Some(app.lineage.matching(&graph, &filter).await?),
    };
    let unfolded = drawn.unfolded.iter().flat_map(|names| names.split(','));
    let unfolded = unfolded.map(|name| named(&best, run, name.trim())).collect::<Result<_, _>>()?;
    let options = LayoutOptions {
        best: best.clone(),
        fold_dropped: drawn.fold.is_none_or(|fold| fold.0),
        unfolded,
        most: drawn.most.unwrap_or(MARKS),
    };
    let layout = app.layouts.of(&graph, &options);
    let window = [drawn.x0, drawn.x1, drawn.y0, drawn.y1];
    let seen: Vec<&Mark> = if window.iter().any(Option::is_some) {
        let columns = drawn.x0.unwrap_or(0)..drawn.x1.unwrap_or(u32::MAX);
        layout.window(columns, drawn.y0.unwrap_or(0)..drawn.y1.unwrap_or(u32::MAX)).collect()
    } else {
        layout.marks.iter().collect()
    };
    let from = drawn.from.unwrap_or(0);
    let limit = drawn.limit.unwrap_or(usize::MAX);
    let next = from.checked_add(limit).filter(|next| *next < seen.len());
    let marked = |mark: &Mark| Marked { node: graph.nodes()[mark.node].clone(), mark: mark.clone() };
    let marks: Vec<Marked> = seen.into_iter().skip(from).take(limit).map(marked).collect();
    let on_page = |kept: &HashSet<NodeId>| {
        marks.iter().map(|mark| &mark.node.id).filter(|id| kept.contains(*id)).cloned().collect()
    };
    Ok(Json(Drawing {
        columns: layout.columns,
        rows: layout.rows,
        total: graph.nodes().len(),
        matching: matching.as_ref().map(on_page),
        matched: matching.map(|kept| kept.len()),
        marks,
        best,
        next,
    }))
}

/// A run's candidates with their kin in other runs of the same workspace: the run's own tree, as it is at hand, where there are none.
async fn with_branches(app: &App, caller: &Caller, own: Arc<Graph>) -> Result<Arc<Graph>, Problem> {
    let from_elsewhere = |node: &&Node| node.parents.iter().any(|parent| own.get(parent).is_none());
    let roots: Vec<NodeId> = own.nodes().iter().filter(from_elsewhere).map(|node| node.id.clone()).collect();
    let mut above = match roots.is_empty() {
        true => Vec::new(),
        false => app.lineage.kin(&roots, Kin::Ancestors).await?.into_nodes(),
    };
    above.retain(|node| own.get(&node.id).is_none());
    let mut below = app.lineage.branches(&caller.run()?.run, &own).await?;
    below.retain(|node| above.iter().all(|other| other.id != node.id));
    seen_by(app, caller, &mut above).await?;
    seen_by(app, caller, &mut below).await?;
    if above.is_empty() && below.is_empty() {
        return Ok(own);
    }
    let mut nodes = above;
    nodes.extend(own.nodes().iter().cloned());
    nodes.append(&mut below);
    let mut order: HashMap<RunId, usize> = HashMap::new();
    for node in &nodes {
        let next = order.len();
        order.entry(node.id.run.clone()).or_insert(next);
    }
    nodes.sort_by_key(|node| (order.get(&node.id.run).copied(), node.id.candidate));
    Ok(Arc::new(Graph::new(nodes)))
}

/// Leaves what belongs to other workspaces away, and other runs that were deleted.
async fn seen_by(app: &App, caller: &Caller, nodes: &mut Vec<Node>) -> Result<(), Problem> {
    let runs: HashSet<RunId> = nodes.iter().map(|node| node.id.run.clone()).collect();
    let mut open = HashSet::new();
    for run in runs {
        match app.store.summary(run.to_string()).await {
            Ok(row) if is_open(&row, caller)? && row.run == run => drop(open.insert(run)),
            Ok(_) | Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    nodes.retain(|node| open.contains(&node.id.run));
    Ok(())
}

/// Whether the candidates of a run are shown to whoever asks about another, or about this one.
fn is_open(row: &RunSummary, caller: &Caller) -> Result<bool, Problem> {
    Ok(row.workspace == *caller.workspace()? && (!row.deleted || row.run == caller.run()?.run))
}

/// As [`named`], and the best of another run of the workspace by `RUN@best`.
async fn found(app: &App, caller: &Caller, best: &Option<NodeId>, name: &str) -> Result<NodeId, Problem> {
    let run = &caller.run()?.run;
    let Some(other) = name.strip_suffix("@best").filter(|other| *other != run.as_str()) else {
        return named(best, run, name);
    };
    let none = || Problem::not_found("candidate");
    let row = match app.store.summary(other.to_owned()).await {
        // one of another workspace is told from none by nobody
        Ok(row) if row.run.as_str() == other && is_open(&row, caller)? => row,
        Ok(_) | Err(StoreError::NotFound { .. } | StoreError::Ambiguous { .. }) => return Err(none()),
        Err(error) => return Err(error.into()),
    };
    let graph = app.lineage.run(&row.run).await?;
    app.lineage.best(&row.run, &graph).await?.ok_or_else(none)
}

/// A candidate by name: `c12`, `seed`, `best`, `RUN@best` of the run itself, or one of another run as `RUN@c12`.
fn named(best: &Option<NodeId>, run: &RunId, name: &str) -> Result<NodeId, Problem> {
    let own = |name: &str| Some(NodeId::new(run.clone(), name.parse().ok()?));
    let name = name.strip_prefix(run.as_str()).and_then(|rest| rest.strip_prefix('@')).unwrap_or(name);
    let id = match name {
        "seed" => own("0"),
        "best" => best.clone(),
        _ => name.parse().ok().or_else(|| own(name)),
    };
    id.ok_or_else(|| {
        Problem::bad(format!("`{name}` names no candidate; write `seed`, `best`, `c12`, `RUN@best` or `RUN@c12`"))
    })
}

/// Of whom.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Of {
    /// `seed`, `best`, `c12`, or one of another run as `RUN@c12` or `RUN@best`.
    of: String,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

impl Of {
    fn page(&self) -> PageQuery {
        PageQuery { cursor: self.cursor.clone(), limit: self.limit }
    }
}

/// From where to where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FromTo {
    from: String,
    to: String,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

/// Two candidates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AB {
    a: String,
    b: String,
}

/// What is asked of some candidates and their kin.
async fn ask(
    app: &App,
    caller: &Caller,
    names: &[&str],
    (way, page): (Kin, PageQuery),
    answer: impl for<'g> FnOnce(&'g Graph, &[NodeId]) -> Option<Vec<&'g Node>>,
) -> Result<Json<Page<Node>>, Problem> {
    let run = &caller.run()?.run;
    let own = app.lineage.run(run).await?;
    let best = app.lineage.best(run, &own).await?;
    let mut ids = Vec::new();
    for name in names {
        ids.push(found(app, caller, &best, name).await?);
    }
    let graph = match way {
        // all descendants of a first prompt are the whole tree, which is at hand
        Kin::Descendants if ids.iter().all(|id| id.run == *run) => with_branches(app, caller, own).await?,
        _ => {
            let mut nodes = app.lineage.kin(&ids, way).await?.into_nodes();
            seen_by(app, caller, &mut nodes).await?;
            Arc::new(Graph::new(nodes))
        }
    };
    if ids.iter().any(|id| graph.get(id).is_none()) {
        return Err(Problem::not_found("candidate"));
    }
    let found = answer(&graph, &ids).ok_or_else(|| {
        Problem::new(axum::http::StatusCode::NOT_FOUND, "unrelated", "these candidates have no common ancestor")
    })?;
    let Page { items, next } = cut(found, page.cursor.as_deref(), page.limit)?;
    Ok(Json(Page { items: items.into_iter().cloned().collect(), next }))
}

async fn ancestors(State(app): State<App>, caller: Caller, Asked(of): Asked<Of>) -> Result<Json<Page<Node>>, Problem> {
    let way = (Kin::Ancestors, of.page());
    ask(&app, &caller, &[&of.of], way, |graph, ids| Some(graph.ancestors(&ids[0]))).await
}

async fn descendants(
    State(app): State<App>,
    caller: Caller,
    Asked(of): Asked<Of>,
) -> Result<Json<Page<Node>>, Problem> {
    let way = (Kin::Descendants, of.page());
    ask(&app, &caller, &[&of.of], way, |graph, ids| Some(graph.descendants(&ids[0]))).await
}

async fn path(State(app): State<App>, caller: Caller, Asked(two): Asked<FromTo>) -> Result<Json<Page<Node>>, Problem> {
    let FromTo { from, to, cursor, limit } = two;
    let way = (Kin::Ancestors, PageQuery { cursor, limit });
    ask(&app, &caller, &[&from, &to], way, |graph, ids| graph.path(&ids[0], &ids[1])).await
}

async fn common(State(app): State<App>, caller: Caller, Asked(two): Asked<AB>) -> Result<Json<Page<Node>>, Problem> {
    let way = (Kin::Ancestors, PageQuery::default());
    ask(&app, &caller, &[&two.a, &two.b], way, |graph, ids| Some(vec![graph.common_ancestor(&ids[0], &ids[1])?])).await
}

async fn families(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Family>>, Problem> {
    let run = &caller.run()?.run;
    let own = app.lineage.run(run).await?;
    let mut kin = with_branches(&app, &caller, own).await?;
    let roots: Vec<NodeId> = kin.roots().map(|node| node.id.clone()).collect();
    // a family is whole: what descends from its root beside this run belongs to it
    if roots.iter().any(|root| root.run != *run) {
        drop(kin);
        let mut nodes = app.lineage.kin(&roots, Kin::Descendants).await?.into_nodes();
        seen_by(&app, &caller, &mut nodes).await?;
        kin = Arc::new(Graph::new(nodes));
    }
    cut(kin.families(), page.cursor.as_deref(), page.limit).map(Json)
}

/// Proposals that became no candidates.
#[derive(Serialize, JsonSchema)]
struct Rejected {
    /// What made them.
    operator: OperatorName,
    reason: RejectReason,
    count: u32,
}

async fn rejected(State(app): State<App>, caller: Caller) -> Result<Json<Page<Rejected>>, Problem> {
    let run = &caller.run()?.run;
    let seen = app.states.look(&app.store, run, |state| {
        let row = |((operator, reason), count): (&(OperatorName, RejectReason), &u32)| Rejected {
            operator: operator.clone(),
            reason: *reason,
            count: *count,
        };
        state.rejected().iter().map(row).collect()
    });
    Ok(Json(Page { items: seen.await?, next: None }))
}
