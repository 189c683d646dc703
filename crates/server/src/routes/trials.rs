use std::collections::BTreeMap;

use axum::{Json, extract::State};
use clade_domain::{ChatMessage, ExampleId, RunEvent, Split, Trial, TrialError, TrialOutcome, Usd};
use clade_engine::find_candidate;
use clade_store::TrialQuery;
use clade_text::template::PromptTemplate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Named},
    page::{Page, limit},
    route::Route,
};

/// Each of them answers with this run alone.
const READ: Gate = Gate::Shown;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/runs/{run}/candidates/{candidate}/trials",
            READ,
            "trials",
            "The trials of a candidate, in the order in which they ended.",
            list,
        )
        .asks::<Wanted>()
        .gives::<Page<TrialRow>>(200),
        Route::get(
            "/runs/{run}/trials/{entry}",
            READ,
            "trial",
            "A trial with its request, its answer and how that was judged; by the number of its journal entry.",
            show,
        )
        .gives::<TrialView>(200),
        Route::get("/runs/{run}/examples", READ, "examples", "Examples of a run's data set.", examples)
            .asks::<ExamplesWanted>()
            .gives::<Page<ExampleView>>(200),
    ]
}

/// Which trials.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Only of this split.
    split: Option<Split>,
    /// Only on this example.
    example: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

/// A trial in a list.
#[derive(Serialize, JsonSchema)]
struct TrialRow {
    /// Its journal entry.
    seq: u64,
    example: ExampleId,
    /// Which of the example's repeats.
    sample: u32,
    split: Split,
    /// In [0, 1]; 0 where it failed.
    score: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<TrialError>,
    cost: Option<Usd>,
    latency_ms: u32,
    /// Whether the answer was there already.
    cached: bool,
    /// Whether an equal call of the run bought it at the same time.
    shared: bool,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Named((_, name)): Named<(String, String)>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page<TrialRow>>, Problem> {
    let run = &caller.run()?.run;
    let limit = limit(wanted.limit)?;
    let candidate = app.states.look(&app.store, run, |state| find_candidate(state, &name)).await??;
    let from: u64 = match wanted.cursor.as_deref().map(str::parse) {
        Some(Ok(next)) => next,
        Some(Err(_)) => return Err(Problem::cursor()),
        None => 0,
    };
    let query = TrialQuery {
        candidate,
        split: wanted.split,
        example: wanted.example.map(ExampleId),
        from,
        // one more tells whether there is a next page
        limit: u32::try_from(limit + 1).unwrap_or(u32::MAX),
    };
    let mut found = app.store.trials(run.clone(), query).await?;
    let next = found.get(limit).map(|entry| entry.seq.to_string());
    found.truncate(limit);
    let rows = found.into_iter().filter_map(|entry| match entry.event {
        RunEvent::TrialFinished(trial) => Some(row(entry.seq, *trial)),
        _ => None,
    });
    Ok(Json(Page { items: rows.collect(), next }))
}

fn row(seq: u64, trial: Trial) -> TrialRow {
    TrialRow {
        seq,
        example: trial.cell.example,
        sample: trial.cell.sample,
        split: trial.split,
        score: trial.score(),
        cost: trial.cost,
        latency_ms: trial.latency_ms,
        cached: trial.cached,
        shared: trial.shared,
        error: match trial.outcome {
            TrialOutcome::Failed { error, .. } => Some(error),
            TrialOutcome::Scored { .. } => None,
        },
    }
}

/// A trial with everything about it.
#[derive(Serialize, JsonSchema)]
struct TrialView {
    trial: Trial,
    /// The example's variables; null where the run came here without its examples.
    vars: Option<BTreeMap<String, Value>>,
    /// The messages that the model was sent; null where the template could not be filled, or the example is not here.
    request: Option<Vec<ChatMessage>>,
    /// What it answered; null where it did not.
    answer: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Named((_, entry)): Named<(String, u64)>,
) -> Result<Json<TrialView>, Problem> {
    let run = &caller.run()?.run;
    let missing = || Problem::not_found("trial");
    let entry = app.store.entries(run.clone(), vec![entry]).await.map_err(|error| match error {
        clade_store::StoreError::NotFound { .. } => missing(),
        error => error.into(),
    })?;
    let Some(RunEvent::TrialFinished(trial)) = entry.into_iter().next().map(|entry| entry.event) else {
        return Err(missing());
    };
    let (dataset, prompt) = app
        .states
        .look(&app.store, run, |state| {
            (state.dataset().hash, state.candidate(trial.cell.candidate).map(|candidate| candidate.prompt.clone()))
        })
        .await?;
    let vars = match app.store.has_dataset(dataset).await? {
        true => app.store.examples(dataset, vec![trial.cell.example]).await?.pop().map(|example| example.vars),
        false => None,
    };
    let filled = prompt.zip(vars.as_ref());
    let filled = filled.and_then(|(prompt, vars)| PromptTemplate::compile(&prompt).ok()?.render(vars).ok());
    let answer = match trial.answer() {
        Some(answer) => app.store.texts(vec![answer]).await?.pop(),
        None => None,
    };
    Ok(Json(TrialView { trial: *trial, vars, request: filled, answer }))
}

/// Which examples.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExamplesWanted {
    /// Numbers with commas between them.
    ids: Option<String>,
    /// All of this split, page by page.
    split: Option<Split>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

/// An example.
#[derive(Serialize, JsonSchema)]
struct ExampleView {
    id: ExampleId,
    split: Option<Split>,
    vars: BTreeMap<String, Value>,
}

async fn examples(
    State(app): State<App>,
    caller: Caller,
    Asked(wanted): Asked<ExamplesWanted>,
) -> Result<Json<Page<ExampleView>>, Problem> {
    let run = &caller.run()?.run;
    let dataset = app.states.look(&app.store, run, |state| state.dataset().clone()).await?;
    let ids: Vec<ExampleId> = match (&wanted.ids, wanted.split) {
        (Some(ids), _) => {
            let parsed = ids.split(',').map(|id| id.trim().trim_start_matches('e').parse().map(ExampleId));
            parsed.collect::<Result<_, _>>().map_err(|_| Problem::bad("`ids` are numbers with commas between them"))?
        }
        (None, Some(split)) => dataset.examples(split),
        (None, None) => (0..u32::try_from(dataset.len()).unwrap_or(u32::MAX)).map(ExampleId).collect(),
    };
    let page = crate::page::cut(ids, wanted.cursor.as_deref(), wanted.limit)?;
    let found = app.store.examples(dataset.hash, page.items).await?;
    let view = |example: clade_domain::Example| ExampleView {
        id: example.id,
        split: dataset.split(example.id),
        vars: example.vars,
    };
    Ok(Json(Page { items: found.into_iter().map(view).collect(), next: page.next }))
}
