use axum::{extract::State, http::StatusCode};
use clade_domain::{Action, Budget};
use clade_store::RunSummary;
use serde_json::Value;

use super::audit::note;
use crate::{App, Gate, Problem, caller::Caller, extract::Body, route::Route};

const GATE: Gate = Gate::Run(Action::ControlRuns);
const DELETE: Gate = Gate::Run(Action::DeleteRuns);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/runs/{run}/start", GATE, "start_run", "Starts a run, or goes on with one.", start).status(202),
        Route::post("/runs/{run}/pause", GATE, "pause_run", "Lets calls in flight end and puts the run down.", pause)
            .status(202),
        Route::post("/runs/{run}/stop", GATE, "stop_run", "Ends the search; the run still chooses and proves.", stop)
            .status(202),
        Route::put(
            "/runs/{run}/budget",
            GATE,
            "set_budget",
            "Gives a run other limits, whether it goes on or rests.",
            budget,
        )
        .takes::<Budget>(),
        Route::delete(
            "/runs/{run}",
            DELETE,
            "delete_run",
            "Deletes a run: lists leave it out, and it can be restored.",
            delete,
        ),
        Route::post("/runs/{run}/restore", DELETE, "restore_run", "Takes the deletion of a run back.", restore)
            .status(204),
    ]
}

async fn start(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.hub.start(&caller.run()?.run).await?;
    noted(&app, &caller, "run.start", None).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn pause(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.hub.pause(&caller.run()?.run).await?;
    noted(&app, &caller, "run.pause", None).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn stop(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.hub.stop(&caller.run()?.run).await?;
    noted(&app, &caller, "run.stop", None).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn budget(State(app): State<App>, caller: Caller, Body(budget): Body<Budget>) -> Result<StatusCode, Problem> {
    let wrong = budget.usd.is_some_and(|usd| !usd.is_finite() || usd < 0.0)
        || budget.minutes.is_some_and(|minutes| !minutes.is_finite() || minutes < 0.0);
    if wrong {
        return Err(Problem::bad("a limit is a number of 0 or more"));
    }
    app.hub.set_budget(&caller.run()?.run, budget).await?;
    noted(&app, &caller, "run.budget", serde_json::to_value(budget).ok()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    let run = &caller.run()?.run;
    if app.hub.running().contains(run) {
        return Err(Problem::conflict("the run goes on").fix("pause it first"));
    }
    // another process may be at it
    clade_engine::check_free(app.store.as_ref(), run).await?;
    app.store.put_summary(RunSummary { deleted: true, ..caller.run()?.clone() }).await?;
    noted(&app, &caller, "run.delete", None).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn restore(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.store.put_summary(RunSummary { deleted: false, ..caller.run()?.clone() }).await?;
    noted(&app, &caller, "run.restore", None).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn noted(app: &App, caller: &Caller, action: &str, after: Option<Value>) -> Result<(), Problem> {
    note(app, caller, caller.workspace()?, action, &caller.run()?.run, after).await
}
