//! OpenAI's responses: plain texts in and out, no tools, no stored conversations.

use std::borrow::Cow;

use bytes::Bytes;
use clade_domain::{ChatMessage, ChatRequest, FinishReason, MessageRole, Sampling};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    input::Message,
    routes::Call,
    stream::{Reply, json, named_event, pieces},
};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    model: Cow<'a, str>,
    #[serde(borrow)]
    input: Option<Input<'a>>,
    instructions: Option<String>,
    max_output_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    stream: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input<'a> {
    Text(String),
    #[serde(borrow)]
    Messages(Vec<Message<'a>>),
}

pub(crate) fn responses(call: &Call<'_>) -> Result<Reply, Failure> {
    let body: Body<'_> = call.parse()?;
    let mut messages = Vec::new();
    if let Some(instructions) = &body.instructions {
        messages.push(ChatMessage::new(MessageRole::System, instructions.as_str()));
    }
    match body.input {
        Some(Input::Text(text)) => messages.push(ChatMessage::new(MessageRole::User, text)),
        Some(Input::Messages(list)) => messages.extend(list.into_iter().map(Message::into_chat)),
        None => return Err(Failure::BadRequest("`input` needs a text or a list of messages".into())),
    }
    let sampling = Sampling {
        temperature: body.temperature,
        top_p: body.top_p,
        max_tokens: body.max_output_tokens,
        ..Sampling::default()
    };
    let model = call.model(&body.model);
    let answer = model.answer(&ChatRequest { messages, sampling, json_schema: None }, 0);
    let (id, item_id) = (call.id("resp"), call.id("msg"));
    let cut = answer.finish == FinishReason::Length;
    let status = if cut { "incomplete" } else { "completed" };
    let part = |text: &str| json!({"type": "output_text", "text": text, "annotations": []});
    let item = |status: &str, content: Value| json!({"type": "message", "id": item_id, "status": status, "role": "assistant", "content": content});
    let response = |status: &str, output: Value, usage: Value| {
        json!({
            "id": id,
            "object": "response",
            "created_at": call.created(),
            "status": status,
            "error": null,
            "incomplete_details": if cut && status == "incomplete" { json!({"reason": "max_output_tokens"}) } else { Value::Null },
            "instructions": body.instructions,
            "metadata": {},
            "model": model.name(),
            "output": output,
            "parallel_tool_calls": true,
            "temperature": body.temperature.unwrap_or(1.0),
            "tool_choice": "auto",
            "tools": [],
            "top_p": body.top_p.unwrap_or(1.0),
            "usage": usage,
        })
    };
    let usage = json!({
        "input_tokens": answer.usage.input,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": answer.usage.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": answer.usage.total(),
    });
    let done = response(status, json!([item("completed", json!([part(&answer.text)]))]), usage);
    if body.stream != Some(true) {
        return Ok(Reply::Json(json(&done)));
    }

    let started = response("in_progress", json!([]), Value::Null);
    let mut events: Vec<Bytes> = Vec::new();
    let mut send = |name: &str, mut value: Value| {
        value["type"] = name.into();
        value["sequence_number"] = events.len().into();
        events.push(named_event(name, &value));
    };
    send("response.created", json!({"response": started}));
    send("response.in_progress", json!({"response": started}));
    send("response.output_item.added", json!({"output_index": 0, "item": item("in_progress", json!([]))}));
    let at = |mut value: Value| {
        value["item_id"] = item_id.as_str().into();
        value["output_index"] = 0.into();
        value["content_index"] = 0.into();
        value
    };
    send("response.content_part.added", at(json!({"part": part("")})));
    for piece in pieces(&answer.text) {
        send("response.output_text.delta", at(json!({"delta": piece, "logprobs": []})));
    }
    send("response.output_text.done", at(json!({"text": answer.text, "logprobs": []})));
    send("response.content_part.done", at(json!({"part": part(&answer.text)})));
    let whole = item("completed", json!([part(&answer.text)]));
    send("response.output_item.done", json!({"output_index": 0, "item": whole}));
    send(if cut { "response.incomplete" } else { "response.completed" }, json!({"response": done}));
    Ok(Reply::Events(events))
}
