use clade_domain::{ChatAnswer, ChatRequest, FinishReason, Usage};
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

/// OpenAI's Responses (`POST {base}/responses`; OpenAI API reference, "Create a model response"). Nothing is kept at the
/// provider (`store: false`) unless the user asks for it. There is no `stop` and no `seed`: a stop text cuts the answer here.
pub(crate) struct OpenAiResponses {
    connection: Connection,
    config: ModelConfig,
}

impl OpenAiResponses {
    pub(crate) fn new(connection: Connection, config: ModelConfig) -> Self {
        Self { connection, config }
    }

    fn body(&self, request: &ChatRequest, refusals: &Refusals) -> Vec<u8> {
        let size = request.messages.iter().map(|message| message.content.len() + 48).sum();
        let sampling = in_force(&request.sampling, &self.config.sampling);
        let placed = &self.config.placed;
        let mut body = Body::new(size, &self.config.body);
        body.field("model", self.connection.model());
        body.maybe("instructions", placed.get("instructions"));
        body.field("input", &request.messages);
        body.field("store", &false);
        body.maybe("max_output_tokens", sampling.max_tokens);
        body.maybe("temperature", refusals.allow(Parameter::Temperature, sampling.temperature));
        body.maybe("top_p", refusals.allow(Parameter::TopP, sampling.top_p));
        match (placed.get("reasoning"), placed.get("reasoning_effort")) {
            (Some(reasoning), _) => body.field("reasoning", reasoning),
            (None, Some(effort)) => body.field("reasoning", &json!({"effort": effort})),
            (None, None) => {}
        }
        let format = match &request.json_schema {
            Some(schema) => {
                Some(json!({"type": "json_schema", "name": "answer", "strict": is_strict(schema), "schema": schema}))
            }
            None => placed.get("response_format").map(flatten_format),
        };
        body.maybe("text", refusals.allow(Parameter::Schema, format).map(|format| json!({"format": format})));
        body.finish()
    }

    fn read(&self, request: &ChatRequest, answered: Answered<Response>) -> Result<ChatAnswer, ModelError> {
        let Answered { value, body, latency_ms } = answered;
        let teller = self.connection.teller();
        if let Some(error) = value.error.filter(|error| !error.is_null()) {
            return Err(teller.inside(&error).error);
        }
        let Some(output) = value.output else { return Err(teller.unreadable(&body, "no output")) };
        let (mut text, mut refusal) = (String::new(), None);
        for part in output.into_iter().filter(|item| item.kind == "message").flat_map(|item| item.content) {
            text.push_str(part.text.as_deref().unwrap_or_default());
            refusal = refusal.or(part.refusal);
        }
        let refusal = refusal.filter(|refusal| text.is_empty() && !refusal.is_empty());
        let why = value.incomplete_details.and_then(|details| details.reason);
        let mut finish = match (value.status.as_deref(), why.as_deref()) {
            (Some("incomplete"), Some("max_output_tokens")) => FinishReason::Length,
            _ if let Some(refusal) = refusal => {
                text = refusal;
                FinishReason::ContentFilter
            }
            (Some("incomplete"), Some("content_filter")) => {
                withheld(&mut text, "content filter");
                FinishReason::ContentFilter
            }
            (Some("failed" | "cancelled"), _) => return Err(teller.unreadable(&body, "the answer failed")),
            (Some("incomplete"), _) => FinishReason::Other,
            _ => FinishReason::Stop,
        };
        let counted = value.usage.map(ResponseUsage::read);
        let usage = account(counted, request, &text, self.connection.counters());
        let stop = if request.sampling.stop.is_empty() { &self.config.sampling.stop } else { &request.sampling.stop };
        if let Some(at) = stop.iter().filter(|stop| !stop.is_empty()).filter_map(|stop| text.find(stop.as_str())).min()
        {
            text.truncate(at);
            finish = FinishReason::Stop;
        }
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

/// Chat Completions' `response_format` as the Responses write it: the schema's fields stand beside its type.
fn flatten_format(format: &Value) -> Value {
    match format.get("json_schema").and_then(Value::as_object) {
        Some(schema) => {
            let mut flat = schema.clone();
            flat.insert("type".to_owned(), json!("json_schema"));
            Value::Object(flat)
        }
        None => format.clone(),
    }
}

impl ModelClient for OpenAiResponses {
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
    status: Option<String>,
    #[serde(default)]
    output: Option<Vec<Item>>,
    #[serde(default)]
    incomplete_details: Option<Incomplete>,
    #[serde(default)]
    usage: Option<ResponseUsage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    content: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Incomplete {
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Deserialize)]
struct ResponseUsage {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    #[serde(default)]
    input_tokens_details: Option<InputDetails>,
}

#[derive(Deserialize)]
struct InputDetails {
    #[serde(default)]
    cached_tokens: Option<u64>,
    #[serde(default)]
    cache_write_tokens: Option<u64>,
}

impl ResponseUsage {
    fn read(self) -> Usage {
        let details = self.input_tokens_details;
        Usage {
            input: self.input_tokens,
            output: self.output_tokens,
            cache_read: details.as_ref().and_then(|details| details.cached_tokens).unwrap_or(0),
            cache_write: details.as_ref().and_then(|details| details.cache_write_tokens).unwrap_or(0),
        }
    }
}
