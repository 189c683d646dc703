use std::sync::Arc;

use clade_domain::{ChatAnswer, ChatRequest, Usage, Usd};
use tokio_util::sync::CancellationToken;

use super::{Pacer, Turn, pacer::Pass};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    usage::{estimate_request, estimate_tokens},
};

/// Lets every try wait for its turn at the provider's [`Pacer`], and tells the pacer what came of it.
pub struct RateLayer {
    inner: Arc<dyn ModelClient>,
    pacer: Arc<Pacer>,
    turn: Turn,
    stopping: CancellationToken,
    learns: bool,
}

impl RateLayer {
    /// Around a client; the pacer is shared by all clients of a provider.
    #[must_use]
    pub fn new(inner: Arc<dyn ModelClient>, pacer: Arc<Pacer>) -> Self {
        Self { inner, pacer, turn: Turn::default(), stopping: CancellationToken::new(), learns: true }
    }

    /// The same, where other runs share the pacer: this run stands in its queue once at a time.
    #[must_use]
    pub fn in_turn(self, turn: Turn) -> Self {
        Self { turn, ..self }
    }

    /// The same, where the pacer keeps to what the user set: another one learns from the provider.
    #[must_use]
    pub fn as_set(self) -> Self {
        Self { learns: false, ..self }
    }

    /// Lets the token end every wait for a turn, with [`ModelError::Stopped`]: a provider may have asked to wait for hours.
    #[must_use]
    pub fn stopped_by(self, stopping: CancellationToken) -> Self {
        Self { stopping, ..self }
    }

    async fn admit(&self, tokens: u64) -> Result<Pass, ModelError> {
        tokio::select! {
            biased;
            pass = self.turn.take(self.pacer.admit(tokens)) => Ok(pass),
            () = self.stopping.cancelled() => Err(ModelError::Stopped { model: self.inner.name().to_owned() }),
        }
    }

    fn note<T>(&self, pass: Pass, result: &Result<T, ModelError>, usage: impl FnOnce(&T) -> u64) {
        match result {
            Ok(answer) => self.pacer.answered(pass, usage(answer)),
            Err(ModelError::Temporary { throttled: true, retry_after, .. }) if self.learns => {
                self.pacer.throttled(pass, *retry_after)
            }
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
            let pass = self.admit(estimate_request(request)).await?;
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
            let pass = self.admit(texts.iter().map(|text| estimate_tokens(text)).sum()).await?;
            let result = self.inner.embed(texts, context).await;
            self.note(pass, &result, |(_, usage, _)| usage.total());
            result
        })
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        Box::pin(async move {
            let pass = self.admit(estimate_tokens(text)).await?;
            let result = self.inner.moderate(text, context).await;
            self.note(pass, &result, |_| estimate_tokens(text));
            result
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, time::Duration};

    use futures::StreamExt;
    use reqwest::header::HeaderMap;
    use tokio::time::Instant;

    use super::*;
    use crate::{
        http::tell_limits,
        layers::{
            ConcurrencyLayer, Counters, Limiter, RetryLayer, RetryPolicy,
            testing::{Scripted, answer, context},
        },
    };

    /// Answers 50 requests in each second and turns the others away, with the headers that OpenAI sends or without.
    struct Limited {
        latency: Duration,
        headers: Option<Arc<Pacer>>,
        /// Whether it says for how long it turns calls away.
        tells: bool,
        window: Mutex<(Instant, u32)>,
    }

    const MOST: u32 = 50;

    impl ModelClient for Limited {
        fn name(&self) -> &str {
            "test:limited"
        }

        fn chat<'a>(&'a self, _: &'a ChatRequest, _: CallContext) -> ClientFuture<'a, ChatAnswer> {
            Box::pin(async move {
                tokio::time::sleep(self.latency / 2).await;
                let (seen, left) = {
                    let mut window = self.window.lock().unwrap();
                    if window.0.elapsed() >= Duration::from_secs(1) {
                        *window = (Instant::now(), 0);
                    }
                    window.1 += 1;
                    (window.1, Duration::from_secs(1).saturating_sub(window.0.elapsed()))
                };
                tokio::time::sleep(self.latency / 2).await;
                if seen > MOST {
                    let (model, message) = ("m".to_owned(), "429".to_owned());
                    let retry_after = self.tells.then_some(left);
                    return Err(ModelError::Temporary { model, message, retry_after, throttled: true });
                }
                if let Some(pacer) = &self.headers {
                    let mut headers = HeaderMap::new();
                    let mut tell = |name: &'static str, value: String| headers.insert(name, value.parse().unwrap());
                    tell("x-ratelimit-limit-requests", MOST.to_string());
                    tell("x-ratelimit-remaining-requests", (MOST - seen).to_string());
                    tell("x-ratelimit-reset-requests", format!("{}ms", left.as_millis()));
                    tell_limits(&headers, pacer);
                }
                Ok(answer("42"))
            })
        }
    }

    /// Makes calls, 100 at once; returns requests for each call and the time it took.
    async fn against_a_limit(calls: usize, latency: u64, headers: bool, tells: bool) -> (f64, Duration) {
        let pacer = Arc::new(Pacer::new(None, None, Duration::ZERO));
        let limited = Limited {
            latency: Duration::from_millis(latency),
            headers: headers.then(|| pacer.clone()),
            tells,
            window: Mutex::new((Instant::now(), 0)),
        };
        let client = Arc::new(RateLayer::new(Arc::new(limited), pacer.clone()));
        let limiter = Arc::new(Limiter::new(Some(100)).beside(pacer));
        let client = Arc::new(ConcurrencyLayer::new(client, limiter));
        let counters = Arc::new(Counters::default());
        let client = RetryLayer::new(client, RetryPolicy::default(), 7, counters.clone());
        let start = Instant::now();
        futures::stream::iter(0..calls)
            .for_each_concurrent(100, |number| {
                let client = &client;
                async move {
                    let request = ChatRequest::user(format!("question {number}"));
                    assert!(client.chat(&request, context()).await.is_ok(), "none is lost");
                }
            })
            .await;
        let requests = calls as u64 + counters.snapshot().retries;
        (requests as f64 / calls as f64, start.elapsed())
    }

    /// On the clock of the test, since more requests leave before the first refusal the later it comes: up to all that may
    /// be in flight, and once more as many as the first answers make room for. That is a loss of once in a run.
    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_a_turn_is_sent_away_when_the_run_stops() {
        let turned_away = Scripted::new(|_| {
            let (model, message) = ("m".to_owned(), "later".to_owned());
            let retry_after = Some(Duration::from_secs(3_600));
            (Duration::ZERO, Err(ModelError::Temporary { model, message, retry_after, throttled: true }))
        });
        let stopping = CancellationToken::new();
        let pacer = Arc::new(Pacer::new(None, None, Duration::ZERO));
        let layer = RateLayer::new(Arc::new(turned_away), pacer).stopped_by(stopping.clone());
        let request = ChatRequest::user("q");
        assert!(matches!(layer.chat(&request, context()).await, Err(ModelError::Temporary { .. })));
        let stop = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            stopping.cancel();
        };
        let started = Instant::now();
        let (waiting, ()) = tokio::join!(layer.chat(&request, context()), stop);
        assert!(matches!(waiting, Err(ModelError::Stopped { .. })), "{waiting:?}");
        assert!(started.elapsed() < Duration::from_secs(7), "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_is_learned_with_few_wasted_requests() {
        for (latency, calls) in [(1, 600), (5, 600), (50, 1_500), (500, 1_500)] {
            for (headers, tells) in [(true, true), (false, true), (true, false), (false, false)] {
                let (each, took) = against_a_limit(calls, latency, headers, tells).await;
                let found = format!(
                    "{latency} ms, headers {headers}, told {tells}: {each:.3} requests for each call in {took:?}"
                );
                assert!(each <= 1.1, "{found}");
                let least = Duration::from_secs(calls as u64) / MOST;
                assert!(took < least.mul_f64(1.6), "most of what is allowed is used: {found}");
            }
        }
    }
}
