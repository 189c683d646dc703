use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use clade_domain::{Action, CandidateId, ModelRole, ModelSpec, Models, Steering};
use clade_engine::find_candidate;
use clade_evolve::state::BY_HAND;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    audit::{Became, note},
    branches::runnable,
};
use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Body, Named},
    route::Route,
};

const GATE: Gate = Gate::Run(Action::EditRuns);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/runs/{run}/candidates",
            GATE,
            "write_candidate",
            "Adds a candidate that was edited by hand: it meets a sample of train examples, and validation.",
            write,
        )
        .takes::<Written>()
        .gives::<WrittenAs>(201)
        .repeatable(),
        Route::post(
            "/runs/{run}/candidates/{candidate}/pin",
            GATE,
            "pin",
            "Has a candidate meet validation whatever the search thinks of it.",
            pin,
        ),
        Route::post("/runs/{run}/candidates/{candidate}/unpin", GATE, "unpin", "Takes a pin back.", unpin),
        Route::post(
            "/runs/{run}/candidates/{candidate}/reject",
            GATE,
            "reject",
            "Keeps a candidate from validation; the default search builds on it no more.",
            reject,
        ),
        Route::post(
            "/runs/{run}/feedback",
            GATE,
            "feedback",
            "Says what whoever writes proposals is to heed from now on.",
            feedback,
        )
        .takes::<Words>()
        .repeatable(),
        Route::post(
            "/runs/{run}/freeze",
            GATE,
            "freeze",
            "Freezes a part of the prompt: every later proposal keeps it word for word.",
            freeze,
        )
        .takes::<Words>()
        .repeatable(),
        Route::post(
            "/runs/{run}/model",
            Gate::Run(Action::ControlRuns),
            "change_model",
            "Has another model serve from the next generation on. The run has to rest.",
            model,
        )
        .takes::<NewModel>()
        .repeatable(),
    ]
}

/// A prompt that was edited by hand.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Whose prompt was edited: `c3`, `seed` or `best`.
    parent: String,
    /// The new texts by component; the others stay.
    components: BTreeMap<String, String>,
    /// What it is about.
    #[serde(default)]
    note: String,
}

/// Under which name it joined.
#[derive(Serialize, JsonSchema)]
struct WrittenAs {
    candidate: String,
}

async fn named(app: &App, caller: &Caller, name: &str) -> Result<CandidateId, Problem> {
    let find = |state: &clade_evolve::RunState| find_candidate(state, name);
    Ok(app.states.look(&app.store, &caller.run()?.run, find).await??)
}

async fn steer(app: &App, caller: &Caller, steering: Steering) -> Result<StatusCode, Problem> {
    // a run that rests is opened for it, which one can do at a time
    let _alone = app.editing.alone(&caller.run()?.run).await;
    steer_alone(app, caller, steering).await
}

async fn steer_alone(app: &App, caller: &Caller, steering: Steering) -> Result<StatusCode, Problem> {
    let (run, (action, mut after)) = (&caller.run()?.run, told(&steering));
    let writes = matches!(steering, Steering::Write { .. });
    let before = match &steering {
        Steering::Model(role, _) => {
            let serves = |state: &clade_evolve::RunState| {
                state.spec().models.of(*role, state.next_generation()).map(|model| model.id.clone())
            };
            json!({ "role": role, "model": app.states.look(&app.store, run, serves).await? })
        }
        Steering::Write { .. }
        | Steering::Pin(_)
        | Steering::Unpin(_)
        | Steering::Reject(_)
        | Steering::Feedback(_)
        | Steering::Freeze(_) => Value::Null,
    };
    app.hub.steer(run, caller.user().clone(), steering).await?;
    if writes {
        after["candidate"] = json!(written_last(app, caller).await?);
    }
    note(app, caller, caller.workspace()?, (action, run.as_str()), Became(before, after)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The last candidate that was written by hand.
async fn written_last(app: &App, caller: &Caller) -> Result<Option<String>, Problem> {
    let newest = |state: &clade_evolve::RunState| {
        state.candidates().map(|candidate| candidate.id).filter(|id| id.0 >= BY_HAND).max().map(|id| id.to_string())
    };
    Ok(app.states.look(&app.store, &caller.run()?.run, newest).await?)
}

/// How the log tells of it.
fn told(steering: &Steering) -> (&'static str, Value) {
    match steering {
        Steering::Write { parent, components, note } => {
            ("run.write", json!({ "parent": parent.to_string(), "components": components, "note": note }))
        }
        Steering::Pin(candidate) => ("run.pin", json!({ "candidate": candidate })),
        Steering::Unpin(candidate) => ("run.unpin", json!({ "candidate": candidate })),
        Steering::Reject(candidate) => ("run.reject", json!({ "candidate": candidate })),
        Steering::Feedback(text) => ("run.feedback", json!({ "text": text })),
        Steering::Freeze(text) => ("run.freeze", json!({ "text": text })),
        Steering::Model(role, model) => ("run.model", json!({ "role": role, "model": model.id })),
    }
}

async fn write(
    State(app): State<App>,
    caller: Caller,
    Body(written): Body<Written>,
) -> Result<impl IntoResponse, Problem> {
    let parent = named(&app, &caller, &written.parent).await?;
    let note: String = written.note.chars().filter(|c| !c.is_control()).take(500).collect();
    // nobody else adds one before this one's name is looked up
    let _alone = app.editing.alone(&caller.run()?.run).await;
    steer_alone(&app, &caller, Steering::Write { parent, components: written.components, note }).await?;
    let candidate = written_last(&app, &caller).await?;
    let candidate = candidate.ok_or_else(|| Problem::fault("a candidate did not join"))?;
    Ok((StatusCode::CREATED, Json(WrittenAs { candidate })))
}

type InPath = Named<(String, String)>;

async fn pin(State(app): State<App>, caller: Caller, Named((_, name)): InPath) -> Result<StatusCode, Problem> {
    steer(&app, &caller, Steering::Pin(named(&app, &caller, &name).await?)).await
}

async fn unpin(State(app): State<App>, caller: Caller, Named((_, name)): InPath) -> Result<StatusCode, Problem> {
    steer(&app, &caller, Steering::Unpin(named(&app, &caller, &name).await?)).await
}

async fn reject(State(app): State<App>, caller: Caller, Named((_, name)): InPath) -> Result<StatusCode, Problem> {
    steer(&app, &caller, Steering::Reject(named(&app, &caller, &name).await?)).await
}

/// Words.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Words {
    text: String,
}

async fn feedback(State(app): State<App>, caller: Caller, Body(words): Body<Words>) -> Result<StatusCode, Problem> {
    let length = words.text.trim().chars().count();
    if !(1..=4_000).contains(&length) {
        let detail = format!("feedback is 1 to 4,000 characters, and this has {length}");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
            .fix("say in a few sentences what proposals are to heed"));
    }
    steer(&app, &caller, Steering::Feedback(words.text)).await
}

async fn freeze(State(app): State<App>, caller: Caller, Body(words): Body<Words>) -> Result<StatusCode, Problem> {
    steer(&app, &caller, Steering::Freeze(words.text)).await
}

/// Another model.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewModel {
    role: ModelRole,
    /// As a run file names it.
    model: String,
}

async fn model(State(app): State<App>, caller: Caller, Body(new): Body<NewModel>) -> Result<StatusCode, Problem> {
    let model = ModelSpec::named(new.model);
    clade_models::check_config(&model.id, &model.config).map_err(Problem::bad)?;
    usable(&app, &caller, &model).await?;
    steer(&app, &caller, Steering::Model(new.role, model)).await
}

/// Whether a run could ask a model here: otherwise it could not go on with it.
async fn usable(app: &App, caller: &Caller, model: &ModelSpec) -> Result<(), Problem> {
    let mut alone = app.states.look(&app.store, &caller.run()?.run, |state| state.spec().clone()).await?;
    alone.models = Models::only(model.clone());
    runnable(app, caller.workspace()?, &alone).await
}
