use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use clade_domain::{ChatAnswer, ChatRequest, Limit, ModelRole, Usage, Usd};

use super::{Estimate, Ledger};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    prices::Price,
    usage::{estimate_request, estimate_tokens},
};

/// Tokens of an answer before any was seen, where nothing limits it.
pub(crate) const UNSEEN_ANSWER: u64 = 1_000;

/// Reserves the worst case of each call in the [`Ledger`], and settles what it took.
///
/// The worst case is the estimated input and the limit that the user set on the answer; where none is set, twice the mean of the
/// answers so far to the same role.
pub struct BudgetLayer {
    inner: Arc<dyn ModelClient>,
    ledger: Arc<Ledger>,
    price: Price,
    max_tokens: Option<u32>,
    seen: [Seen; 3],
}

#[derive(Default)]
struct Seen {
    answers: AtomicU64,
    tokens: AtomicU64,
}

impl BudgetLayer {
    /// Around a client of this price. `max_tokens` is what the user set for the model; it holds where a request has none.
    #[must_use]
    pub fn new(inner: Arc<dyn ModelClient>, ledger: Arc<Ledger>, price: Price, max_tokens: Option<u32>) -> Self {
        Self { inner, ledger, price, max_tokens, seen: Default::default() }
    }

    fn seen(&self, role: ModelRole) -> &Seen {
        match role {
            ModelRole::Task => &self.seen[0],
            ModelRole::Reflection => &self.seen[1],
            ModelRole::Judge => &self.seen[2],
        }
    }

    fn estimate(&self, role: ModelRole, request: &ChatRequest) -> Usage {
        let input = estimate_request(request);
        let output = match request.sampling.max_tokens.or(self.max_tokens) {
            Some(most) => u64::from(most),
            None => {
                let seen = self.seen(role);
                let answers = seen.answers.load(Relaxed);
                (2 * seen.tokens.load(Relaxed)).checked_div(answers).unwrap_or(UNSEEN_ANSWER)
            }
        };
        Usage { input, output, ..Usage::default() }
    }

    /// Makes a call within the budget. `most` is what it may take.
    async fn within<T>(
        &self,
        role: ModelRole,
        most: Usage,
        call: ClientFuture<'_, T>,
        took: impl FnOnce(&T) -> (Usage, Option<Usd>),
    ) -> Result<T, ModelError> {
        if self.price == Price::Unknown && self.ledger.limits_usd() {
            return Err(unpriced(self.inner.name()));
        }
        let spent = |limit: Limit| ModelError::BudgetSpent { limit };
        let usd = self.price.worst(most.input, most.output).unwrap_or_default();
        let reserved = self.ledger.reserve(role, Estimate { tokens: most.total(), usd }).await;
        let reservation = reserved.map_err(spent)?;
        match call.await {
            Ok(answer) => {
                let (usage, cost) = took(&answer);
                reservation.settle(usage, cost);
                Ok(answer)
            }
            // most likely paid for, so it is booked: its tokens are estimated, as those of answers without usage
            Err(ModelError::Unreadable { model, message, usage, .. }) => {
                let usage = Usage { input: most.input, output: usage.output.min(most.output), ..usage };
                let cost = self.price.cost(usage);
                reservation.settle(usage, cost);
                Err(ModelError::Unreadable { model, message, usage, cost })
            }
            Err(error) => Err(error),
        }
    }
}

/// What is said where a budget in USD meets a model without a price.
pub(crate) fn unpriced(model: &str) -> ModelError {
    ModelError::Permanent {
        model: model.to_owned(),
        message: "its price is unknown, so a budget in USD cannot be kept".to_owned(),
        fix: "set `inputCost` and `outputCost` (USD for one token) in its config, or limit calls or tokens instead"
            .to_owned(),
    }
}

impl ModelClient for BudgetLayer {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            let most = self.estimate(context.role, request);
            let call = self.inner.chat(request, context);
            let answer = self.within(context.role, most, call, |answer| (answer.usage, answer.cost)).await?;
            let seen = self.seen(context.role);
            seen.tokens.fetch_add(answer.usage.output, Relaxed);
            seen.answers.fetch_add(1, Relaxed);
            Ok(answer)
        })
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        let input = texts.iter().map(|text| estimate_tokens(text)).sum();
        let call = self.inner.embed(texts, context);
        Box::pin(
            self.within(context.role, Usage { input, ..Usage::default() }, call, |(_, usage, cost)| (*usage, *cost)),
        )
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        Box::pin(async move {
            // moderation is free of charge where it is offered, but it is a call
            let reserved = self.ledger.reserve(context.role, Estimate::default()).await;
            let reservation = reserved.map_err(|limit| ModelError::BudgetSpent { limit })?;
            let scores = self.inner.moderate(text, context).await?;
            reservation.settle(Usage::default(), Some(Usd::default()));
            Ok(scores)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clade_domain::{Budget, Spent};
    use futures::{StreamExt, stream::FuturesUnordered};

    use super::*;
    use crate::layers::testing::{Scripted, answer, context};

    const PRICE: Price =
        Price::Known { input: 100.0, output: 2000.0, cache_read: 100.0, cache_write: 100.0, request: 0.0 };

    fn layer(budget: Budget, price: Price, max_tokens: Option<u32>) -> (BudgetLayer, Arc<Scripted>, Arc<Ledger>) {
        let client = Arc::new(Scripted::new(|seen| {
            let fails = seen.number % 4 == 3;
            let error = ModelError::Request { model: "m".into(), message: "no".into() };
            (Duration::from_millis(5), if fails { Err(error) } else { Ok(answer("ok")) })
        }));
        let ledger = Arc::new(Ledger::new(budget, Spent::default()));
        (BudgetLayer::new(client.clone(), ledger.clone(), price, max_tokens), client, ledger)
    }

    #[tokio::test(start_paused = true)]
    async fn never_overruns_whatever_is_in_flight() {
        for budget in [
            Budget { calls: Some(30), ..Budget::default() },
            Budget { tokens: Some(450), ..Budget::default() },
            Budget { usd: Some(0.3), ..Budget::default() },
        ] {
            let (layer, _, ledger) = layer(budget, PRICE, Some(5));
            let request = ChatRequest::user("0123456789012345678901234");
            let (layer, request) = (&layer, &request);
            let calls = (0..200).map(|_| layer.chat(request, context()));
            let results: Vec<_> = calls.collect::<FuturesUnordered<_>>().collect().await;
            assert!(results.iter().any(|r| matches!(r, Err(ModelError::BudgetSpent { .. }))), "{budget:?}");
            let spent = ledger.spent();
            assert!(spent.calls <= 30, "{budget:?}: {spent:?}");
            assert!(
                spent.calls >= 28 && spent.usd.0 <= 0.3 + 1e-9,
                "what failed calls had reserved is used by others: {spent:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn unknown_answers_are_reserved_by_what_was_seen() {
        let (layer, ..) = layer(Budget::default(), PRICE, None);
        let request = ChatRequest::user("");
        assert_eq!(layer.estimate(ModelRole::Task, &request).total(), 4 + 1_000);
        layer.chat(&request, context()).await.unwrap();
        assert_eq!(layer.estimate(ModelRole::Task, &request).total(), 4 + 10);
        assert_eq!(layer.estimate(ModelRole::Judge, &request).total(), 4 + 1_000, "each role for itself");
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_price_and_a_limit_in_usd_do_not_go_together() {
        let (layer, client, _) = layer(Budget { usd: Some(1.0), ..Budget::default() }, Price::Unknown, None);
        let request = ChatRequest::user("q");
        let error = layer.chat(&request, context()).await.unwrap_err().to_string();
        assert!(error.contains("inputCost"), "{error}");
        assert_eq!(client.calls(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn vectors_and_verdicts_are_calls_too() {
        let (layer, _, ledger) = layer(Budget::default(), PRICE, None);
        layer.embed(&["a".to_owned()], context()).await.unwrap();
        layer.moderate("a", CallContext { role: ModelRole::Judge, sample: 0 }).await.unwrap();
        let spent = ledger.spent();
        assert_eq!((spent.calls, spent.task_calls, spent.judge_calls, spent.tokens_in), (2, 1, 1, 10));
    }
}
