use std::{collections::BTreeMap, sync::Arc, time::Duration};

use clade_domain::{ContentHash, Language, RunId, SandboxSpec, Usage, Usd};
use clade_sandbox::Interpreter;
use clade_store::{PaidAnswer, Store, StoreError};
use serde::{Serialize, de::DeserializeOwned};

use crate::now;

/// The answers of code in the store's answer log. What other runs executed is taken over, where the run takes over answers at all.
pub(super) struct KnownAnswers {
    store: Arc<dyn Store>,
    run: RunId,
    /// The backend's name.
    backend: &'static str,
    /// What all keys of this run have in common: the files, the limits, the isolation, the image, the interpreters, the state that sandboxes start from, and the
    /// run itself where it shares nothing.
    common: ContentHash,
}

/// An answer that was there already.
pub(super) struct Known<T> {
    pub answer: T,
    /// Whether this run executed it.
    pub own: bool,
}

impl KnownAnswers {
    pub(super) fn new(
        store: Arc<dyn Store>,
        run: RunId,
        spec: &SandboxSpec,
        interpreters: &BTreeMap<Language, Interpreter>,
        backend: &'static str,
        shared: bool,
    ) -> Self {
        // who gets a sandbox of his own changes no answer
        let own = if shared { "" } else { run.as_str() };
        let interpreters: Vec<_> =
            interpreters.iter().map(|(language, found)| (language, &found.program, &found.version)).collect();
        let mut parts = serde_json::json!([spec.files, spec.limits, spec.isolation, own, spec.image, interpreters]);
        if let (Some(parts), Some(from)) = (parts.as_array_mut(), &spec.from) {
            parts.push(from.as_str().into());
        }
        let parts = parts.to_string();
        Self { store, run, backend, common: ContentHash::of_parts([backend.as_bytes(), parts.as_bytes()]) }
    }

    /// The key of the answer to what is asked.
    pub(super) fn key(&self, kind: &str, asked: &impl Serialize) -> ContentHash {
        // writing to memory cannot fail
        let asked = serde_json::to_vec(asked).unwrap_or_default();
        ContentHash::of_parts([kind.as_bytes(), &self.common.0, &asked])
    }

    /// The answer under a key; `None` too where a later version wrote it in a way that this one cannot read.
    pub(super) async fn get<T: DeserializeOwned>(&self, key: ContentHash) -> Result<Option<Known<T>>, StoreError> {
        let found = self.store.answers(vec![key]).await?.into_iter().flatten().next();
        Ok(found.and_then(|row| {
            let answer = serde_json::from_str(&row.body).ok()?;
            Some(Known { answer, own: row.run == self.run })
        }))
    }

    /// Keeps a text that a trial will name by its hash. Durable when ready.
    pub(super) async fn keep_text(&self, text: &str) -> Result<(), StoreError> {
        self.store.put_texts(vec![text.to_owned()]).await?;
        Ok(())
    }

    /// Durable when ready: only then is the answer used.
    pub(super) async fn put(
        &self,
        key: ContentHash,
        answer: &impl Serialize,
        took: Duration,
    ) -> Result<(), StoreError> {
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
