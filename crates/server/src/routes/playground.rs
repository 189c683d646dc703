use axum::{Json, extract::State, http::StatusCode};
use clade_domain::{Action, ChatMessage, FinishReason, ModelSpec, Prompt, Vars};
use clade_engine::{Owner, Tried, TryOut};
use clade_text::template::PromptTemplate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::audit::{Became, note};
use crate::{App, Gate, Problem, caller::Caller, extract::Body, route::Route};

/// Most models asked at once.
const MODELS: usize = 6;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/workspaces/{workspace}/playground",
            Gate::Workspace(Action::CreateRuns),
            "try_out",
            "Asks several models once with a prompt. The budgets of the member and the workspace count it.",
            try_out,
        )
        .takes::<Trying>()
        .gives::<Answers>(200)
        .patient()
        .repeatable(),
    ]
}

/// A prompt to be tried out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Trying {
    prompt: Prompt,
    /// Values of its variables.
    #[serde(default)]
    vars: Vars,
    /// Models by name, 1 to 6, such as `openai:gpt-5-mini` or `simulated:rough`.
    #[schemars(length(min = 1, max = 6))]
    models: Vec<String>,
    /// For all of them; each one's own where it is left out.
    #[schemars(range(min = 0, max = 2))]
    temperature: Option<f64>,
    /// Most tokens of an answer; each model's own limit where it is left out.
    #[schemars(range(min = 1))]
    max_tokens: Option<u32>,
    /// The right answer. Simulated models, which know only answers that they are told, go by it; others never see it.
    expected: Option<String>,
}

/// What the models made of it, in the order in which they were named.
#[derive(Serialize, JsonSchema)]
struct Answers {
    /// What each was sent.
    messages: Vec<ChatMessage>,
    answers: Vec<Answered>,
}

/// What one model made of it.
#[derive(Serialize, JsonSchema)]
struct Answered {
    model: String,
    /// Null where there is no answer.
    text: Option<String>,
    /// Why there is none.
    error: Option<String>,
    finish: Option<FinishReason>,
    tokens_in: u64,
    tokens_out: u64,
    /// US dollars; null where the price is unknown.
    usd: Option<f64>,
    latency_ms: u32,
}

impl From<Tried> for Answered {
    fn from(Tried { model, answer }: Tried) -> Self {
        match answer {
            Ok(answer) => Self {
                model,
                text: Some(answer.text),
                error: None,
                finish: Some(answer.finish),
                tokens_in: answer.usage.input,
                tokens_out: answer.usage.output,
                usd: answer.cost.map(|usd| usd.0),
                latency_ms: answer.latency_ms,
            },
            Err(error) => Self {
                model,
                text: None,
                error: Some(error),
                finish: None,
                tokens_in: 0,
                tokens_out: 0,
                usd: None,
                latency_ms: 0,
            },
        }
    }
}

async fn try_out(State(app): State<App>, caller: Caller, Body(trying): Body<Trying>) -> Result<Json<Answers>, Problem> {
    let workspace = caller.workspace()?.clone();
    let unprocessable = |detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "prompt", detail);
    if !(1..=MODELS).contains(&trying.models.len()) {
        return Err(Problem::bad(format!("a prompt is tried with 1 to {MODELS} models")));
    }
    if trying.prompt.components.is_empty() {
        return Err(Problem::bad("the prompt has no component"));
    }
    let template = PromptTemplate::compile(&trying.prompt).map_err(|error| unprocessable(error.to_string()))?;
    let messages = template
        .render(&trying.vars)
        .map_err(|error| unprocessable(error.to_string()).fix("give every variable of the prompt a value in `vars`"))?;
    let mut config = std::collections::BTreeMap::new();
    if let Some(temperature) = trying.temperature {
        if !(0.0..=2.0).contains(&temperature) {
            return Err(Problem::bad("`temperature` is 0 to 2"));
        }
        config.insert("temperature".to_owned(), json!(temperature));
    }
    if let Some(most) = trying.max_tokens {
        config.insert("max_tokens".to_owned(), json!(most.max(1)));
    }
    let model = |id: String| ModelSpec { id, label: String::new(), config: config.clone() };
    let models: Vec<ModelSpec> = trying.models.into_iter().map(model).collect();
    app.patron
        .permits_models(&workspace, &models)
        .await
        .map_err(|why| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not_runnable", why))?;
    let keys = app.patron.keys_of(&workspace).await.map_err(Problem::conflict)?;
    let known = trying.expected.map(|answer| (trying.vars.values().map(as_text).collect(), answer));
    let names: Vec<String> = models.iter().map(|model| model.id.clone()).collect();
    let owner = Owner { workspace: workspace.clone(), user: caller.user().clone() };
    let tried = app.hub.try_out(owner, keys, TryOut { messages: messages.clone(), models, known }).await?;
    let answers: Vec<_> = tried.iter().filter_map(|tried| tried.answer.as_ref().ok()).collect();
    let usd: f64 = answers.iter().filter_map(|answer| answer.cost).map(|usd| usd.0).sum();
    let after = json!({ "calls": answers.len(), "usd": usd + 0.0 });
    note(&app, &caller, &workspace, ("prompt.try", &names.join(", ")), Became(Value::Null, after)).await?;
    Ok(Json(Answers { messages, answers: tried.into_iter().map(Answered::from).collect() }))
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
