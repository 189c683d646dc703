use clade_domain::{ChatAnswer, ChatRequest, Usage, Usd};
use serde::Deserialize;
use serde_json::Value;

use super::{Connection, body::Body, openai_chat::ChatUsage};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    config::ModelConfig,
    layers::Counters,
    usage::estimate_tokens,
};

/// Whose wire format carries the vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmbeddingWire {
    /// `POST {base}/embeddings` of OpenAI and what is compatible (OpenAI API reference, "Create embeddings").
    OpenAi,
    /// `POST {base}/api/embed` of Ollama (Ollama API documentation, "Generate Embeddings").
    Ollama,
}

/// Vectors of texts. Chat is refused.
pub(crate) struct Embeddings {
    connection: Connection,
    config: ModelConfig,
    wire: EmbeddingWire,
}

impl Embeddings {
    pub(crate) fn new(connection: Connection, config: ModelConfig, wire: EmbeddingWire) -> Self {
        Self { connection, config, wire }
    }

    fn body(&self, texts: &[String]) -> Vec<u8> {
        let mut body = Body::new(texts.iter().map(|text| text.len() + 8).sum(), &self.config.body);
        body.field("model", self.connection.model());
        body.field("input", texts);
        if self.wire == EmbeddingWire::OpenAi {
            body.field("encoding_format", "float");
            body.maybe("dimensions", self.config.placed.get("dimensions"));
        }
        body.finish()
    }

    async fn vectors(&self, texts: &[String]) -> Result<(Vec<Vec<f32>>, Usage, Option<Usd>), ModelError> {
        if texts.is_empty() {
            return Ok((Vec::new(), Usage::default(), Some(Usd::default())));
        }
        let answered = self.connection.ask::<Response>(|_| self.body(texts)).await?;
        let teller = self.connection.teller();
        let Response { data, embeddings, usage, prompt_eval_count, error } = answered.value;
        if let Some(error) = error.filter(|error| !error.is_null()) {
            return Err(teller.inside(&error).error);
        }
        let vectors = match (data, embeddings) {
            (Some(mut data), _) => {
                // the order is the order of `index`, whatever the order of the list
                data.sort_by_key(|one| one.index);
                data.into_iter().map(|one| one.embedding).collect()
            }
            (None, Some(embeddings)) => embeddings,
            (None, None) => Vec::new(),
        };
        let length = vectors.first().map_or(0, Vec::len);
        if vectors.len() != texts.len() || length == 0 || vectors.iter().any(|vector| vector.len() != length) {
            let why = format!("{} vectors for {} texts, or of different lengths", vectors.len(), texts.len());
            return Err(teller.unreadable(&answered.body, &why));
        }
        let told = usage.map(|usage| usage.read().0).or(prompt_eval_count.map(input));
        let usage = told.unwrap_or_else(|| {
            Counters::add(&self.connection.counters().estimated_usage);
            input(texts.iter().map(|text| estimate_tokens(text)).sum())
        });
        Ok((vectors, usage, self.connection.price().cost(usage)))
    }
}

fn input(tokens: u64) -> Usage {
    Usage { input: tokens, ..Usage::default() }
}

impl ModelClient for Embeddings {
    fn name(&self) -> &str {
        self.connection.full_name()
    }

    fn chat<'a>(&'a self, _: &'a ChatRequest, _: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(std::future::ready(Err(ModelError::unsupported(self.name(), "chat"))))
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        _: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        Box::pin(self.vectors(texts))
    }
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    data: Option<Vec<One>>,
    #[serde(default)]
    embeddings: Option<Vec<Vec<f32>>>,
    #[serde(default)]
    usage: Option<ChatUsage>,
    #[serde(default)]
    prompt_eval_count: Option<u64>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct One {
    #[serde(default)]
    index: u64,
    embedding: Vec<f32>,
}
