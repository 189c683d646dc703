use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
};

use clade_domain::{ChatAnswer, ChatRequest, ContentHash, ModelRole, Usage, Usd};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    AnswerCache, Counters,
    patience::{RetryPolicy, Tally, Unheard},
    unreadable::Unreadable,
};
use crate::client::{CallContext, ClientFuture, ModelClient, ModelError};

/// Tries again after temporary failures: exponential backoff with full jitter (a uniform draw from zero to the cap of that
/// try, as in "Exponential Backoff And Jitter", AWS Architecture Blog 2015), never sooner than the provider says. Gives up
/// as a failure of that request, or of the model where it has never answered. Everything else passes at once.
///
/// An answer that cannot be read is asked for again too, a few times: the budget layer inside has booked it, and it is
/// written into the log here, so that a resumed run counts it as well.
pub struct RetryLayer {
    inner: Arc<dyn ModelClient>,
    policy: RetryPolicy,
    seed: u64,
    counters: Arc<Counters>,
    stopping: CancellationToken,
    log: Option<Arc<dyn AnswerCache>>,
    /// Whether the model ever gave an answer or a refusal that can be read.
    heard: AtomicBool,
    first_failure: OnceLock<Instant>,
    unread: AtomicU32,
}

impl RetryLayer {
    /// Around a client. The jitter is drawn from `seed` and the call's content.
    #[must_use]
    pub fn new(inner: Arc<dyn ModelClient>, policy: RetryPolicy, seed: u64, counters: Arc<Counters>) -> Self {
        Self {
            inner,
            policy,
            seed,
            counters,
            stopping: CancellationToken::new(),
            log: None,
            heard: AtomicBool::new(false),
            first_failure: OnceLock::new(),
            unread: AtomicU32::new(0),
        }
    }

    /// Lets the token end every wait, with [`ModelError::Stopped`]. Calls in flight are not touched.
    #[must_use]
    pub fn stopped_by(mut self, stopping: CancellationToken) -> Self {
        self.stopping = stopping;
        self
    }

    /// Keeps an account of answers that cannot be read.
    #[must_use]
    pub fn booking_in(mut self, log: Arc<dyn AnswerCache>) -> Self {
        self.log = Some(log);
        self
    }

    async fn again<'a, T>(
        &'a self,
        role: ModelRole,
        asked: impl Fn() -> ContentHash,
        call: impl Fn() -> ClientFuture<'a, T>,
    ) -> Result<T, ModelError> {
        let mut result = call().await;
        let mut luck = None;
        let mut tally = Tally::default();
        loop {
            let error = match result {
                Err(error) if error.is_temporary() => error,
                Err(ModelError::BudgetSpent { .. } | ModelError::Stopped { .. } | ModelError::NotStored(_)) => {
                    return result;
                }
                _ => {
                    self.hear();
                    return result;
                }
            };
            if let ModelError::Unreadable { model, message, usage, cost } = &error {
                self.unread.fetch_add(1, Relaxed);
                if let Some(log) = &self.log {
                    let (usage, cost) = (*usage, *cost);
                    let unreadable = Unreadable { asked: asked(), role, model, message, usage, cost };
                    unreadable.book(log.as_ref()).await.map_err(ModelError::NotStored)?;
                }
            }
            let unheard = self.unheard(&error);
            let luck = luck.get_or_insert_with(|| ChaCha8Rng::seed_from_u64(self.seed ^ asked().to_u64()));
            let wait = tally.wait(&self.policy, error, unheard, luck.random())?;
            tracing::debug!(gen_ai.request.model = %self.inner.name(), wait_ms = wait.as_millis() as u64, ?tally, "waits to try again");
            Counters::add(&self.counters.retries);
            tokio::select! {
                biased;
                () = self.stopping.cancelled() => {
                    return Err(ModelError::Stopped { model: self.inner.name().to_owned() });
                }
                () = tokio::time::sleep(wait) => {}
            }
            result = call().await;
        }
    }

    /// The model said something that makes sense.
    fn hear(&self) {
        if !self.heard.load(Relaxed) && !self.heard.swap(true, Relaxed) {
            self.counters.waits_no_longer_for(self.inner.name());
        }
    }

    /// How a model stands that has never answered, and tells those who watch that it is waited for.
    fn unheard(&self, error: &ModelError) -> Option<Unheard> {
        let message = match error {
            // whoever turns calls away is there
            ModelError::Temporary { throttled: true, .. } => {
                self.hear();
                return None;
            }
            ModelError::Temporary { message, .. }
            | ModelError::Unresolved { message, .. }
            | ModelError::Unreadable { message, .. } => message,
            _ => return None,
        };
        if self.heard.load(Relaxed) {
            return None;
        }
        let patience = self.policy.first_patience;
        let first = *self.first_failure.get_or_init(|| {
            tracing::warn!(gen_ai.request.model = %self.inner.name(), patience_s = patience.as_secs(), "waits for the model's first answer: {message}");
            Instant::now()
        });
        self.counters.waits_for(self.inner.name(), message, first + patience);
        Some(Unheard { failing: first.elapsed(), unread: self.unread.load(Relaxed) })
    }
}

impl ModelClient for RetryLayer {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        let asked = move || {
            let sample = context.sample.to_le_bytes();
            let messages = request.messages.iter().map(|message| message.content.as_bytes());
            ContentHash::of_parts(messages.chain([sample.as_slice()]))
        };
        Box::pin(self.again(context.role, asked, move || self.inner.chat(request, context)))
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        let asked = || ContentHash::of_parts(texts.iter().map(String::as_bytes));
        Box::pin(self.again(context.role, asked, move || self.inner.embed(texts, context)))
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        let asked = || ContentHash::of(text.as_bytes());
        Box::pin(self.again(context.role, asked, move || self.inner.moderate(text, context)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clade_domain::{Budget, Spent};

    use super::*;
    use crate::{
        layers::{
            BudgetLayer, Ledger,
            patience::{FIRST_READS, READS},
            testing::{Memory, Scripted, answer, context},
        },
        prices::Price,
    };

    fn temporary(retry_after: Option<u64>, throttled: bool) -> ModelError {
        let retry_after = retry_after.map(Duration::from_secs);
        ModelError::Temporary { model: "m".into(), message: "busy".into(), retry_after, throttled }
    }

    async fn run(
        script: impl Fn(usize) -> Result<ChatAnswer, ModelError> + Send + Sync + 'static,
    ) -> (Result<ChatAnswer, ModelError>, usize, Duration, u64) {
        let client = Arc::new(Scripted::new(move |seen| (Duration::ZERO, script(seen.number))));
        let counters = Arc::new(Counters::default());
        let layer = RetryLayer::new(client.clone(), RetryPolicy::default(), 7, counters.clone());
        let start = Instant::now();
        let request = ChatRequest::user("q");
        let result = layer.chat(&request, context()).await;
        (result, client.calls(), start.elapsed(), counters.snapshot().retries)
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_failures_is_waited_out() {
        let (result, calls, took, retries) =
            run(|n| if n < 4 { Err(temporary(None, false)) } else { Ok(answer("at last")) }).await;
        assert_eq!((result.unwrap().text.as_str(), calls, retries), ("at last", 5, 4));
        // caps of 0.5, 1, 2 and 4 s
        assert!(took > Duration::ZERO && took <= Duration::from_millis(7_500), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_seed_waits_the_same() {
        let failing = |n| if n < 4 { Err(temporary(None, false)) } else { Ok(answer("")) };
        assert_eq!(run(failing).await.2, run(failing).await.2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_provider_says_is_kept() {
        let (result, _, took, _) = run(|n| if n < 1 { Err(temporary(Some(100), true)) } else { Ok(answer("")) }).await;
        assert!(result.is_ok());
        assert!((100.0..=110.0).contains(&took.as_secs_f64()), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends() {
        let client = Scripted::new(|seen| {
            (Duration::ZERO, if seen.number == 0 { Ok(answer("")) } else { Err(temporary(None, false)) })
        });
        let client = Arc::new(client);
        let layer = RetryLayer::new(client.clone(), RetryPolicy::default(), 7, Arc::default());
        let start = Instant::now();
        assert!(layer.chat(&ChatRequest::user("q"), context()).await.is_ok());
        let message = layer.chat(&ChatRequest::user("q"), context()).await.unwrap_err();
        assert!(
            (7..=21).contains(&client.calls()) && start.elapsed() <= Duration::from_secs(600),
            "{}",
            client.calls()
        );
        assert!(matches!(message, ModelError::Request { .. }));
        assert!(message.to_string().contains("tries") && message.to_string().contains("busy"), "{message}");
        let (result, calls, ..) = run(|_| Err(temporary(Some(700), true))).await;
        assert_eq!(calls, 1, "a wait longer than patience is not begun");
        assert!(matches!(result, Err(ModelError::Permanent { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_that_never_answered_is_given_up_for_the_run() {
        let (result, calls, took, _) = run(|_| Err(temporary(None, false))).await;
        assert!(
            matches!(&result, Err(ModelError::Permanent { message, .. }) if message.contains("busy")),
            "{result:?}"
        );
        assert!(calls > 10, "{calls}");
        assert!((60.0..60.1).contains(&took.as_secs_f64()), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_that_starts_late_is_waited_for_and_that_is_told() {
        let start = Instant::now();
        let up = start + Duration::from_secs(45);
        let client = Scripted::new(move |_| {
            let there = Instant::now() >= up;
            (Duration::ZERO, if there { Ok(answer("good morning")) } else { Err(temporary(None, false)) })
        });
        let counters = Arc::new(Counters::default());
        let layer = RetryLayer::new(Arc::new(client), RetryPolicy::default(), 7, counters.clone());
        let request = ChatRequest::user("q");
        let calls = (0..20).map(|_| layer.chat(&request, context()));
        let told = async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            counters.waiting()
        };
        let (answers, told) = tokio::join!(futures::future::join_all(calls), told);
        assert!(answers.iter().all(Result::is_ok), "none is lost");
        assert!(start.elapsed() <= Duration::from_secs(50), "noticed soon: {:?}", start.elapsed());
        assert_eq!(
            told.as_deref(),
            Some("waiting for test:scripted: busy, trying again for another 40 s"),
            "while it was waited for"
        );
        assert_eq!(counters.waiting(), None, "nobody waits any longer");
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_nobody_knows_ends_it_soon() {
        let unresolved = || ModelError::Unresolved { model: "m".into(), message: "no such host: exampel".into() };
        let (result, calls, took, _) = run(move |_| Err(unresolved())).await;
        let error = result.unwrap_err();
        assert!(matches!(error, ModelError::Permanent { .. }) && error.to_string().contains("exampel"), "{error}");
        assert_eq!(calls, 3);
        assert!(took <= Duration::from_millis(1_500), "{took:?}");
        // a network that goes away later may come back
        let client = Arc::new(Scripted::new(move |seen| {
            (Duration::ZERO, if (1..9).contains(&seen.number) { Err(unresolved()) } else { Ok(answer("")) })
        }));
        let layer = RetryLayer::new(client.clone(), RetryPolicy::default(), 7, Arc::default());
        let request = ChatRequest::user("q");
        for _ in 0..2 {
            assert!(layer.chat(&request, context()).await.is_ok());
        }
        assert_eq!(client.calls(), 10);
    }

    fn nonsense() -> ModelError {
        let usage = Usage { output: 3, ..Usage::default() };
        ModelError::Unreadable { model: "m".into(), message: "an empty body".into(), usage, cost: None }
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_read_is_booked_for_resumed_runs_too() {
        const PRICE: Price =
            Price::Known { request: 0.0, input: 100.0, output: 2000.0, cache_read: 100.0, cache_write: 100.0 };
        let client = Arc::new(Scripted::new(|seen| {
            (Duration::ZERO, if seen.number % 3 == 0 { Ok(answer("")) } else { Err(nonsense()) })
        }));
        let ledger = Arc::new(Ledger::new(Budget { calls: Some(11), ..Budget::default() }, Spent::default()));
        let budget = Arc::new(BudgetLayer::new(client.clone(), ledger.clone(), PRICE, None));
        let log = Arc::new(Memory::default());
        let layer = RetryLayer::new(budget, RetryPolicy::default(), 7, Arc::default()).booking_in(log.clone());
        let request = ChatRequest::user("12345678");
        for _ in 0..4 {
            assert!(layer.chat(&request, context()).await.is_ok());
        }
        assert_eq!((client.calls(), ledger.spent().calls), (10, 10), "six of ten could not be read");
        // the eleventh call is nonsense, and the limit lets no twelfth one be made
        let limit = clade_domain::Limit::Calls;
        assert_eq!(layer.chat(&request, context()).await, Err(ModelError::BudgetSpent { limit }));
        assert_eq!(client.calls(), 11);
        let rows: Vec<_> = log.answers.lock().unwrap().values().cloned().collect();
        assert_eq!(rows.len(), 7, "each under a key of its own, though the request is the same");
        let answers = 4;
        let input: u64 = rows.iter().map(|row| row.usage.input).sum();
        let output: u64 = rows.iter().map(|row| row.usage.output).sum();
        let cost: f64 = rows.iter().map(|row| row.cost.unwrap().0).sum();
        let spent = ledger.spent();
        assert_eq!((spent.tokens_in, spent.tokens_out), (input + answers * 10, output + answers * 5));
        assert!((spent.usd.0 - cost - answers as f64 * 0.01).abs() < 1e-9, "{spent:?}");
        assert!(input > 0 && cost > 0.0 && rows.iter().all(|row| row.body.contains("an empty body")));
    }

    #[tokio::test(start_paused = true)]
    async fn nonsense_ends_a_call_soon_and_the_run_where_there_is_nothing_else() {
        let (result, calls, ..) = run(|_| Err(nonsense())).await;
        let error = result.unwrap_err();
        assert!(matches!(error, ModelError::Request { .. }), "{error}");
        assert!(error.to_string().contains("counted as calls"), "{error}");
        assert_eq!(calls, READS as usize);
        let client = Arc::new(Scripted::new(|_| (Duration::ZERO, Err(nonsense()))));
        let layer = RetryLayer::new(client.clone(), RetryPolicy::default(), 7, Arc::default());
        let request = ChatRequest::user("q");
        let results = futures::future::join_all((0..20).map(|_| layer.chat(&request, context()))).await;
        assert!(results.iter().all(Result::is_err) && client.calls() < 40, "{}", client.calls());
        let stops = results.iter().filter(|result| matches!(result, Err(ModelError::Permanent { .. }))).count();
        assert!(stops >= 20 - FIRST_READS as usize, "{stops}");
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_when_the_run_is_put_down() {
        let client = Arc::new(Scripted::new(|_| (Duration::ZERO, Err(temporary(Some(100), true)))));
        let stopping = CancellationToken::new();
        let layer =
            RetryLayer::new(client.clone(), RetryPolicy::default(), 7, Arc::default()).stopped_by(stopping.clone());
        let start = Instant::now();
        let request = ChatRequest::user("q");
        let stop = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            stopping.cancel();
        };
        let (result, ()) = tokio::join!(layer.chat(&request, context()), stop);
        assert_eq!(result, Err(ModelError::Stopped { model: "test:scripted".into() }));
        assert_eq!((client.calls(), start.elapsed()), (1, Duration::from_secs(3)));
    }

    #[tokio::test(start_paused = true)]
    async fn being_turned_away_does_not_use_up_tries() {
        let (result, calls, ..) = run(|n| if n < 40 { Err(temporary(Some(1), true)) } else { Ok(answer("")) }).await;
        assert!(result.is_ok());
        assert_eq!(calls, 41);
    }

    #[tokio::test(start_paused = true)]
    async fn the_rest_passes_at_once() {
        let permanent = || ModelError::Permanent { model: "m".into(), message: "bad key".into(), fix: "set it".into() };
        let request = || ModelError::Request { model: "m".into(), message: "refused".into() };
        for error in [permanent(), request()] {
            let expected = error.clone();
            let (result, calls, took, _) = run(move |_| Err(error.clone())).await;
            assert_eq!((result, calls, took), (Err(expected), 1, Duration::ZERO));
        }
    }
}
