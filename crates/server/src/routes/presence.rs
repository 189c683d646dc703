use std::time::Instant;

use axum::{Json, extract::State, http::StatusCode};
use clade_domain::{Action, RunId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{App, Gate, Problem, caller::Caller, extract::Body, page::Page, route::Route};

const PATH: &str = "/workspaces/{workspace}/presence";
const GATE: Gate = Gate::Workspace(Action::ReadRuns);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post(PATH, GATE, "be_present", "Says that one is here, for 50 seconds, and gives who else is.", enter)
            .takes::<Place>()
            .gives::<Page<Present>>(200),
        Route::delete(PATH, GATE, "leave_presence", "Says that one is here no more.", leave),
    ]
}

/// What one looks at.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Place {
    /// A run of the workspace; none where it is left out.
    run: Option<RunId>,
}

/// Somebody who is here now.
#[derive(Serialize, JsonSchema)]
struct Present {
    user: UserId,
    name: String,
    /// The run that they look at.
    run: Option<RunId>,
}

async fn enter(
    State(app): State<App>,
    caller: Caller,
    Body(place): Body<Place>,
) -> Result<Json<Page<Present>>, Problem> {
    let workspace = caller.workspace()?;
    let run = match place.run {
        // a run elsewhere would be told to people who may not know of it
        Some(run) => match app.store.summary(run.to_string()).await {
            Ok(row) if row.run == run && row.workspace == *workspace => Some(run),
            Ok(_) | Err(clade_store::StoreError::NotFound { .. }) => return Err(Problem::not_found("run")),
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let mut items = Vec::new();
    for (user, run) in app.presence.enter(workspace, caller.user(), run, Instant::now()) {
        // who was taken out of the workspace a moment ago is not here
        let member = app.accounts.membership(workspace, &user, caller.now).await?;
        if let (Some(_), Some(found)) = (member, app.accounts.user(&user, caller.now).await?) {
            items.push(Present { user, name: found.value.name, run });
        }
    }
    Ok(Json(Page { items, next: None }))
}

async fn leave(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    app.presence.leave(caller.workspace()?, caller.user());
    Ok(StatusCode::NO_CONTENT)
}
