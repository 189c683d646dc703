use clade_domain::{ChatAnswer, ChatRequest, FinishReason, MessageRole, Usage};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    Connection, Parameter, Refusals,
    body::{Body, in_force},
    connection::Answered,
    withheld,
};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    config::ModelConfig,
    usage::account,
};

/// Google's Gemini API (`POST {base}/v1beta/models/{model}:generateContent`; Gemini API reference, "Generating content").
pub(crate) struct Gemini {
    connection: Connection,
    config: ModelConfig,
}

impl Gemini {
    pub(crate) fn new(connection: Connection, config: ModelConfig) -> Self {
        Self { connection, config }
    }

    fn body(&self, request: &ChatRequest, refusals: &Refusals) -> Vec<u8> {
        let size = request.messages.iter().map(|message| message.content.len() + 64).sum();
        let sampling = in_force(&request.sampling, &self.config.sampling);
        let placed = &self.config.placed;
        let first = request.messages.iter().position(|message| message.role != MessageRole::System);
        let (system, turns) = request.messages.split_at(first.unwrap_or(request.messages.len()));
        let mut body = Body::new(size, &self.config.body);
        if !system.is_empty() && !turns.is_empty() {
            let parts: Vec<Part<'_>> = system.iter().map(|message| Part { text: &message.content }).collect();
            body.field("systemInstruction", &json!({"parts": parts}));
        }
        let turns = if turns.is_empty() { system } else { turns };
        let contents: Vec<Content<'_>> = turns
            .iter()
            .map(|message| Content {
                role: if message.role == MessageRole::Assistant { "model" } else { "user" },
                parts: [Part { text: &message.content }],
            })
            .collect();
        body.field("contents", &contents);
        let mut settings = placed.get("generationConfig").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                settings.insert(name.to_owned(), value);
            }
        };
        put("temperature", refusals.allow(Parameter::Temperature, sampling.temperature).map(Value::from));
        put("topP", refusals.allow(Parameter::TopP, sampling.top_p).map(Value::from));
        put("topK", refusals.allow(Parameter::TopP, placed.get("topK").cloned()));
        put("maxOutputTokens", sampling.max_tokens.map(Value::from));
        put("stopSequences", Some(sampling.stop).filter(|stop| !stop.is_empty()).map(Value::from));
        put("seed", refusals.allow(Parameter::Seed, sampling.seed).map(Value::from));
        if let Some(schema) = refusals.allow(Parameter::Schema, schema(request, placed)) {
            put("responseMimeType", Some(json!("application/json")));
            put("responseJsonSchema", Some(schema));
        }
        if !settings.is_empty() {
            body.field("generationConfig", &settings);
        }
        body.finish()
    }

    fn read(&self, request: &ChatRequest, answered: Answered<Response>) -> Result<ChatAnswer, ModelError> {
        let Answered { value, body, latency_ms } = answered;
        let teller = self.connection.teller();
        if let Some(error) = value.error.filter(|error| !error.is_null()) {
            return Err(teller.inside(&error).error);
        }
        let blocked = value.prompt_feedback.and_then(|feedback| feedback.block_reason);
        let candidate = match (value.candidates.into_iter().next(), &blocked) {
            (Some(candidate), _) => candidate,
            (None, Some(_)) => Candidate::default(),
            (None, None) => return Err(teller.unreadable(&body, "no candidates")),
        };
        let parts = candidate.content.map(|content| content.parts).unwrap_or_default();
        let mut text: String = parts.into_iter().filter(|part| !part.thought).filter_map(|part| part.text).collect();
        let reason = candidate.finish_reason.as_deref().unwrap_or("STOP");
        let finish = match reason {
            _ if let Some(reason) = &blocked => {
                withheld(&mut text, &format!("the prompt is blocked, {reason}"));
                FinishReason::ContentFilter
            }
            "STOP" => FinishReason::Stop,
            "MAX_TOKENS" => FinishReason::Length,
            "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE" => {
                withheld(&mut text, reason);
                FinishReason::ContentFilter
            }
            _ => FinishReason::Other,
        };
        let counted = value.usage_metadata.map(|usage| Usage {
            input: usage.prompt_token_count,
            output: usage.candidates_token_count.saturating_add(usage.thoughts_token_count),
            cache_read: usage.cached_content_token_count,
            cache_write: 0,
        });
        let usage = account(counted, request, &text, self.connection.counters());
        Ok(ChatAnswer {
            text,
            usage,
            cost: self.connection.price().cost(usage),
            latency_ms,
            finish,
            cached: false,
            shared: false,
        })
    }
}

fn schema(request: &ChatRequest, placed: &Map<String, Value>) -> Option<Value> {
    let own = || {
        let format = placed.get("response_format").and_then(|format| format.pointer("/json_schema/schema"));
        format.or_else(|| placed.get("response_schema")).or_else(|| placed.get("responseSchema"))
    };
    request.json_schema.as_ref().or_else(own).cloned()
}

impl ModelClient for Gemini {
    fn name(&self) -> &str {
        self.connection.full_name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, _: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            let answered = self.connection.ask(|refusals| self.body(request, refusals)).await?;
            self.read(request, answered)
        })
    }
}

#[derive(Serialize)]
struct Part<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Content<'a> {
    role: &'static str,
    parts: [Part<'a>; 1],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(default)]
    candidates: Vec<Candidate>,
    #[serde(default)]
    prompt_feedback: Option<PromptFeedback>,
    #[serde(default)]
    usage_metadata: Option<UsageMetadata>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    #[serde(default)]
    content: Option<AnswerContent>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct AnswerContent {
    #[serde(default)]
    parts: Vec<AnswerPart>,
}

#[derive(Deserialize)]
struct AnswerPart {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    #[serde(default)]
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct UsageMetadata {
    prompt_token_count: u64,
    candidates_token_count: u64,
    thoughts_token_count: u64,
    cached_content_token_count: u64,
}
