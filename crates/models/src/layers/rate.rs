use std::sync::Arc;

use clade_domain::{ChatAnswer, ChatRequest, Usage, Usd};

use super::{Pacer, pacer::Pass};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    usage::{estimate_request, estimate_tokens},
};

/// Lets every try wait for its turn at the provider's [`Pacer`], and tells the pacer what came of it.
pub struct RateLayer {
    inner: Arc<dyn ModelClient>,
    pacer: Arc<Pacer>,
}

impl RateLayer {
    /// Around a client; the pacer is shared by all clients of a provider.
    #[must_use]
    pub fn new(inner: Arc<dyn ModelClient>, pacer: Arc<Pacer>) -> Self {
        Self { inner, pacer }
    }

    fn note<T>(&self, pass: Pass, result: &Result<T, ModelError>, usage: impl FnOnce(&T) -> u64) {
        match result {
            Ok(answer) => self.pacer.answered(pass, usage(answer)),
            Err(ModelError::Temporary { throttled: true, retry_after, .. }) => self.pacer.throttled(pass, *retry_after),
            Err(_) => self.pacer.failed(pass),
        }
    }
}

impl ModelClient for RateLayer {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            let pass = self.pacer.admit(estimate_request(request)).await;
            let result = self.inner.chat(request, context).await;
            self.note(pass, &result, |answer| answer.usage.total());
            result
        })
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        Box::pin(async move {
            let pass = self.pacer.admit(texts.iter().map(|text| estimate_tokens(text)).sum()).await;
            let result = self.inner.embed(texts, context).await;
            self.note(pass, &result, |(_, usage, _)| usage.total());
            result
        })
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        Box::pin(async move {
            let pass = self.pacer.admit(estimate_tokens(text)).await;
            let result = self.inner.moderate(text, context).await;
            self.note(pass, &result, |_| estimate_tokens(text));
            result
        })
    }
}
