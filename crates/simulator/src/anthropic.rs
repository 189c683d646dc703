//! Anthropic's messages and list of models.

use std::borrow::Cow;

use clade_domain::{ChatMessage, ChatRequest, FinishReason, MessageRole, Sampling};
use clade_models::simulated::SimulatedModel;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    failure::Failure,
    input::{Message, Text},
    routes::Call,
    stream::{Reply, json, named_event, pieces},
};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    model: Cow<'a, str>,
    #[serde(borrow, default)]
    messages: Vec<Message<'a>>,
    system: Option<Text>,
    max_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    stop_sequences: Option<Vec<String>>,
    stream: Option<bool>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    r#type: &'static str,
    role: &'static str,
    model: &'a str,
    content: &'a [Block<'a>],
    stop_reason: Option<&'static str>,
    stop_sequence: Option<()>,
    usage: TokenUsage,
}

#[derive(Serialize)]
struct Block<'a> {
    r#type: &'static str,
    text: &'a str,
}

#[derive(Clone, Copy, Serialize)]
struct TokenUsage {
    input_tokens: u64,
    output_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
}

pub(crate) fn messages(call: &Call<'_>) -> Result<Reply, Failure> {
    let body: Body<'_> = call.parse()?;
    if body.max_tokens.is_none() {
        return Err(Failure::BadRequest("max_tokens: field required".into()));
    }
    if body.messages.is_empty() {
        return Err(Failure::BadRequest("messages: at least one message is required".into()));
    }
    let system = body.system.map(|text| ChatMessage::new(MessageRole::System, text.0));
    let messages = system.into_iter().chain(body.messages.into_iter().map(Message::into_chat)).collect();
    let sampling = Sampling {
        temperature: body.temperature,
        top_p: body.top_p,
        max_tokens: body.max_tokens,
        stop: body.stop_sequences.unwrap_or_default(),
        seed: None,
    };
    let model = call.model(&body.model);
    let answer = model.answer(&ChatRequest { messages, sampling, json_schema: None }, 0);
    let stop_reason = if answer.finish == FinishReason::Length { "max_tokens" } else { "end_turn" };
    let usage = TokenUsage {
        input_tokens: answer.usage.input,
        output_tokens: answer.usage.output,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
    };
    let id = call.id("msg");
    let message = |content, stop_reason, usage| Answer {
        id: &id,
        r#type: "message",
        role: "assistant",
        model: model.name(),
        content,
        stop_reason,
        stop_sequence: None,
        usage,
    };
    if body.stream != Some(true) {
        let content = [Block { r#type: "text", text: &answer.text }];
        return Ok(Reply::Json(json(&message(&content, Some(stop_reason), usage))));
    }
    let start = message(&[], None, TokenUsage { output_tokens: 1, ..usage });
    let mut events = vec![
        named_event("message_start", &json!({"type": "message_start", "message": start})),
        named_event(
            "content_block_start",
            &json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        ),
        named_event("ping", &json!({"type": "ping"})),
    ];
    events.extend(pieces(&answer.text).map(|piece| {
        let delta = json!({"type": "text_delta", "text": piece});
        named_event("content_block_delta", &json!({"type": "content_block_delta", "index": 0, "delta": delta}))
    }));
    events.push(named_event("content_block_stop", &json!({"type": "content_block_stop", "index": 0})));
    let delta = json!({"stop_reason": stop_reason, "stop_sequence": null});
    let spent = json!({"output_tokens": answer.usage.output});
    events.push(named_event("message_delta", &json!({"type": "message_delta", "delta": delta, "usage": spent})));
    events.push(named_event("message_stop", &json!({"type": "message_stop"})));
    Ok(Reply::Events(events))
}

/// The body of `GET /v1/models` for clients that send `anthropic-version`.
pub(crate) fn models<'a>(models: impl Iterator<Item = &'a SimulatedModel>) -> Vec<u8> {
    let data: Vec<_> = models
        .map(|model| {
            let name = model.name();
            json!({"type": "model", "id": name, "display_name": name, "created_at": "1970-01-01T00:00:00Z"})
        })
        .collect();
    let id = |model: Option<&serde_json::Value>| model.map(|model| model["id"].clone());
    json(&json!({"first_id": id(data.first()), "last_id": id(data.last()), "has_more": false, "data": data}))
}
