use axum::{Json, extract::State, http::StatusCode};
use clade_domain::{Action, Example, Judgement, RunMode, Vars};
use clade_metrics::{Judged, Judging};
use clade_text::template::{PromptTemplate, prompt_tokens};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RunWanted;
use crate::{App, Gate, Problem, caller::Caller, extract::Body, route::Route, uploaded};

/// Most bytes of a run file with its data.
const MOST: usize = 64 << 20;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/workspaces/{workspace}/runs/judge",
            Gate::Workspace(Action::CreateRuns),
            "judge_answer",
            "Judges one answer by the checks of a run file; spends nothing.",
            judge,
        )
        .takes::<Judge>()
        .up_to(MOST)
        .gives::<AnswerJudged>(200),
    ]
}

/// An answer to an example of a run file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Judge {
    run: RunWanted,
    /// Which example, from 0, in the order of the data.
    #[serde(default)]
    #[schemars(range(max = 10_000_000))]
    example: u32,
    /// What is judged as if the task model had answered it.
    answer: String,
}

/// How an answer is judged.
#[derive(Serialize, JsonSchema)]
struct AnswerJudged {
    /// The example's variables.
    vars: Vars,
    /// One for each check in order that needs neither a model nor code, each followed by its named scores.
    judgements: Vec<Judgement>,
    /// The mean of the checks by weight, in [0, 1]; null where one of them could not be asked here.
    score: Option<f64>,
    /// Whether the example passes; null likewise.
    pass: Option<bool>,
    /// Checks that ask a model or execute code: they are asked when the run goes.
    asks: Vec<String>,
    /// Checks that could not judge, with the reason.
    failed: Vec<String>,
}

async fn judge(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<Judge>,
) -> Result<Json<AnswerJudged>, Problem> {
    let Judge { run, example: position, answer } = wanted;
    // an answer is judged however few examples there are to search with
    let read = uploaded::read(&app, &caller, RunWanted { mode: Some(RunMode::Evaluate), ..run }).await?;
    let judged = tokio::task::spawn_blocking(move || {
        let found = read.loaded.data.open().nth(position as usize);
        let example = found.transpose().map_err(|problem| unprocessable(&read.own_names(&problem.to_string())))?;
        let example = example.ok_or_else(|| {
            let count = read.loaded.dataset.counts();
            let total = count.train + count.validation + count.test;
            Problem::bad(format!("there is no example {position}"))
                .fix(format!("name one from 0 to {}", total.saturating_sub(1)))
        })?;
        let seed = read.loaded.spec.prompts.first().ok_or_else(|| unprocessable("the run file names no prompt"))?;
        let sent = PromptTemplate::compile(&seed.prompt).and_then(|template| template.render(&example.vars));
        let sent = sent.map_err(|error| unprocessable(&error.to_string()))?;
        let sent: Vec<&str> = sent.iter().map(|message| message.content.as_str()).collect();
        Ok::<_, Problem>(judgement(&example, &answer, &sent.join("\n\n"), prompt_tokens(&seed.prompt)))
    });
    Ok(Json(judged.await.map_err(Problem::fault)??))
}

/// Asks each check by itself, so that one that needs a model hides no other.
fn judgement(example: &Example, answer: &str, prompt: &str, prompt_tokens: u32) -> AnswerJudged {
    let judging = Judging {
        asserts: &example.asserts,
        threshold: example.threshold,
        output: answer,
        prompt,
        vars: &example.vars,
        latency_ms: 0,
        cost: None,
        prompt_tokens,
    };
    let (mut judgements, mut asks, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for assertion in example.asserts.iter() {
        let alone = Judging { asserts: std::slice::from_ref(assertion), threshold: None, ..judging };
        match alone.step(&[]) {
            Ok(Judged::Done(verdict)) => judgements.extend(verdict.judgements),
            Ok(Judged::Ask(_)) => asks.push(assertion.kind.clone()),
            Err(error) => failed.push(error.to_string()),
        }
    }
    let whole = match judging.step(&[]) {
        Ok(Judged::Done(verdict)) => Some(verdict),
        Ok(Judged::Ask(_)) | Err(_) => None,
    };
    AnswerJudged {
        vars: example.vars.clone(),
        judgements,
        score: whole.as_ref().map(|verdict| verdict.score),
        pass: whole.map(|verdict| verdict.pass),
        asks,
        failed,
    }
}

fn unprocessable(why: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "run_file", why)
}
