//! OpenAI's chat completions, embeddings, moderations and list of models.

use std::{borrow::Cow, collections::BTreeMap};

use clade_domain::{ChatAnswer, ChatRequest, FinishReason, Sampling};
use clade_models::simulated::SimulatedModel;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    failure::Failure,
    input::{Message, Texts},
    routes::Call,
    stream::{Reply, event, json, pieces},
};

/// The body of `POST /v1/chat/completions`; what is not named here changes nothing.
#[derive(Deserialize)]
pub(crate) struct ChatBody<'a> {
    #[serde(borrow, default)]
    pub(crate) model: Cow<'a, str>,
    #[serde(borrow, default)]
    messages: Vec<Message<'a>>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    stop: Option<Texts>,
    seed: Option<i64>,
    n: Option<u32>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
}

#[derive(Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(Serialize)]
struct Completion<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: Vec<Choice<'a>>,
    usage: TokenUsage,
    system_fingerprint: &'static str,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    message: Said<'a>,
    logprobs: Option<()>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Said<'a> {
    role: &'static str,
    content: &'a str,
    refusal: Option<()>,
}

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: &'a [ChunkChoice<'a>],
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<TokenUsage>,
    system_fingerprint: &'static str,
}

#[derive(Serialize)]
struct ChunkChoice<'a> {
    index: u32,
    delta: Delta<'a>,
    logprobs: Option<()>,
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

#[derive(Clone, Copy, Serialize)]
struct TokenUsage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

const FINGERPRINT: &str = "simulated";
/// Most choices of one request.
const MOST_CHOICES: u32 = 128;

fn finish(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Stop | FinishReason::Other => "stop",
    }
}

pub(crate) fn chat(call: &Call<'_>) -> Result<Reply, Failure> {
    let body: ChatBody<'_> = call.parse()?;
    let messages: Vec<_> = body.messages.into_iter().map(Message::into_chat).collect();
    if messages.is_empty() {
        return Err(Failure::BadRequest("`messages` needs at least one message".into()));
    }
    let choices = body.n.unwrap_or(1);
    if !(1..=MOST_CHOICES).contains(&choices) {
        return Err(Failure::BadRequest(format!("`n` is {choices}; give 1 to {MOST_CHOICES}")));
    }
    let sampling = Sampling {
        temperature: body.temperature,
        top_p: body.top_p,
        max_tokens: body.max_completion_tokens.or(body.max_tokens),
        stop: body.stop.unwrap_or_default().0,
        seed: body.seed.map(i64::cast_unsigned),
    };
    let request = ChatRequest { messages, sampling, json_schema: None };
    let model = call.model(&body.model);
    let answers: Vec<ChatAnswer> = (0..choices).map(|sample| model.answer(&request, sample)).collect();
    let output = answers.iter().map(|answer| answer.usage.output).sum();
    let input = answers.first().map_or(0, |answer| answer.usage.input);
    let usage = TokenUsage { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    if body.stream == Some(true) {
        let with_usage = body.stream_options.and_then(|options| options.include_usage) == Some(true);
        return Ok(streamed(call, model.name(), &answers, with_usage.then_some(usage)));
    }
    let choices = answers.iter().zip(0..).map(|(answer, index)| Choice {
        index,
        message: Said { role: "assistant", content: &answer.text, refusal: None },
        logprobs: None,
        finish_reason: finish(answer.finish),
    });
    Ok(Reply::Json(json(&Completion {
        id: &call.id("chatcmpl"),
        object: "chat.completion",
        created: call.created(),
        model: model.name(),
        choices: choices.collect(),
        usage,
        system_fingerprint: FINGERPRINT,
    })))
}

fn streamed(call: &Call<'_>, model: &str, answers: &[ChatAnswer], usage: Option<TokenUsage>) -> Reply {
    let (id, created) = (call.id("chatcmpl"), call.created());
    let chunk = |choices: &[ChunkChoice<'_>], usage| {
        let object = "chat.completion.chunk";
        event(&Chunk { id: &id, object, created, model, choices, usage, system_fingerprint: FINGERPRINT })
    };
    let mut events = Vec::new();
    for (answer, index) in answers.iter().zip(0..) {
        let one = |delta, finish_reason| chunk(&[ChunkChoice { index, delta, logprobs: None, finish_reason }], None);
        events.push(one(Delta { role: Some("assistant"), content: Some("") }, None));
        events.extend(pieces(&answer.text).map(|piece| one(Delta { role: None, content: Some(piece) }, None)));
        events.push(one(Delta::default(), Some(finish(answer.finish))));
    }
    if usage.is_some() {
        events.push(chunk(&[], usage));
    }
    events.push("data: [DONE]\n\n".into());
    Reply::Events(events)
}

#[derive(Deserialize)]
struct EmbeddingBody<'a> {
    #[serde(borrow, default)]
    model: Cow<'a, str>,
    #[serde(default)]
    input: Texts,
    #[serde(borrow)]
    encoding_format: Option<Cow<'a, str>>,
}

pub(crate) fn embeddings(call: &Call<'_>) -> Result<Reply, Failure> {
    let body: EmbeddingBody<'_> = call.parse()?;
    if body.input.0.is_empty() {
        return Err(Failure::BadRequest("`input` needs a text or a list of texts".into()));
    }
    let model = call.model(&body.model);
    let (vectors, usage) = model.embeddings(&body.input.0);
    let encoded = body.encoding_format.as_deref() == Some("base64");
    let data = vectors.iter().enumerate().map(|(index, vector)| {
        let embedding = if encoded { json!(base64_of(vector)) } else { json!(vector) };
        json!({"object": "embedding", "index": index, "embedding": embedding})
    });
    Ok(Reply::Json(json(&json!({
        "object": "list",
        "data": data.collect::<Vec<_>>(),
        "model": model.name(),
        "usage": {"prompt_tokens": usage.input, "total_tokens": usage.input},
    }))))
}

/// Base 64 (RFC 4648) of a vector's 32-bit floats, lowest byte first: what the official Python client asks for.
fn base64_of(vector: &[f32]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let sextet = (bits >> (18 - 6 * i)) & 63;
            text.push(if i <= chunk.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    text
}

/// The categories of OpenAI's moderation; the simulated lexicon knows the plain ones, the others score 0.
const CATEGORIES: [&str; 13] = [
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
];

#[derive(Deserialize)]
struct ModerationBody<'a> {
    #[serde(borrow, default)]
    model: Cow<'a, str>,
    #[serde(default)]
    input: Texts,
}

pub(crate) fn moderations(call: &Call<'_>) -> Result<Reply, Failure> {
    let body: ModerationBody<'_> = call.parse()?;
    if body.input.0.is_empty() {
        return Err(Failure::BadRequest("`input` needs a text or a list of texts".into()));
    }
    let model = call.model(&body.model);
    let results = body.input.0.iter().map(|text| {
        let scores: BTreeMap<String, f64> = model.moderation(text).into_iter().collect();
        let score = |category: &str| scores.get(category).copied().unwrap_or(0.0);
        let flags: BTreeMap<_, _> = CATEGORIES.iter().map(|category| (*category, score(category) >= 0.5)).collect();
        let all: BTreeMap<_, _> = CATEGORIES.iter().map(|category| (*category, score(category))).collect();
        json!({"flagged": flags.values().any(|flag| *flag), "categories": flags, "category_scores": all})
    });
    Ok(Reply::Json(json(&json!({
        "id": call.id("modr"),
        "model": model.name(),
        "results": results.collect::<Vec<_>>(),
    }))))
}

/// The body of `GET /v1/models`.
pub(crate) fn models<'a>(models: impl Iterator<Item = &'a SimulatedModel>) -> Vec<u8> {
    let data =
        models.map(|model| json!({"id": model.name(), "object": "model", "created": 0, "owned_by": "simulated"}));
    json(&json!({"object": "list", "data": data.collect::<Vec<_>>()}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_specification() {
        // 1.0 is 00 00 80 3f, and -2.0 is 00 00 00 c0; encoded with the reference tool of GNU coreutils
        let table = [
            (vec![], ""),
            (vec![1.0], "AACAPw=="),
            (vec![1.0, -2.0], "AACAPwAAAMA="),
            (vec![1.0; 3], "AACAPwAAgD8AAIA/"),
        ];
        for (vector, text) in table {
            assert_eq!(base64_of(&vector), text);
        }
    }
}
