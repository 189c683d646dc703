use std::{sync::Arc, time::Duration};

use clade_domain::{CodeAnswer, CodeRequest, ContentHash, RunId, SandboxSpec, Usage, Usd};
use clade_store::{PaidAnswer, Store, StoreError};

use crate::now;

/// The answers of code in the store's answer log. What other runs executed is taken over, where the run takes over answers at all.
pub(super) struct KnownAnswers {
    store: Arc<dyn Store>,
    run: RunId,
    /// The backend's name.
    backend: &'static str,
    /// What all keys of this run have in common: the files, the limits, the isolation, and the run itself where it shares nothing.
    common: ContentHash,
}

impl KnownAnswers {
    pub(super) fn new(
        store: Arc<dyn Store>,
        run: RunId,
        spec: &SandboxSpec,
        backend: &'static str,
        shared: bool,
    ) -> Self {
        // who gets a sandbox of his own, and where the interpreters lie, changes no answer
        let own = if shared { "" } else { run.as_str() };
        let parts = serde_json::json!([spec.files, spec.limits, spec.isolation, own]).to_string();
        Self { store, run, backend, common: ContentHash::of_parts([backend.as_bytes(), parts.as_bytes()]) }
    }

    /// The key of a request's answer.
    pub(super) fn key(&self, request: &CodeRequest) -> ContentHash {
        // writing to memory cannot fail
        let request = serde_json::to_vec(request).unwrap_or_default();
        ContentHash::of_parts([b"code".as_slice(), &self.common.0, &request])
    }

    /// The answer under a key; `None` too where a later version wrote it in a way that this one cannot read.
    pub(super) async fn get(&self, key: ContentHash) -> Result<Option<CodeAnswer>, StoreError> {
        let found = self.store.answers(vec![key]).await?.into_iter().flatten().next();
        Ok(found.and_then(|answer| serde_json::from_str(&answer.body).ok()))
    }

    /// Durable when ready: only then is the answer used.
    pub(super) async fn put(&self, key: ContentHash, answer: &CodeAnswer, took: Duration) -> Result<(), StoreError> {
        let row = PaidAnswer {
            key,
            run: self.run.clone(),
            role: None,
            model: format!("sandbox:{}", self.backend),
            body: serde_json::to_string(answer).unwrap_or_default(),
            usage: Usage::default(),
            cost: Some(Usd(0.0)),
            latency_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            finish: "stop".to_owned(),
            at: now(),
        };
        self.store.put_answer(row).await
    }
}
