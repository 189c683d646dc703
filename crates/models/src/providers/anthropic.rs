use clade_domain::{ChatAnswer, ChatMessage, ChatRequest, FinishReason, MessageRole, Usage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Connection, Parameter, Refusals,
    body::{Body, in_force},
    connection::Answered,
    prefix::{Mark, Prefixes, Writing},
    withheld,
};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    config::ModelConfig,
    usage::{account, estimate_tokens},
};

/// The limit on an answer where neither the request nor the model's settings have one: Anthropic demands one.
const DEFAULT_MAX_TOKENS: u32 = 4_096;
/// The least prefix that Anthropic caches where the table says nothing.
const DEFAULT_CACHE_MIN: u64 = 4_096;

/// Anthropic's Messages (`POST {base}/v1/messages`; Anthropic API reference, "Create a Message").
///
/// System messages at the beginning become `system`. The messages before the last one are the stable prefix; where it is
/// long enough and comes again, it ends in a `cache_control` breakpoint.
pub(crate) struct Anthropic {
    connection: Connection,
    config: ModelConfig,
    cache_min: u64,
    prefixes: Prefixes,
}

impl Anthropic {
    pub(crate) fn new(connection: Connection, config: ModelConfig, cache_min: Option<u64>) -> Self {
        Self { connection, config, cache_min: cache_min.unwrap_or(DEFAULT_CACHE_MIN), prefixes: Prefixes::default() }
    }

    fn mark(&self, request: &ChatRequest) -> Mark {
        let Some((_, prefix)) = request.messages.split_last() else { return Mark::Plain };
        // the estimate is rough: a fifth above the least keeps breakpoints where they count
        let tokens: u64 = prefix.iter().map(|message| estimate_tokens(&message.content)).sum();
        if tokens * 5 < self.cache_min * 6 { Mark::Plain } else { self.prefixes.mark(prefix, Instant::now()) }
    }

    fn body(&self, request: &ChatRequest, refusals: &Refusals, mark: Mark) -> Vec<u8> {
        let size = request.messages.iter().map(|message| message.content.len() + 64).sum();
        let sampling = in_force(&request.sampling, &self.config.sampling);
        let first = request.messages.iter().position(|message| message.role != MessageRole::System);
        let (system, turns) = request.messages.split_at(first.unwrap_or(request.messages.len()));
        let marked = mark != Mark::Plain;
        // the breakpoint stands at the end of the prefix: the last turn but one, or the last system message
        let marked_turn = (marked && turns.len() > 1).then(|| turns.len() - 2);
        let mut body = Body::new(size, &self.config.body);
        body.field("model", self.connection.model());
        body.field("max_tokens", &sampling.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS));
        if !system.is_empty() && !turns.is_empty() {
            let last = system.len() - 1;
            let blocks: Vec<Block<'_>> = system
                .iter()
                .enumerate()
                .filter(|(_, message)| !message.content.is_empty())
                .map(|(i, message)| Block::new(&message.content, marked && marked_turn.is_none() && i == last))
                .collect();
            body.field("system", &blocks);
        }
        // a request of system messages alone has nobody to answer: they are the question then
        let turns = if turns.is_empty() { system } else { turns };
        let turns: Vec<Turn<'_>> =
            turns.iter().enumerate().map(|(i, message)| Turn::new(message, marked_turn == Some(i))).collect();
        body.field("messages", &turns);
        body.maybe("temperature", refusals.allow(Parameter::Temperature, sampling.temperature.map(|t| t.min(1.0))));
        body.maybe("top_p", refusals.allow(Parameter::TopP, sampling.top_p));
        let stop = Some(&sampling.stop).filter(|stop| !stop.is_empty());
        body.maybe("stop_sequences", refusals.allow(Parameter::Stop, stop));
        let schema = request
            .json_schema
            .as_ref()
            .or_else(|| self.config.placed.get("response_format")?.pointer("/json_schema/schema"));
        let format = refusals.allow(Parameter::Schema, schema);
        let effort = self.config.placed.get("effort");
        if format.is_some() || effort.is_some() {
            let mut output = serde_json::Map::new();
            if let Some(schema) = format {
                output.insert("format".to_owned(), json!({"type": "json_schema", "schema": schema}));
            }
            if let Some(effort) = effort {
                output.insert("effort".to_owned(), effort.clone());
            }
            body.field("output_config", &output);
        }
        body.finish()
    }

    fn read(&self, request: &ChatRequest, answered: Answered<Message>) -> Result<ChatAnswer, ModelError> {
        let Answered { value, body, latency_ms } = answered;
        let teller = self.connection.teller();
        if let Some(error) = value.error.filter(|error| !error.is_null()) {
            return Err(teller.inside(&error).error);
        }
        let Some(content) = value.content else { return Err(teller.unreadable(&body, "no content")) };
        let mut text: String =
            content.into_iter().filter(|block| block.kind == "text").filter_map(|block| block.text).collect();
        let finish = match value.stop_reason.as_deref() {
            None | Some("end_turn" | "stop_sequence") => FinishReason::Stop,
            Some("max_tokens" | "model_context_window_exceeded") => FinishReason::Length,
            Some("refusal") => {
                withheld(&mut text, "refusal");
                FinishReason::ContentFilter
            }
            Some(_) => FinishReason::Other,
        };
        let counted = value.usage.map(|usage| {
            let cache_read = usage.cache_read_input_tokens.unwrap_or(0);
            let cache_write = usage.cache_creation_input_tokens.unwrap_or(0);
            // Anthropic's `input_tokens` leaves cached ones out
            let input = usage.input_tokens.saturating_add(cache_read).saturating_add(cache_write);
            Usage { input, output: usage.output_tokens, cache_read, cache_write }
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

impl ModelClient for Anthropic {
    fn name(&self) -> &str {
        self.connection.full_name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, _: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            let mark = self.mark(request);
            let mut writing = Writing::watch(&self.prefixes, mark);
            let answered = self.connection.ask(|refusals| self.body(request, refusals, mark)).await?;
            let answer = self.read(request, answered)?;
            if let Some(writing) = &mut writing {
                writing.done();
            }
            Ok(answer)
        })
    }
}

#[derive(Serialize)]
struct Block<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

#[derive(Serialize)]
struct CacheControl {
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<'a> Block<'a> {
    fn new(text: &'a str, marked: bool) -> Self {
        Self { kind: "text", text, cache_control: marked.then_some(CacheControl { kind: "ephemeral" }) }
    }
}

#[derive(Serialize)]
struct Turn<'a> {
    role: &'static str,
    content: TurnContent<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum TurnContent<'a> {
    Text(&'a str),
    Blocks([Block<'a>; 1]),
}

impl<'a> Turn<'a> {
    fn new(message: &'a ChatMessage, marked: bool) -> Self {
        let role = if message.role == MessageRole::Assistant { "assistant" } else { "user" };
        let text = &message.content;
        let content = if marked { TurnContent::Blocks([Block::new(text, true)]) } else { TurnContent::Text(text) };
        Self { role, content }
    }
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<Vec<Part>>,
    #[serde(default)]
    stop_reason: Option<String>,
    #[serde(default)]
    usage: Option<MessageUsage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
struct MessageUsage {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    cache_creation_input_tokens: Option<u64>,
}
