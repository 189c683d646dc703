use std::sync::Arc;

use clade_domain::{ContentHash, FinishReason, RunId};
use clade_models::layers::{AnswerCache, AnswerRecord, KnownAnswer};
use clade_store::{PaidAnswer, Store};
use futures::future::BoxFuture;

use crate::now;

/// The store's answer log as the response cache of one run.
pub struct StoredAnswers {
    store: Arc<dyn Store>,
    run: RunId,
}

impl StoredAnswers {
    /// The cache of a run: what it puts is on its account, what others put is free.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, run: RunId) -> Self {
        Self { store, run }
    }
}

impl AnswerCache for StoredAnswers {
    fn get(&self, key: ContentHash) -> BoxFuture<'_, Result<Option<KnownAnswer>, String>> {
        Box::pin(async move {
            let found = self.store.answers(vec![key]).await.map_err(|error| error.to_string())?;
            Ok(found.into_iter().next().flatten().map(|answer| KnownAnswer {
                own: answer.run == self.run,
                model: answer.model,
                body: answer.body,
                usage: answer.usage,
                cost: answer.cost,
                latency_ms: answer.latency_ms,
                finish: finish(&answer.finish),
            }))
        })
    }

    fn put(&self, answer: AnswerRecord) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let paid = PaidAnswer {
                key: answer.key,
                run: self.run.clone(),
                role: Some(answer.role),
                model: answer.model,
                body: answer.body,
                usage: answer.usage,
                cost: answer.cost,
                latency_ms: answer.latency_ms,
                finish: word(answer.finish).to_owned(),
                at: now(),
            };
            self.store.put_answer(paid).await.map_err(|error| error.to_string())
        })
    }
}

const WORDS: [(FinishReason, &str); 4] = [
    (FinishReason::Stop, "stop"),
    (FinishReason::Length, "length"),
    (FinishReason::ContentFilter, "content_filter"),
    (FinishReason::Other, "other"),
];

fn word(reason: FinishReason) -> &'static str {
    WORDS.iter().find(|(known, _)| *known == reason).map_or("other", |(_, word)| word)
}

fn finish(word: &str) -> FinishReason {
    WORDS.iter().find(|(_, known)| *known == word).map_or(FinishReason::Other, |(reason, _)| *reason)
}
