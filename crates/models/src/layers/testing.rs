//! A client whose answers a test writes, and a log that forgets.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use clade_domain::{ChatAnswer, ChatRequest, ContentHash, FinishReason, ModelRole, Usage, Usd};
use futures::{
    FutureExt,
    future::{BoxFuture, ready},
};

use super::{AnswerCache, AnswerRecord, KnownAnswer};
use crate::client::{CallContext, ClientFuture, ModelClient, ModelError};

pub(crate) struct Seen {
    /// Calls before this one.
    pub number: usize,
    /// Calls in flight, this one included.
    pub in_flight: usize,
}

type Script = dyn Fn(Seen) -> (Duration, Result<ChatAnswer, ModelError>) + Send + Sync;

pub(crate) struct Scripted {
    script: Box<Script>,
    calls: AtomicUsize,
    in_flight: AtomicUsize,
    most: AtomicUsize,
}

impl Scripted {
    pub(crate) fn new(
        script: impl Fn(Seen) -> (Duration, Result<ChatAnswer, ModelError>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            script: Box::new(script),
            calls: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.most.load(SeqCst)
    }
}

impl ModelClient for Scripted {
    fn name(&self) -> &str {
        "test:scripted"
    }

    fn chat<'a>(&'a self, _: &'a ChatRequest, _: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            let number = self.calls.fetch_add(1, SeqCst);
            let in_flight = self.in_flight.fetch_add(1, SeqCst) + 1;
            self.most.fetch_max(in_flight, SeqCst);
            let (latency, result) = (self.script)(Seen { number, in_flight });
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            self.in_flight.fetch_sub(1, SeqCst);
            result
        })
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        Box::pin(async move {
            let request = ChatRequest::user("embed");
            let answer = self.chat(&request, context).await?;
            Ok((vec![vec![0.5, 1.0]; texts.len()], answer.usage, answer.cost))
        })
    }

    fn moderate<'a>(&'a self, _: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        Box::pin(async move {
            let request = ChatRequest::user("moderate");
            self.chat(&request, context).await?;
            Ok(vec![("hate".to_owned(), 0.5)])
        })
    }
}

/// Answers in memory.
#[derive(Default)]
pub(crate) struct Memory {
    pub answers: Mutex<HashMap<ContentHash, AnswerRecord>>,
    pub full: bool,
    pub foreign: AtomicBool,
}

impl AnswerCache for Memory {
    fn get(&self, key: ContentHash) -> BoxFuture<'_, Result<Option<KnownAnswer>, String>> {
        let found = self.answers.lock().unwrap().get(&key).cloned().map(|record| KnownAnswer {
            model: record.model,
            body: record.body,
            usage: record.usage,
            cost: record.cost,
            latency_ms: record.latency_ms,
            finish: record.finish,
            own: !self.foreign.load(SeqCst),
        });
        ready(Ok(found)).boxed()
    }

    fn put(&self, answer: AnswerRecord) -> BoxFuture<'_, Result<(), String>> {
        if self.full {
            return ready(Err("the disk is full".to_owned())).boxed();
        }
        self.answers.lock().unwrap().insert(answer.key, answer);
        ready(Ok(())).boxed()
    }
}

/// An answer of 10 tokens in, 5 out, for a cent.
pub(crate) fn answer(text: &str) -> ChatAnswer {
    ChatAnswer {
        text: text.to_owned(),
        usage: Usage { input: 10, output: 5, ..Usage::default() },
        cost: Some(Usd(0.01)),
        latency_ms: 7,
        finish: FinishReason::Stop,
        cached: false,
        shared: false,
    }
}

pub(crate) fn context() -> CallContext {
    CallContext { role: ModelRole::Task, sample: 0 }
}
