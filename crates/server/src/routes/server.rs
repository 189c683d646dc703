use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use clade_models::PriceTable;
use clade_store::{RunFilter, RunStatus};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::{App, Gate, Problem, figures, openapi::openapi, page::Page, route::Route, start};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/openapi.json", Gate::Open, "openapi", "This document.", document).gives::<Value>(200),
        Route::get("/schema", Gate::Open, "schema", "The JSON schema of run files.", schema).gives::<Value>(200),
        Route::get("/models", Gate::SignedIn, "models", "Models with a known price.", models).gives::<Page<Model>>(200),
    ]
}

/// What is there beside the API: for whoever keeps the server, and the first link.
pub(crate) fn outside() -> Router<App> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/start", get(start::start))
        .route("/api/v1/reference", get(|| page("text/html; charset=utf-8", include_str!("../reference/index.html"))))
        .route("/api/v1/reference/page.css", get(|| page("text/css", include_str!("../reference/page.css"))))
        .route("/api/v1/reference/page.js", get(|| page("text/javascript", include_str!("../reference/page.js"))))
}

async fn page(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind)], text)
}

async fn document() -> Json<Value> {
    Json(openapi())
}

async fn schema() -> Json<Value> {
    Json(clade_runfile::schema())
}

/// A model with a known price.
#[derive(Serialize, JsonSchema)]
struct Model {
    /// As a run file names it.
    id: String,
    /// USD for a million tokens in.
    input: f64,
    /// USD for a million tokens out.
    output: f64,
    /// Tokens that it reads at once.
    context: Option<u64>,
    /// Whether it takes a temperature.
    sampling: bool,
    /// Whether it thinks before it answers.
    reasoning: bool,
}

async fn models() -> Json<Page<Model>> {
    let model = |(id, facts): (String, &clade_models::ModelFacts)| Model {
        id,
        input: facts.input,
        output: facts.output,
        context: facts.context,
        sampling: facts.sampling,
        reasoning: facts.reasoning,
    };
    let all = PriceTable::built_in().chat_models().map(model);
    Json(Page { items: all.collect(), next: None })
}

/// Whether requests can be served: the store answers, and the server is not going down.
async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    let unready = |why: String| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", why).after(5);
    if app.closing.is_cancelled() {
        return Err(unready("the server is going down".to_owned()));
    }
    let one = RunFilter { limit: Some(1), ..RunFilter::default() };
    app.store.summaries(one).await.map_err(|error| unready(error.to_string()))?;
    Ok("ready\n")
}

/// Figures for Prometheus: none of them tells what is in a workspace.
async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let mut text = String::new();
    let running = app.hub.running();
    let rows = app.store.summaries(RunFilter::default()).await?;
    let mut figure = |name: &str, about: &str, kind: &str, value: f64| {
        figures::head(&mut text, name, about, kind);
        figures::line(&mut text, name, "", value);
    };
    figure("clade_runs_going_on", "Runs that go on in this process.", "gauge", running.len() as f64);
    figure("clade_runs", "Runs in the store.", "gauge", rows.len() as f64);
    let finished = rows.iter().filter(|row| row.status == RunStatus::Finished).count();
    figure("clade_runs_finished", "Runs that are complete.", "gauge", finished as f64);
    let calls: u64 = rows.iter().map(|row| row.bought().calls).sum();
    figure("clade_calls_total", "Calls of all runs that were paid for.", "counter", calls as f64);
    let usd: f64 = rows.iter().map(|row| row.bought().usd.0).sum();
    figure("clade_cost_usd_total", "US dollars of all runs.", "counter", usd);
    let rate: f64 = running.iter().filter_map(|run| app.hub.progress(run)).map(|progress| progress.rate).sum();
    figure("clade_evaluations_per_second", "Trials a second over all runs that go on.", "gauge", rate);
    text.push_str(&app.figures.text());
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
