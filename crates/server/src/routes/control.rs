use axum::{extract::State, http::StatusCode, response::Response};
use clade_domain::{Action, Budget, UserId};
use clade_store::{RunStatus, RunSummary};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    audit::{Became, note},
    runs::{changed, revision_of},
};
use crate::{
    App, Gate, Problem,
    budgets::wanted,
    caller::Caller,
    extract::{Body, Revision, tagged},
    route::Route,
};

const GATE: Gate = Gate::Run(Action::ControlRuns);
const DELETE: Gate = Gate::Run(Action::DeleteRuns);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/runs/{run}/start", GATE, "start_run", "Starts a run, or goes on with one.", start).status(202),
        Route::post("/runs/{run}/pause", GATE, "pause_run", "Lets calls in flight end and puts the run down.", pause)
            .status(202),
        Route::post("/runs/{run}/stop", GATE, "stop_run", "Ends the search; the run still chooses and proves, also one that rests.", stop)
            .status(202),
        Route::put(
            "/runs/{run}/budget",
            GATE,
            "set_budget",
            "Gives a run other limits, whether it goes on or rests. A kind of limit that is left out is none; 0 lets nothing more be bought.",
            budget,
        )
        .takes::<Budget>()
        .gives::<BudgetView>(200)
        .edits(),
        Route::get("/runs/{run}/budget", Gate::Run(Action::ReadRuns), "budget", "The limits of a run.", show_budget)
            .gives::<BudgetView>(200),
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

/// What a run buys is charged to whoever made it: where they have limits, they themselves let it buy more, or whoever sets limits. Somebody
/// with limits of their own lets no run of others buy more, which would be a way round them.
async fn charged(app: &App, caller: &Caller) -> Result<(), Problem> {
    let row = caller.run()?;
    if row.by == *caller.user() || caller.may(Action::SetBudgets) {
        return Ok(());
    }
    let workspace = caller.workspace()?;
    let limited = async |user: &UserId| -> Result<bool, Problem> {
        // whoever left has none any more, and the workspace's limits hold for everybody
        let member = app.accounts.membership(workspace, user, caller.now).await?;
        Ok(member.is_some_and(|member| member.value.budget != Budget::default()))
    };
    let detail = if limited(&row.by).await? {
        "what this run buys is charged to the limits of the member who made it"
    } else if limited(caller.user()).await? {
        "you have limits here, and what this run buys is charged to the member who made it"
    } else {
        return Ok(());
    };
    Err(Problem::new(StatusCode::FORBIDDEN, "charged", detail)
        .fix("have them or an admin do it, or branch from the run: a branch is charged to you"))
}

async fn start(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    charged(&app, &caller).await?;
    app.hub.start(&caller.run()?.run).await?;
    noted(&app, &caller, "run.start", NOTHING).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn pause(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.hub.pause(&caller.run()?.run).await?;
    noted(&app, &caller, "run.pause", NOTHING).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn stop(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    let row = caller.run()?;
    // one that rests goes on to choose and prove, which it buys
    if row.status != RunStatus::Finished && app.store.holder(row.run.clone()).await?.is_none() {
        charged(&app, &caller).await?;
    }
    app.hub.stop(&caller.run()?.run).await?;
    noted(&app, &caller, "run.stop", NOTHING).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The limits of a run.
#[derive(Debug, Serialize, JsonSchema)]
struct BudgetView {
    budget: Budget,
    /// For `If-Match`.
    revision: u64,
}

impl From<Budget> for BudgetView {
    fn from(budget: Budget) -> Self {
        Self { budget, revision: revision_of(&budget) }
    }
}

async fn in_force(app: &App, caller: &Caller) -> Result<Budget, Problem> {
    Ok(app.states.look(&app.store, &caller.run()?.run, |state| *state.budget()).await?)
}

async fn show_budget(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let view = BudgetView::from(in_force(&app, &caller).await?);
    Ok(tagged(view.revision, view))
}

async fn budget(
    State(app): State<App>,
    caller: Caller,
    Revision(revision): Revision,
    Body(budget): Body<Budget>,
) -> Result<Response, Problem> {
    charged(&app, &caller).await?;
    let budget = wanted(budget)?;
    let run = &caller.run()?.run;
    // nobody writes between this look and the change
    let _alone = app.editing.alone(run).await;
    let there = BudgetView::from(in_force(&app, &caller).await?);
    if there.revision != revision {
        return Err(changed(there));
    }
    app.hub.set_budget(run, budget).await?;
    noted(&app, &caller, "run.budget", Became(json!(there.budget), json!(budget))).await?;
    let view = BudgetView::from(budget);
    Ok(tagged(view.revision, view))
}

async fn delete(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    let run = &caller.run()?.run;
    if app.hub.running().contains(run) {
        return Err(Problem::conflict("the run goes on").fix("pause it first"));
    }
    // another process may be at it
    clade_engine::check_free(app.store.as_ref(), run).await?;
    let _alone = app.editing.alone(run).await;
    let row = app.store.summary(run.to_string()).await?;
    if row.deleted {
        return Ok(StatusCode::NO_CONTENT);
    }
    app.store.put_summary(RunSummary { deleted: true, ..row.clone() }).await?;
    let before = json!({ "description": row.description, "status": row.status, "spent": row.spent });
    noted(&app, &caller, "run.delete", Became(before, Value::Null)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn restore(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    let run = &caller.run()?.run;
    let _alone = app.editing.alone(run).await;
    let row = app.store.summary(run.to_string()).await?;
    if !row.deleted {
        return Ok(StatusCode::NO_CONTENT);
    }
    app.store.put_summary(RunSummary { deleted: false, ..row }).await?;
    noted(&app, &caller, "run.restore", NOTHING).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Nothing that is not said by the action itself.
const NOTHING: Became = Became(Value::Null, Value::Null);

async fn noted(app: &App, caller: &Caller, action: &str, became: Became) -> Result<(), Problem> {
    note(app, caller, caller.workspace()?, (action, caller.run()?.run.as_str()), became).await
}
