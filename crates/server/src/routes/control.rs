use axum::{extract::State, http::StatusCode};
use clade_domain::{Action, Budget};

use crate::{App, Gate, Problem, caller::Caller, extract::Body, route::Route};

const GATE: Gate = Gate::Run(Action::ControlRuns);

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
    ]
}

async fn start(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.hub.start(&caller.run()?.run).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn pause(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.hub.pause(&caller.run()?.run)?;
    Ok(StatusCode::ACCEPTED)
}

async fn stop(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.hub.stop(&caller.run()?.run).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn budget(State(app): State<App>, caller: Caller, Body(budget): Body<Budget>) -> Result<StatusCode, Problem> {
    let wrong = budget.usd.is_some_and(|usd| !usd.is_finite() || usd < 0.0)
        || budget.minutes.is_some_and(|minutes| !minutes.is_finite() || minutes < 0.0);
    if wrong {
        return Err(Problem::bad("a limit is a number of 0 or more"));
    }
    app.hub.set_budget(&caller.run()?.run, budget).await?;
    Ok(StatusCode::NO_CONTENT)
}
