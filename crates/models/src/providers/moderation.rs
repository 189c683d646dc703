use std::collections::BTreeMap;

use clade_domain::{ChatAnswer, ChatRequest};
use serde::Deserialize;
use serde_json::Value;

use super::{Connection, body::Body};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    config::ModelConfig,
};

/// OpenAI's moderation (`POST {base}/moderations`; OpenAI API reference, "Create moderation"). Chat is refused.
pub(crate) struct Moderation {
    connection: Connection,
    config: ModelConfig,
}

impl Moderation {
    pub(crate) fn new(connection: Connection, config: ModelConfig) -> Self {
        Self { connection, config }
    }

    async fn scores(&self, text: &str) -> Result<Vec<(String, f64)>, ModelError> {
        let build = || {
            let mut body = Body::new(text.len(), &self.config.body);
            body.field("model", self.connection.model());
            body.field("input", text);
            body.finish()
        };
        let answered = self.connection.ask::<Response>(|_| build()).await?;
        let teller = self.connection.teller();
        if let Some(error) = answered.value.error.filter(|error| !error.is_null()) {
            return Err(teller.inside(&error).error);
        }
        let Some(result) = answered.value.results.into_iter().next() else {
            return Err(teller.unreadable(&answered.body, "no results"));
        };
        let known = result.category_scores.into_iter().filter_map(|(name, score)| Some((name, score?)));
        let mut scores: Vec<(String, f64)> = known.map(|(name, score)| (name, score.clamp(0.0, 1.0))).collect();
        // stable: equal scores stay in order of their names
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(scores)
    }
}

impl ModelClient for Moderation {
    fn name(&self) -> &str {
        self.connection.full_name()
    }

    fn chat<'a>(&'a self, _: &'a ChatRequest, _: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(std::future::ready(Err(ModelError::unsupported(self.name(), "chat"))))
    }

    fn moderate<'a>(&'a self, text: &'a str, _: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        Box::pin(self.scores(text))
    }
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    results: Vec<Verdict>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Verdict {
    #[serde(default)]
    category_scores: BTreeMap<String, Option<f64>>,
}
