use clade_domain::{ChatAnswer, ChatRequest, FinishReason, Usage};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Connection, Parameter, Refusals,
    body::{Body, in_force},
    connection::Answered,
};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    config::ModelConfig,
    usage::{account, estimate_request},
};

/// Ollama's own API (`POST {base}/api/chat`; Ollama API documentation, "Generate a chat completion").
///
/// Ollama cuts a prompt that is longer than its context window without a word; where it has read less than a quarter of what
/// the request holds by our estimate, a warning names `num_ctx`.
pub(crate) struct Ollama {
    connection: Connection,
    config: ModelConfig,
}

impl Ollama {
    pub(crate) fn new(connection: Connection, config: ModelConfig) -> Self {
        Self { connection, config }
    }

    fn body(&self, request: &ChatRequest, refusals: &Refusals) -> Vec<u8> {
        let size = request.messages.iter().map(|message| message.content.len() + 48).sum();
        let sampling = in_force(&request.sampling, &self.config.sampling);
        let placed = &self.config.placed;
        let mut body = Body::new(size, &self.config.body);
        body.field("model", self.connection.model());
        body.field("messages", &request.messages);
        body.field("stream", &false);
        let format = placed.get("response_format").and_then(|format| format.pointer("/json_schema/schema"));
        let format = request.json_schema.as_ref().or_else(|| placed.get("format")).or(format);
        body.maybe("format", refusals.allow(Parameter::Schema, format));
        let mut options: Map<String, Value> =
            placed.get("options").and_then(Value::as_object).cloned().unwrap_or_default();
        for name in ["num_ctx", "top_k", "repeat_penalty", "min_p"] {
            if let Some(value) = placed.get(name) {
                options.insert(name.to_owned(), value.clone());
            }
        }
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                options.insert(name.to_owned(), value);
            }
        };
        put("temperature", sampling.temperature.map(Value::from));
        put("top_p", sampling.top_p.map(Value::from));
        put("num_predict", sampling.max_tokens.map(Value::from));
        put("stop", Some(sampling.stop).filter(|stop| !stop.is_empty()).map(Value::from));
        put("seed", sampling.seed.map(Value::from));
        if !options.is_empty() {
            body.field("options", &options);
        }
        body.finish()
    }

    fn read(&self, request: &ChatRequest, answered: Answered<Response>) -> Result<ChatAnswer, ModelError> {
        let Answered { value, body, latency_ms } = answered;
        let teller = self.connection.teller();
        if let Some(error) = value.error.filter(|error| !error.is_null()) {
            return Err(teller.inside(&error).error);
        }
        let Some(message) = value.message else { return Err(teller.unreadable(&body, "no message")) };
        let text = message.content;
        let finish = match value.done_reason.as_deref() {
            None | Some("stop") => FinishReason::Stop,
            Some("length") => FinishReason::Length,
            Some(_) => FinishReason::Other,
        };
        let estimate = estimate_request(request);
        if value.prompt_eval_count.is_some_and(|read| read > 0 && read < estimate / 4) {
            tracing::warn!(
                gen_ai.request.model = self.connection.model(),
                gen_ai.usage.input_tokens = value.prompt_eval_count,
                estimated_tokens = estimate,
                "ollama has read much less than it was sent; if its context window is too small, raise num_ctx in the model's config"
            );
        }
        let counted = value.eval_count.map(|output| Usage {
            // what it had in its cache it leaves out
            input: value.prompt_eval_count.unwrap_or(estimate),
            output,
            ..Usage::default()
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

impl ModelClient for Ollama {
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
struct Response {
    #[serde(default)]
    message: Option<Message>,
    #[serde(default)]
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: Option<u64>,
    #[serde(default)]
    eval_count: Option<u64>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: String,
}
