use axum::{Json, extract::State, http::StatusCode};
use clade_domain::{Action, Timestamp, UserId};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Body, Named},
    page::Page,
    route::Route,
};

const ONE: &str = "/workspaces/{workspace}/keys/{name}";
const GATE: Gate = Gate::Workspace(Action::ManageKeys);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/workspaces/{workspace}/keys",
            Gate::Workspace(Action::ReadWorkspace),
            "keys",
            "Which providers' keys are set; nobody can read them.",
            list,
        )
        .gives::<Page<KeyView>>(200),
        Route::put(ONE, GATE, "set_key", "Sets a provider's key, under the name of its variable.", set)
            .takes::<KeyGiven>()
            .gives::<KeyView>(200),
        Route::delete(ONE, GATE, "remove_key", "Removes a provider's key.", remove),
    ]
}

/// That a key is set.
#[derive(Debug, Serialize, JsonSchema)]
struct KeyView {
    /// The provider's variable, such as `OPENAI_API_KEY`.
    name: String,
    by: UserId,
    at: Timestamp,
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<KeyView>>, Problem> {
    let keys = app.accounts.keys(caller.workspace()?, caller.now).await?.into_iter().map(|key| key.value);
    let items = keys.map(|key| KeyView { name: key.name, by: key.by, at: key.at }).collect();
    Ok(Json(Page { items, next: None }))
}

/// A key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyGiven {
    #[schemars(with = "String")]
    key: SecretString,
}

async fn set(
    State(app): State<App>,
    caller: Caller,
    Named((_, name)): Named<(String, String)>,
    Body(given): Body<KeyGiven>,
) -> Result<Json<KeyView>, Problem> {
    let set =
        app.accounts.set_key(&app.vault, caller.workspace()?, &name, &given.key, caller.user(), caller.now).await?;
    Ok(Json(KeyView { name: set.name, by: set.by, at: set.at }))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Named((_, name)): Named<(String, String)>,
) -> Result<StatusCode, Problem> {
    app.accounts.remove_key(caller.workspace()?, &name, caller.user(), caller.now).await?;
    Ok(StatusCode::NO_CONTENT)
}
