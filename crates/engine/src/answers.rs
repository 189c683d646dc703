use std::sync::Arc;

use clade_domain::{ContentHash, FinishReason, RunId};
use clade_models::layers::{AnswerCache, AnswerRecord, KnownAnswer};
use clade_store::{PaidAnswer, Store};
use futures::future::BoxFuture;

use crate::{Sharing, now};

/// The store's answer log as the response cache of one run.
pub struct StoredAnswers {
    store: Arc<dyn Store>,
    run: RunId,
    sharing: Option<Arc<Sharing>>,
}

impl StoredAnswers {
    /// The cache of a run: what it puts is on its account, what others put is free.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, run: RunId) -> Self {
        Self { store, run, sharing: None }
    }

    /// The same, with answers of processes that have another system of record.
    #[must_use]
    pub fn sharing(self, sharing: Option<Arc<Sharing>>) -> Self {
        Self { sharing, ..self }
    }

    fn known(&self, answer: PaidAnswer) -> KnownAnswer {
        KnownAnswer {
            own: answer.run == self.run,
            model: answer.model,
            body: answer.body,
            usage: answer.usage,
            cost: answer.cost,
            latency_ms: answer.latency_ms,
            finish: finish(&answer.finish),
        }
    }
}

impl AnswerCache for StoredAnswers {
    fn get(&self, key: ContentHash) -> BoxFuture<'_, Result<Option<KnownAnswer>, String>> {
        Box::pin(async move {
            let found = self.store.answers(vec![key]).await.map_err(|error| error.to_string())?;
            let found = found.into_iter().next().flatten();
            if let (None, Some(sharing)) = (&found, &self.sharing)
                && let Some(answer) = sharing.find(key).await
            {
                // in the log before it is used, whoever bought it: a run that is resumed finds it there
                self.store.put_answer(answer.clone()).await.map_err(|error| error.to_string())?;
                return Ok(Some(self.known(answer)));
            }
            Ok(found.map(|answer| self.known(answer)))
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
            self.store.put_answer(paid.clone()).await.map_err(|error| error.to_string())?;
            if let Some(sharing) = &self.sharing {
                sharing.share(paid).await;
            }
            Ok(())
        })
    }

    fn hold(&self, key: ContentHash) -> BoxFuture<'_, ()> {
        match &self.sharing {
            Some(sharing) => Box::pin(sharing.hold(key)),
            None => Box::pin(std::future::pending()),
        }
    }

    fn give_up(&self, key: ContentHash) -> BoxFuture<'_, ()> {
        match &self.sharing {
            Some(sharing) => Box::pin(sharing.give_up(key)),
            None => Box::pin(std::future::ready(())),
        }
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
