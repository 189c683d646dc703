use std::sync::Arc;

use clade_domain::{ChatAnswer, ChatRequest, Usage, Usd};
use tokio_util::sync::CancellationToken;

use super::Ledger;
use crate::client::{CallContext, ClientFuture, ModelClient, ModelError};

/// Begins no call once the run is being put down, or what it bought proved to be beyond its budget: those that queued for a place are
/// given back unpaid, those in flight end. Lies inside the concurrency layer, so that it looks when the place is free.
pub struct StopLayer {
    inner: Arc<dyn ModelClient>,
    stopping: CancellationToken,
    ledger: Arc<Ledger>,
}

impl StopLayer {
    /// Around a client, until the token is cancelled or the ledger overrun.
    #[must_use]
    pub fn new(inner: Arc<dyn ModelClient>, stopping: CancellationToken, ledger: Arc<Ledger>) -> Self {
        Self { inner, stopping, ledger }
    }

    fn unless_stopped<'a, T: Send + 'a>(
        &'a self,
        call: impl FnOnce() -> ClientFuture<'a, T> + Send + 'a,
    ) -> ClientFuture<'a, T> {
        Box::pin(async move {
            if self.stopping.is_cancelled() {
                return Err(ModelError::Stopped { model: self.inner.name().to_owned() });
            }
            if let Some(limit) = self.ledger.overrun() {
                return Err(ModelError::BudgetSpent { limit });
            }
            call().await
        })
    }
}

impl ModelClient for StopLayer {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        self.unless_stopped(move || self.inner.chat(request, context))
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        self.unless_stopped(move || self.inner.embed(texts, context))
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        self.unless_stopped(move || self.inner.moderate(text, context))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clade_domain::{Budget, Spent};

    use super::*;
    use crate::layers::testing::{Scripted, answer, context};

    #[tokio::test(start_paused = true)]
    async fn what_began_ends_and_nothing_begins() {
        let client = Arc::new(Scripted::new(|_| (Duration::from_secs(5), Ok(answer("in time")))));
        let stopping = CancellationToken::new();
        let ledger = Arc::new(Ledger::new(Budget::default(), Spent::default()));
        let layer = StopLayer::new(client.clone(), stopping.clone(), ledger);
        let request = ChatRequest::user("q");
        let stop = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            stopping.cancel();
        };
        let (flying, ()) = tokio::join!(layer.chat(&request, context()), stop);
        assert_eq!(flying.map(|answer| answer.text), Ok("in time".to_owned()));
        assert!(matches!(layer.chat(&request, context()).await, Err(ModelError::Stopped { .. })));
        assert_eq!(client.calls(), 1);
    }
}
