use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clade_domain::{ChatAnswer, ChatRequest, Usage, Usd};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

use super::{Pacer, Turn, refused::Refused};
use crate::client::{CallContext, ClientFuture, ModelClient, ModelError};

/// Calls at once before anything is known of the provider.
const START: usize = 16;
/// The most that are tried where the user sets no limit.
const MOST: usize = 256;
/// Doubling goes on while latency stays below so many times the best seen.
const LATENCY_HOLDS: f64 = 1.5;
/// More calls at once pay while each step brings this much more throughput.
const PAYS: f64 = 1.1;

/// How many calls are in flight to one provider at once, shared by all its models: grows while that pays, halves when the
/// provider turns many calls away, recovers by one for each round of answers. First come, first served.
#[derive(Debug)]
pub struct Limiter {
    permits: Semaphore,
    /// Holds back calls that have a place already.
    pacer: Option<Arc<Pacer>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    most: usize,
    /// Permits that are still to be taken out of circulation.
    debt: usize,
    phase: Phase,
    round: Round,
    best_latency: Option<f64>,
    last_rate: Option<f64>,
    halved: Option<Instant>,
    refused: Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Doubling after each round while it pays.
    Searching,
    /// Found, or given by the user.
    Settled,
    /// Below what was found, after being turned away: one more after each round.
    Recovering,
}

/// What was seen since the limit last changed or a round was full.
#[derive(Debug, Default)]
struct Round {
    started: Option<Instant>,
    answers: usize,
    latency: Duration,
    /// Whether all permits were in flight at some time; only then does the limit mean anything.
    full: bool,
}

impl Limiter {
    /// Starts at the user's limit and never goes above it; without one starts at 16 and finds out, up to 256.
    #[must_use]
    pub fn new(most: Option<u32>) -> Self {
        let given = most.map(|most| (most.max(1) as usize).min(Semaphore::MAX_PERMITS));
        let limit = given.unwrap_or(START);
        let state = State {
            limit,
            most: given.unwrap_or(MOST),
            debt: 0,
            phase: if given.is_some() { Phase::Settled } else { Phase::Searching },
            round: Round::default(),
            best_latency: None,
            last_rate: None,
            halved: None,
            refused: Refused::default(),
        };
        Self { permits: Semaphore::new(limit), pacer: None, state: Mutex::new(state) }
    }

    /// The same, where a pacer inside holds calls back that have a place: while it does, more places would not help.
    #[must_use]
    pub fn beside(self, pacer: Arc<Pacer>) -> Self {
        Self { pacer: Some(pacer), ..self }
    }

    /// The limit now.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.state().limit
    }

    async fn acquire(&self) -> Permit<'_> {
        // the semaphore is never closed; a permit is counted by hand where it were
        let held = self.permits.acquire().await.ok();
        Permit { limiter: self, held, at: Instant::now() }
    }

    fn answered(&self, permit: &Permit<'_>) {
        let full = self.permits.available_permits() == 0 && self.pacer.as_ref().is_none_or(|p| !p.holds_back());
        let now = Instant::now();
        let mut state = self.state();
        state.refused.answered(1);
        state.round.started.get_or_insert(permit.at);
        state.round.answers += 1;
        state.round.latency += now - permit.at;
        state.round.full |= full;
        if state.round.answers >= state.limit {
            let more = state.end_round(now);
            // what is to be taken out of circulation is simply not taken out
            let paid_off = more.min(state.debt);
            state.debt -= paid_off;
            drop(state);
            self.permits.add_permits(more - paid_off);
        }
    }

    fn throttled(&self, permit: &Permit<'_>) {
        let mut state = self.state();
        // one halving for all calls that were under way together
        if state.halved.is_some_and(|halved| permit.at <= halved) {
            return;
        }
        if state.refused.refused() {
            return;
        }
        state.refused = Refused::default();
        state.halved = Some(Instant::now());
        let limit = (state.limit / 2).max(1);
        let fewer = state.limit - limit;
        state.limit = limit;
        state.phase = Phase::Recovering;
        state.round = Round::default();
        let taken = self.permits.forget_permits(fewer);
        state.debt += fewer - taken;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How many permits to add after a full round.
    fn end_round(&mut self, now: Instant) -> usize {
        let round = std::mem::take(&mut self.round);
        let answers = round.answers as f64;
        let latency = round.latency.as_secs_f64() / answers;
        let seconds = round.started.map_or(0.0, |started| (now - started).as_secs_f64()).max(1e-6);
        let rate = answers / seconds;
        if !round.full {
            return 0;
        }
        let before = self.limit;
        match self.phase {
            Phase::Settled => {}
            Phase::Recovering => self.limit = (self.limit + 1).min(self.most),
            Phase::Searching => {
                let best = self.best_latency.map_or(latency, |best| best.min(latency));
                self.best_latency = Some(best);
                let holds = latency <= best * LATENCY_HOLDS;
                let pays = self.last_rate.is_none_or(|last| rate >= last * PAYS);
                self.last_rate = Some(rate);
                if holds || pays {
                    self.limit = (self.limit * 2).min(self.most);
                } else {
                    self.phase = Phase::Settled;
                }
            }
        }
        self.limit - before
    }
}

/// Leave to have one call in flight.
struct Permit<'a> {
    limiter: &'a Limiter,
    held: Option<SemaphorePermit<'a>>,
    at: Instant,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if state.debt > 0 && self.held.is_some() {
            state.debt -= 1;
            drop(state);
            if let Some(held) = self.held.take() {
                held.forget();
            }
        }
    }
}

/// Keeps the calls in flight to what the provider's [`Limiter`] allows.
pub struct ConcurrencyLayer {
    inner: Arc<dyn ModelClient>,
    limiter: Arc<Limiter>,
    turn: Turn,
}

impl ConcurrencyLayer {
    /// Around a client; the limiter is shared by all clients of a provider.
    #[must_use]
    pub fn new(inner: Arc<dyn ModelClient>, limiter: Arc<Limiter>) -> Self {
        Self { inner, limiter, turn: Turn::default() }
    }

    /// The same, where other runs share the limiter: this run stands in its queue once at a time.
    #[must_use]
    pub fn in_turn(self, turn: Turn) -> Self {
        Self { turn, ..self }
    }

    async fn limited<T>(&self, call: ClientFuture<'_, T>) -> Result<T, ModelError> {
        let permit = self.turn.take(self.limiter.acquire()).await;
        let result = call.await;
        match &result {
            Ok(_) => self.limiter.answered(&permit),
            Err(ModelError::Temporary { throttled: true, .. }) => self.limiter.throttled(&permit),
            Err(_) => {}
        }
        result
    }
}

impl ModelClient for ConcurrencyLayer {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(self.limited(self.inner.chat(request, context)))
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        Box::pin(self.limited(self.inner.embed(texts, context)))
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        Box::pin(self.limited(self.inner.moderate(text, context)))
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream::FuturesUnordered};

    use super::*;
    use crate::layers::testing::{Scripted, answer, context};

    fn throttled() -> ModelError {
        ModelError::Temporary { model: "m".into(), message: "429".into(), retry_after: None, throttled: true }
    }

    /// Runs calls through a limiter, all at once; returns the most in flight.
    async fn most_in_flight(limiter: &Arc<Limiter>, calls: usize, latency: fn(usize) -> Duration) -> usize {
        let client = Arc::new(Scripted::new(move |seen| (latency(seen.in_flight), Ok(answer("ok")))));
        let layer = ConcurrencyLayer::new(client.clone(), limiter.clone());
        let request = ChatRequest::user("q");
        let layer = &layer;
        let request = &request;
        (0..calls).map(|_| layer.chat(request, context())).collect::<FuturesUnordered<_>>().collect::<Vec<_>>().await;
        client.most_in_flight()
    }

    #[tokio::test(start_paused = true)]
    async fn the_users_limit_is_kept_from_the_start() {
        let limiter = Arc::new(Limiter::new(Some(40)));
        assert_eq!(most_in_flight(&limiter, 400, |_| Duration::from_millis(10)).await, 40);
        assert_eq!(limiter.limit(), 40);
    }

    #[tokio::test(start_paused = true)]
    async fn doubles_while_latency_holds() {
        let limiter = Arc::new(Limiter::new(None));
        assert_eq!(most_in_flight(&limiter, 2_000, |_| Duration::from_millis(100)).await, 256);
    }

    #[tokio::test(start_paused = true)]
    async fn stops_where_more_calls_at_once_only_wait() {
        // a server that works on 32 at a time
        let limiter = Arc::new(Limiter::new(None));
        let latency = |in_flight: usize| Duration::from_millis(100).mul_f64((in_flight as f64 / 32.0).max(1.0));
        let most = most_in_flight(&limiter, 3_000, latency).await;
        assert!((32..=128).contains(&most), "{most}");
    }

    #[tokio::test(start_paused = true)]
    async fn halves_once_for_calls_under_way_together_and_recovers_by_ones() {
        let limiter = Arc::new(Limiter::new(Some(64)));
        let client = Arc::new(Scripted::new(|seen| {
            (Duration::from_millis(10), if seen.number < 64 { Err(throttled()) } else { Ok(answer("ok")) })
        }));
        let layer = ConcurrencyLayer::new(client.clone(), limiter.clone());
        let request = ChatRequest::user("q");
        let (layer, request) = (&layer, &request);
        (0..64).map(|_| layer.chat(request, context())).collect::<FuturesUnordered<_>>().collect::<Vec<_>>().await;
        assert_eq!(limiter.limit(), 32);
        assert_eq!(limiter.permits.available_permits(), 32, "the others were taken out of circulation");
        (0..500).map(|_| layer.chat(request, context())).collect::<FuturesUnordered<_>>().collect::<Vec<_>>().await;
        let limit = limiter.limit();
        assert!((40..=64).contains(&limit), "{limit}");
        assert_eq!(limiter.permits.available_permits(), limit);
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_call_gives_its_permit_back() {
        let limiter = Arc::new(Limiter::new(Some(1)));
        let client = Arc::new(Scripted::new(|_| (Duration::from_secs(3600), Ok(answer("never")))));
        let layer = ConcurrencyLayer::new(client, limiter.clone());
        let request = ChatRequest::user("q");
        let call = tokio::time::timeout(Duration::from_secs(1), layer.chat(&request, context()));
        assert!(call.await.is_err());
        assert_eq!(limiter.permits.available_permits(), 1);
    }
}
