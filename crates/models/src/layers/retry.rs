use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clade_domain::{ChatAnswer, ChatRequest, ContentHash, Usage, Usd};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio_util::sync::CancellationToken;

use super::Counters;
use crate::client::{CallContext, ClientFuture, ModelClient, ModelError};

/// Failures of one call after which a model that has never answered is given up for the run: most likely the address is
/// wrong or nothing runs there, and twenty tries would hide that for minutes.
const FIRST_TRIES: u32 = 6;

/// How long temporary failures are waited out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryPolicy {
    /// Most tries of one call, the first included, from 1. Refusals for being too many do not count: waiting mends them.
    pub tries: u32,
    /// Most waiting of one call in all.
    pub patience: Duration,
    /// The mean of the first wait is half of this; each later one doubles.
    pub first_wait: Duration,
    /// The most that one wait without the provider's word takes.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    /// 20 tries or 10 minutes of waiting, from half a second to a minute at a time.
    fn default() -> Self {
        Self {
            tries: 20,
            patience: Duration::from_secs(600),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
        }
    }
}

/// Tries again after temporary failures: exponential backoff with full jitter (a uniform draw from zero to the cap of that
/// try, as in "Exponential Backoff And Jitter", AWS Architecture Blog 2015), never sooner than the provider says. Gives up
/// as a failure of that request, or of the model where it has never answered. Everything else passes at once.
pub struct RetryLayer {
    inner: Arc<dyn ModelClient>,
    policy: RetryPolicy,
    seed: u64,
    counters: Arc<Counters>,
    stopping: CancellationToken,
    /// Whether the model ever gave an answer or a refusal that can be read.
    heard: AtomicBool,
}

impl RetryLayer {
    /// Around a client. The jitter is drawn from `seed` and the call's content.
    #[must_use]
    pub fn new(inner: Arc<dyn ModelClient>, policy: RetryPolicy, seed: u64, counters: Arc<Counters>) -> Self {
        Self { inner, policy, seed, counters, stopping: CancellationToken::new(), heard: AtomicBool::new(false) }
    }

    /// Lets the token end every wait, with [`ModelError::Stopped`]. Calls in flight are not touched.
    #[must_use]
    pub fn stopped_by(mut self, stopping: CancellationToken) -> Self {
        self.stopping = stopping;
        self
    }

    async fn again<'a, T>(
        &'a self,
        salt: impl Fn() -> ContentHash,
        call: impl Fn() -> ClientFuture<'a, T>,
    ) -> Result<T, ModelError> {
        let mut error = match call().await {
            Err(error) if error.is_temporary() => error,
            other => return self.hear(other),
        };
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ salt().to_u64());
        let (mut tries, mut refusals, mut waited) = (0_u32, 0_u32, Duration::ZERO);
        loop {
            let ModelError::Temporary { model, message, retry_after, throttled } = &error else { return Err(error) };
            if *throttled {
                refusals += 1;
            } else {
                tries += 1;
            }
            if tries >= FIRST_TRIES && tries < self.policy.tries && !self.heard.load(Ordering::Relaxed) {
                return Err(ModelError::Permanent {
                    model: model.clone(),
                    message: format!(
                        "it has not answered once, and {tries} tries of one call failed, lastly with: {message}"
                    ),
                    fix: "check the address and that something answers there".into(),
                });
            }
            let doublings = (tries + refusals - 1).min(30);
            let cap = self.policy.first_wait.saturating_mul(1 << doublings).min(self.policy.longest_wait);
            let jitter = cap.mul_f64(rng.random::<f64>());
            // a told wait is kept; a little jitter on top spreads those who were told the same
            let wait = retry_after.map_or(jitter, |told| told + jitter.min(told / 10));
            if tries >= self.policy.tries || waited + wait > self.policy.patience {
                let after = if *throttled { "being turned away" } else { "failing" };
                let message = format!(
                    "no answer in {} tries and {:.0} s of waiting, {after} with: {message}",
                    tries + refusals,
                    waited.as_secs_f64()
                );
                return Err(ModelError::Request { model: model.clone(), message });
            }
            tracing::debug!(gen_ai.request.model = %model, wait_ms = wait.as_millis() as u64, tries, refusals, "waits to try again");
            Counters::add(&self.counters.retries);
            tokio::select! {
                biased;
                () = self.stopping.cancelled() => return Err(ModelError::Stopped { model: model.clone() }),
                () = tokio::time::sleep(wait) => {}
            }
            waited += wait;
            error = match call().await {
                Err(error) if error.is_temporary() => error,
                other => return self.hear(other),
            };
        }
    }

    fn hear<T>(&self, result: Result<T, ModelError>) -> Result<T, ModelError> {
        self.heard.store(true, Ordering::Relaxed);
        result
    }
}

impl ModelClient for RetryLayer {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        let salt = move || {
            let last = request.messages.last().map_or("", |message| message.content.as_str());
            ContentHash::of_parts([last.as_bytes(), &context.sample.to_le_bytes()])
        };
        Box::pin(self.again(salt, move || self.inner.chat(request, context)))
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        let salt = || ContentHash::of_parts(texts.iter().map(String::as_bytes));
        Box::pin(self.again(salt, move || self.inner.embed(texts, context)))
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        Box::pin(self.again(|| ContentHash::of(text.as_bytes()), move || self.inner.moderate(text, context)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::layers::testing::{Scripted, answer, context};

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
        assert!(matches!(result, Err(ModelError::Request { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_that_never_answered_is_given_up_for_the_run() {
        let (result, calls, took, _) = run(|_| Err(temporary(None, false))).await;
        assert!(
            matches!(&result, Err(ModelError::Permanent { message, .. }) if message.contains("busy")),
            "{result:?}"
        );
        assert_eq!(calls, FIRST_TRIES as usize);
        assert!(took <= Duration::from_millis(15_500), "{took:?}");
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
        assert_eq!(result, Err(ModelError::Stopped { model: "m".into() }));
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
