//! Simulated models that count, fail, refuse or hang, and a look at what is asked twice.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use clade_domain::{ChatAnswer, ChatRequest, ContentHash, Usage};
use clade_models::{
    CallContext, ClientFuture, ModelClient, ModelError,
    layers::{AnswerCache, AnswerRecord, KnownAnswer, ModelIdentity, cache_key},
};
use futures::future::BoxFuture;

/// What was asked and what was stored, over all processes of a run.
#[derive(Default)]
pub struct Asked {
    pub calls: AtomicUsize,
    /// Calls whose answer was stored already when they were made.
    pub repeated: AtomicUsize,
    pub stored: Mutex<BTreeSet<ContentHash>>,
    /// Told of each call and each stored answer.
    pub tell: Option<fn(&str, ContentHash)>,
}

impl Asked {
    pub fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }

    pub fn repeated(&self) -> usize {
        self.repeated.load(SeqCst)
    }
}

/// Counts calls that pass.
pub struct Watch {
    pub inner: Arc<dyn ModelClient>,
    pub identity: ModelIdentity,
    pub asked: Arc<Asked>,
}

impl ModelClient for Watch {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            let key = cache_key(&self.identity, request, context.sample);
            self.asked.calls.fetch_add(1, SeqCst);
            self.asked.repeated.fetch_add(usize::from(self.asked.stored.lock().unwrap().contains(&key)), SeqCst);
            if let Some(tell) = self.asked.tell {
                tell("ask", key);
            }
            self.inner.chat(request, context).await
        })
    }
}

/// Notes which answers are stored for certain.
pub struct Acknowledged {
    pub inner: Box<dyn AnswerCache>,
    pub asked: Arc<Asked>,
}

impl AnswerCache for Acknowledged {
    fn get(&self, key: ContentHash) -> BoxFuture<'_, Result<Option<KnownAnswer>, String>> {
        self.inner.get(key)
    }

    fn put(&self, answer: AnswerRecord) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let key = answer.key;
            self.inner.put(answer).await?;
            self.asked.stored.lock().unwrap().insert(key);
            if let Some(tell) = self.asked.tell {
                tell("ack", key);
            }
            Ok(())
        })
    }
}

/// What a scripted call does instead of answering.
pub enum Act {
    Answer,
    Fail(ModelError),
    Hang,
    Panic,
}

type Script = dyn Fn(usize, &ChatRequest, CallContext) -> Act + Send + Sync;

/// A simulated model that misbehaves by a script, which sees the call's number from 0.
pub struct SimulatedTrouble {
    inner: Arc<dyn ModelClient>,
    script: Arc<Script>,
    calls: AtomicUsize,
}

impl SimulatedTrouble {
    pub fn wrap(
        script: impl Fn(usize, &ChatRequest, CallContext) -> Act + Send + Sync + 'static,
    ) -> impl Fn(Arc<dyn ModelClient>) -> Arc<dyn ModelClient> + Send + Sync + 'static {
        let script: Arc<Script> = Arc::new(script);
        move |inner| Arc::new(Self { inner, script: script.clone(), calls: AtomicUsize::new(0) })
    }
}

impl ModelClient for SimulatedTrouble {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            // answers come back in an order of their own, as from a real provider
            let number = self.calls.fetch_add(1, SeqCst);
            for _ in 0..number * 7 % 5 {
                tokio::task::yield_now().await;
            }
            match (self.script)(number, request, context) {
                Act::Answer => self.inner.chat(request, context).await,
                Act::Fail(error) => Err(error),
                Act::Hang => std::future::pending().await,
                Act::Panic => panic!("a fault of ours, meant by a test"),
            }
        })
    }
}

pub fn bad_key() -> ModelError {
    ModelError::Permanent { model: "simulated".into(), message: "bad key".into(), fix: "set another".into() }
}

pub fn busy() -> ModelError {
    ModelError::Temporary { model: "simulated".into(), message: "busy".into(), retry_after: None, throttled: true }
}

pub fn nonsense() -> ModelError {
    let usage = Usage { output: 40, ..Usage::default() };
    ModelError::Unreadable { model: "simulated".into(), message: "<html>".into(), usage, cost: None }
}

pub fn refused() -> ModelError {
    ModelError::Request { model: "simulated".into(), message: "content refused".into() }
}
