use std::borrow::Cow;

use clade_domain::{ChatAnswer, ChatRequest, FinishReason, Usage, Usd};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Connection, Parameter, Refusals,
    body::{Body, in_force, is_strict},
    connection::Answered,
    withheld,
};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    config::ModelConfig,
    usage::account,
};

/// OpenAI's Chat Completions, and every server that is compatible with them (`POST {base}/chat/completions`; OpenAI API
/// reference, "Create chat completion").
pub(crate) struct OpenAiChat {
    connection: Connection,
    config: ModelConfig,
}

impl OpenAiChat {
    pub(crate) fn new(connection: Connection, config: ModelConfig) -> Self {
        Self { connection, config }
    }

    fn body(&self, request: &ChatRequest, refusals: &Refusals) -> Vec<u8> {
        let size = request.messages.iter().map(|message| message.content.len() + 48).sum();
        let sampling = in_force(&request.sampling, &self.config.sampling);
        let mut body = Body::new(size, &self.config.body);
        body.field("model", self.connection.model());
        body.field("messages", &request.messages);
        body.maybe("temperature", refusals.allow(Parameter::Temperature, sampling.temperature));
        body.maybe("top_p", refusals.allow(Parameter::TopP, sampling.top_p));
        if refusals.has(Parameter::MaxTokens) {
            body.maybe("max_completion_tokens", sampling.max_tokens);
        } else {
            body.maybe("max_tokens", sampling.max_tokens);
        }
        let stop = Some(&sampling.stop).filter(|stop| !stop.is_empty());
        body.maybe("stop", refusals.allow(Parameter::Stop, stop));
        body.maybe("seed", refusals.allow(Parameter::Seed, sampling.seed));
        body.maybe("reasoning_effort", self.config.placed.get("reasoning_effort"));
        let format = match &request.json_schema {
            Some(schema) => Some(Cow::Owned(json!({
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": is_strict(schema), "schema": schema},
            }))),
            None => self.config.placed.get("response_format").map(Cow::Borrowed),
        };
        body.maybe("response_format", refusals.allow(Parameter::Schema, format));
        body.finish()
    }

    fn read(&self, request: &ChatRequest, answered: Answered<Completion<'static>>) -> Result<ChatAnswer, ModelError> {
        let Answered { value, body, latency_ms } = answered;
        let teller = self.connection.teller();
        if let Some(error) = value.error.filter(|error| !error.is_null()) {
            return Err(teller.inside(&error).error);
        }
        let Some(choice) = value.choices.into_iter().flatten().next() else {
            return Err(teller.unreadable(&body, "no choices"));
        };
        if let Some(error) = choice.error.filter(|error| !error.is_null()) {
            return Err(teller.inside(&error).error);
        }
        let message = choice.message.unwrap_or_default();
        let mut text = message.content.map(Content::text).unwrap_or_default();
        let refusal = message.refusal.filter(|refusal| text.is_empty() && !refusal.is_empty());
        let finish = match choice.finish_reason.as_deref() {
            _ if let Some(refusal) = refusal => {
                text = refusal;
                FinishReason::ContentFilter
            }
            None | Some("stop" | "eos" | "end_turn") => FinishReason::Stop,
            Some("length") => FinishReason::Length,
            Some("content_filter") => {
                withheld(&mut text, "content filter");
                FinishReason::ContentFilter
            }
            Some("error") => return Err(teller.unreadable(&body, "the answer broke off")),
            Some(_) => FinishReason::Other,
        };
        let (counted, stated) = value.usage.map(ChatUsage::read).unzip();
        let usage = account(counted, request, &text, self.connection.counters());
        let stated = stated.flatten();
        let cost = self.connection.price().cost(usage).or(stated);
        Ok(ChatAnswer { text, usage, cost, latency_ms, finish, cached: false, shared: false })
    }
}

impl ModelClient for OpenAiChat {
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

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    usage: Option<ChatUsage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    message: Option<Message>,
    #[serde(default)]
    finish_reason: Option<Cow<'a, str>>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    refusal: Option<String>,
}

/// A text, or parts of which some are texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Value>),
}

impl Content {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        }
    }
}

/// OpenAI's usage: `prompt_tokens` counts cached ones too.
#[derive(Deserialize)]
pub(super) struct ChatUsage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    #[serde(default)]
    prompt_tokens_details: Option<PromptDetails>,
    /// OpenRouter's own sum in USD.
    #[serde(default)]
    cost: Option<f64>,
}

#[derive(Deserialize)]
struct PromptDetails {
    #[serde(default)]
    cached_tokens: Option<u64>,
    #[serde(default)]
    cache_write_tokens: Option<u64>,
}

impl ChatUsage {
    /// The usage, and the cost where the provider states it.
    pub(super) fn read(self) -> (Usage, Option<Usd>) {
        let details = self.prompt_tokens_details;
        let cache_read = details.as_ref().and_then(|details| details.cached_tokens).unwrap_or(0);
        let cache_write = details.as_ref().and_then(|details| details.cache_write_tokens).unwrap_or(0);
        let usage = Usage { input: self.prompt_tokens, output: self.completion_tokens, cache_read, cache_write };
        (usage, self.cost.filter(|usd| *usd >= 0.0).map(Usd))
    }
}
