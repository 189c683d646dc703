//! Ollama's chat, embeddings and list of models.

use std::borrow::Cow;

use clade_domain::{ChatRequest, FinishReason, Sampling};
use clade_models::simulated::SimulatedModel;
use serde::Deserialize;
use serde_json::json;

use crate::{
    failure::Failure,
    input::{Message, Texts},
    routes::Call,
    stream::{Reply, json, line, pieces},
};

/// When everything here was made: answers carry no clock.
const CREATED: &str = "1970-01-01T00:00:00Z";

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    model: Cow<'a, str>,
    #[serde(borrow, default)]
    messages: Vec<Message<'a>>,
    #[serde(default)]
    options: Options,
    stream: Option<bool>,
}

#[derive(Default, Deserialize)]
struct Options {
    temperature: Option<f64>,
    top_p: Option<f64>,
    /// Negative means no limit.
    num_predict: Option<i64>,
    seed: Option<i64>,
    stop: Option<Texts>,
}

pub(crate) fn chat(call: &Call<'_>) -> Result<Reply, Failure> {
    let body: Body<'_> = call.parse()?;
    let messages: Vec<_> = body.messages.into_iter().map(Message::into_chat).collect();
    if messages.is_empty() {
        return Err(Failure::BadRequest("`messages` needs at least one message".into()));
    }
    let sampling = Sampling {
        temperature: body.options.temperature,
        top_p: body.options.top_p,
        max_tokens: body.options.num_predict.and_then(|tokens| u32::try_from(tokens).ok()),
        stop: body.options.stop.unwrap_or_default().0,
        seed: body.options.seed.map(i64::cast_unsigned),
    };
    let model = call.model(&body.model);
    let answer = model.answer(&ChatRequest { messages, sampling, json_schema: None }, 0);
    let message = |text: &str| json!({"role": "assistant", "content": text});
    let last = |text: &str| {
        json!({
            "model": model.name(),
            "created_at": CREATED,
            "message": message(text),
            "done": true,
            "done_reason": if answer.finish == FinishReason::Length { "length" } else { "stop" },
            "total_duration": 0,
            "prompt_eval_count": answer.usage.input,
            "eval_count": answer.usage.output,
        })
    };
    if body.stream == Some(false) {
        return Ok(Reply::Json(json(&last(&answer.text))));
    }
    let piece =
        |piece| line(&json!({"model": model.name(), "created_at": CREATED, "message": message(piece), "done": false}));
    Ok(Reply::Lines(pieces(&answer.text).map(piece).chain([line(&last(""))]).collect()))
}

#[derive(Deserialize)]
struct EmbedBody<'a> {
    #[serde(borrow, default)]
    model: Cow<'a, str>,
    #[serde(default)]
    input: Texts,
}

pub(crate) fn embed(call: &Call<'_>) -> Result<Reply, Failure> {
    let body: EmbedBody<'_> = call.parse()?;
    let model = call.model(&body.model);
    let (vectors, usage) = model.embeddings(&body.input.0);
    Ok(Reply::Json(json(&json!({"model": model.name(), "embeddings": vectors, "prompt_eval_count": usage.input}))))
}

/// The body of `GET /api/tags`.
pub(crate) fn tags<'a>(models: impl Iterator<Item = &'a SimulatedModel>) -> Vec<u8> {
    let data = models.map(|model| {
        let name = model.name();
        json!({"name": name, "model": name, "modified_at": CREATED, "size": 0, "digest": "", "details": {"family": "simulated"}})
    });
    json(&json!({"models": data.collect::<Vec<_>>()}))
}
