use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::refused::Refused;

/// Requests that leave at once before the first answers are in; each later millisecond of [`OPENING`] lets [`OPENING_PACE`]
/// more go. A provider that takes fewer says so within a few requests instead of to a whole burst.
const OPENING_BURST: f64 = 16.0;
const OPENING_PACE: f64 = 5_000.0;
const OPENING: Duration = Duration::from_millis(30);

/// How much of a learned rate is used: counting windows differ from ours by a little.
const CAUTION: f64 = 0.95;
/// The wait where a provider turns a call away without saying for how long; doubles while that goes on.
const UNTOLD_WAIT: Duration = Duration::from_secs(1);
/// The longest such wait.
const LONGEST_UNTOLD_WAIT: Duration = Duration::from_secs(60);
/// What is borne is seen over so long at least, and at most over twice that where answers come by the hundred.
const SPAN: Duration = Duration::from_secs(30);
/// Less than this says nothing of what is borne.
const SHORTEST: Duration = Duration::from_secs(1);
/// Every so many answers of an unrestrained provider the clock is looked at.
const LOOK_EVERY: u32 = 64;
/// A learned rate grows by this share a second, times the seconds without being turned away.
const GROWTH: f64 = 0.005;
/// A learned rate that grew so many times over is forgotten.
const FORGET: f64 = 32.0;
/// Who tells a wait from here on speaks of a quota that is used up, not of one request.
const QUOTA: Duration = Duration::from_secs(1);
/// Refusals after so many answers since the last one are not of the rate: under a rate that was just lowered there would be
/// fewer. Fewer answers than these come under slow limits too.
const SOON: std::ops::Range<u32> = 4..32;
/// After so many of them in a row the learned rate is forgotten.
const UNRELATED: u32 = 3;
/// Where so many requests that left after a refused one were answered, and no other was turned away, it was not one too many.
const ANSWERED_ALL_THE_SAME: u32 = 8;

/// When the next request to one provider may leave, shared by all its models: limits that the user set, limits that the
/// provider tells in headers, and limits learned from being turned away. Callers wait in order of arrival.
///
/// Single refusals that tell no wait, or a short one, teach nothing and hold up no other call: see `Refused`.
#[derive(Debug)]
pub struct Pacer {
    /// Nothing restrains: callers pass without a lock.
    free: AtomicBool,
    /// Answers so far, those of unrestrained times too: a provider that turns nothing away for long is measured by them.
    answers: AtomicU32,
    /// Callers that wait.
    waiting: AtomicU32,
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

/// Counts a caller that waits until it goes on or is abandoned.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn enter(waiting: &'a AtomicU32) -> Self {
        waiting.fetch_add(1, Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[derive(Debug)]
struct State {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    delay: Duration,
    next_after_delay: Option<Instant>,
    opened: Option<Instant>,
    opening: Bucket,
    told: Option<(Bucket, Instant)>,
    learned: Option<Learned>,
    gate: Option<Instant>,
    last_closed: Option<Instant>,
    /// What came of requests that left with the one that closed the gate, or after it.
    closing: Closing,
    untold: Duration,
    /// The share of refusals, with the answers until the last of them.
    refused: (Refused, u32),
    /// Refusals in a row that came [`SOON`] after the one before.
    unrelated: u32,
    /// Two moments with the answers until then, the older one where counting began.
    marks: Option<[(Instant, u32); 2]>,
}

/// How requests fared that left no earlier than one that was turned away.
#[derive(Debug, Default)]
struct Closing {
    since: Option<Instant>,
    answered: u32,
    refused: u32,
}

#[derive(Debug)]
struct Learned {
    bucket: Bucket,
    first_rate: f64,
    since: Instant,
}

/// Credit that fills at a rate, up to a burst.
#[derive(Debug, Clone)]
struct Bucket {
    per_second: f64,
    burst: f64,
    credit: f64,
    filled: Option<Instant>,
}

impl Bucket {
    fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst, credit: burst, filled: None }
    }

    /// How long until `amount` may pass. An amount above the burst passes when the bucket is full.
    fn wait(&mut self, amount: f64, now: Instant) -> Duration {
        if let Some(before) = self.filled {
            let gained = now.saturating_duration_since(before).as_secs_f64() * self.per_second;
            self.credit = (self.credit + gained).min(self.burst);
        }
        self.filled = Some(now);
        let lacking = amount.min(self.burst) - self.credit;
        if lacking <= 1e-9 { Duration::ZERO } else { Duration::from_secs_f64((lacking / self.per_second).min(3600.0)) }
    }
}

/// A way through; says when it was given, so that what comes of the request can be judged by it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pass {
    at: Instant,
    tokens: u64,
}

/// What a provider's headers say of one limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ToldLimit {
    /// The whole limit.
    pub limit: f64,
    /// What is left.
    pub remaining: f64,
    /// How long until it is whole again.
    pub reset: Duration,
}

impl Pacer {
    /// A pacer with the user's limits; `None` and zero are none.
    #[must_use]
    pub fn new(requests_per_minute: Option<f64>, tokens_per_minute: Option<f64>, delay: Duration) -> Self {
        let bucket = |per_minute: f64, burst: f64| Bucket::new(per_minute / 60.0, burst);
        let state = State {
            requests: requests_per_minute.map(|most| bucket(most, (most / 600.0).max(1.0))),
            tokens: tokens_per_minute.map(|most| bucket(most, most / 6.0)),
            delay,
            next_after_delay: None,
            opened: None,
            opening: Bucket::new(OPENING_PACE, OPENING_BURST),
            told: None,
            learned: None,
            gate: None,
            last_closed: None,
            closing: Closing::default(),
            untold: UNTOLD_WAIT,
            refused: (Refused::default(), 0),
            unrelated: 0,
            marks: None,
        };
        Self {
            free: AtomicBool::new(false),
            answers: AtomicU32::new(0),
            waiting: AtomicU32::new(0),
            queue: tokio::sync::Mutex::new(()),
            state: Mutex::new(state),
        }
    }

    /// Waits for this call's turn. `tokens` is an estimate of what it takes.
    pub(crate) async fn admit(&self, tokens: u64) -> Pass {
        if self.free.load(Relaxed) {
            return Pass { at: Instant::now(), tokens };
        }
        let _waiting = Waiting::enter(&self.waiting);
        // tokio's mutex is fair: whoever comes first is at the head of the queue, and only the head looks at the clock
        let _head = self.queue.lock().await;
        loop {
            let now = Instant::now();
            let wait = self.state().wait(tokens, now, self.answers.load(Relaxed));
            if wait.is_zero() {
                self.free.store(self.state().is_free(now), Relaxed);
                return Pass { at: now, tokens };
            }
            // looked at again at least every second: limits change while one waits
            tokio::time::sleep(wait.min(Duration::from_secs(1))).await;
        }
    }

    /// A request was answered with so many tokens.
    pub(crate) fn answered(&self, pass: Pass, tokens: u64) {
        let answers = self.answers.fetch_add(1, Relaxed).wrapping_add(1);
        if self.free.load(Relaxed) && !answers.is_multiple_of(LOOK_EVERY) {
            return;
        }
        let mut state = self.state();
        state.mark(Instant::now(), answers);
        state.closing.answered += u32::from(state.closing.since.is_some_and(|since| pass.at >= since));
        state.untold = UNTOLD_WAIT;
        state.correct(pass, tokens);
    }

    /// A request brought no answer for another reason than being one too many.
    pub(crate) fn failed(&self, pass: Pass) {
        if !self.free.load(Relaxed) {
            self.state().correct(pass, 0);
        }
    }

    /// The provider turned a request away for being one too many.
    pub(crate) fn throttled(&self, pass: Pass, retry_after: Option<Duration>) {
        let (now, answers) = (Instant::now(), self.answers.load(Relaxed));
        let mut state = self.state();
        state.correct(pass, 0);
        let stale = state.last_closed.is_some_and(|closed| pass.at <= closed);
        if retry_after.is_none_or(|told| told < QUOTA) && !stale && state.tells_nothing(answers) {
            return;
        }
        self.free.store(false, Relaxed);
        if stale {
            state.closing.refused += 1;
        } else {
            state.last_closed = Some(now);
            state.closing = Closing { since: Some(pass.at), answered: 0, refused: 1 };
        }
        let wait = match retry_after {
            Some(told) => told,
            None if stale => return,
            None => {
                let wait = state.untold;
                state.untold = (wait * 2).min(LONGEST_UNTOLD_WAIT);
                wait
            }
        };
        let until = now + wait;
        state.gate = Some(state.gate.map_or(until, |gate| gate.max(until)));
    }

    /// What the headers of an answer say of the provider's limits. Acts only where one is nearly reached.
    pub(crate) fn told_limits(&self, requests: Option<ToldLimit>, tokens: Option<ToldLimit>) {
        let scarce = |told: &ToldLimit| told.limit > 0.0 && told.remaining < told.limit / 4.0;
        let requests = requests.filter(scarce);
        let tokens = tokens.filter(scarce);
        if requests.is_none() && tokens.is_none() {
            return;
        }
        let now = Instant::now();
        let mut state = self.state();
        self.free.store(false, Relaxed);
        for (told, per_request) in [(requests, 1.0), (tokens, state.tokens_of_a_request())] {
            let Some(told) = told else { continue };
            let reset = told.reset.as_secs_f64().max(0.001);
            if told.remaining < per_request && told.reset <= Duration::from_secs(2) {
                let until = now + told.reset;
                state.gate = Some(state.gate.map_or(until, |gate| gate.max(until)));
                continue;
            }
            // `reset` is the time to a full bucket, so this is its refill; less of it while the bucket is nearly empty,
            // so that it settles at a quarter full
            let refill = (told.limit - told.remaining) / reset / per_request;
            let rate = refill * (0.5 + 2.0 * told.remaining / told.limit);
            let credit = state.told.as_ref().map_or(1.0, |(bucket, _)| bucket.credit);
            let mut bucket = Bucket::new(rate, (rate * 0.02).max(1.0));
            bucket.credit = credit.min(bucket.burst);
            bucket.filled = Some(now);
            state.told = Some((bucket, now + told.reset));
        }
    }

    /// Whether callers wait here.
    pub(crate) fn holds_back(&self) -> bool {
        self.waiting.load(Relaxed) > 0
    }

    /// Requests a second that are allowed now by what was learned; `None` where nothing was.
    #[must_use]
    pub fn learned_rate(&self) -> Option<f64> {
        self.state().learned.as_ref().map(|learned| learned.bucket.per_second)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Zero where a request may leave now, which then is accounted for.
    fn wait(&mut self, tokens: u64, now: Instant, answers: u32) -> Duration {
        if let Some(gate) = self.gate {
            if gate > now {
                return gate - now;
            }
            self.gate = None;
            let Closing { answered, refused, .. } = std::mem::take(&mut self.closing);
            if answered < ANSWERED_ALL_THE_SAME || refused > 1 {
                self.learn(now, answers);
            }
        }
        self.grow(now);
        if self.told.as_ref().is_some_and(|(_, until)| *until <= now) {
            // whoever waits must not rush out together now: what was borne until here is where it goes on
            self.told = None;
            self.learn(now, answers);
        }
        let opened = *self.opened.get_or_insert(now);
        self.marks.get_or_insert([(now, answers); 2]);
        let opening = (now - opened < OPENING && self.learned.is_none()).then_some(&mut self.opening);
        let mut longest = self.next_after_delay.map_or(Duration::ZERO, |next| next.saturating_duration_since(now));
        let told = self.told.as_mut().map(|(bucket, _)| bucket);
        let learned = self.learned.as_mut().map(|learned| &mut learned.bucket);
        let mut by_request: Vec<&mut Bucket> =
            [self.requests.as_mut(), opening, told, learned].into_iter().flatten().collect();
        for bucket in &mut by_request {
            longest = longest.max(bucket.wait(1.0, now));
        }
        if let Some(bucket) = &mut self.tokens {
            longest = longest.max(bucket.wait(tokens as f64, now));
        }
        if longest.is_zero() {
            for bucket in by_request {
                bucket.credit -= 1.0;
            }
            if let Some(bucket) = &mut self.tokens {
                bucket.credit -= tokens as f64;
            }
            if !self.delay.is_zero() {
                self.next_after_delay = Some(now + self.delay);
            }
        }
        longest
    }

    /// Keeps the older mark between one and two spans behind.
    fn mark(&mut self, now: Instant, answers: u32) {
        if let Some([older, newer]) = &mut self.marks
            && now - newer.0 >= SPAN
        {
            (*older, *newer) = (*newer, (now, answers));
        }
    }

    /// The gate opens again: what was answered since it last did or within the last span, over the whole time with the
    /// wait, is what is borne.
    fn learn(&mut self, now: Instant, answers: u32) {
        if let Some([(since, until_then), _]) = self.marks {
            let seconds = (now - since).max(Duration::from_millis(50)).as_secs_f64();
            let borne = f64::from(answers.wrapping_sub(until_then).max(1)) / seconds * CAUTION;
            let rate = match self.learned.as_ref().map(|learned| learned.bucket.per_second) {
                Some(before) if now - since < SHORTEST => before * CAUTION,
                // being turned away at a rate shows that it is too high, whatever the count says
                Some(before) => borne.min(before),
                None => borne,
            };
            let mut bucket = Bucket::new(rate, (rate * 0.02).max(1.0));
            bucket.credit = 1.0;
            self.learned = Some(Learned { bucket, first_rate: rate, since: now });
        }
        self.marks = Some([(now, answers); 2]);
    }

    /// Whether a refusal says nothing of the rate: few are refused and no limit is known, or as
    /// many as before although the rate was lowered again and again.
    fn tells_nothing(&mut self, answers: u32) -> bool {
        let (refused, before) = &mut self.refused;
        refused.answered(answers.wrapping_sub(*before));
        *before = answers;
        let sparse = refused.refused();
        if self.learned.is_none() {
            return sparse;
        }
        let since = self.marks.map_or(0, |[(_, until_then), _]| answers.wrapping_sub(until_then));
        if SOON.contains(&since) {
            self.unrelated += 1;
        } else if since >= SOON.end {
            self.unrelated = 0;
        }
        if self.unrelated < UNRELATED {
            return false;
        }
        (self.learned, self.refused, self.unrelated, self.untold) =
            (None, (Refused::default(), answers), 0, UNTOLD_WAIT);
        true
    }

    fn grow(&mut self, now: Instant) {
        let Some(learned) = &mut self.learned else { return };
        // the integral of a growth that itself grows with the time since the last refusal
        let seconds = (now - learned.since).as_secs_f64();
        let factor = (GROWTH * seconds * seconds / 2.0).exp();
        if factor >= FORGET {
            self.learned = None;
        } else {
            learned.bucket.per_second = learned.first_rate * factor;
            learned.bucket.burst = (learned.bucket.per_second * 0.02).max(1.0);
        }
    }

    fn is_free(&self, now: Instant) -> bool {
        self.requests.is_none()
            && self.tokens.is_none()
            && self.delay.is_zero()
            && self.told.is_none()
            && self.learned.is_none()
            && self.gate.is_none()
            && self.opened.is_some_and(|opened| now - opened >= OPENING)
    }

    /// Replaces the estimate of a request's tokens by what it took.
    fn correct(&mut self, pass: Pass, tokens: u64) {
        if let Some(bucket) = &mut self.tokens {
            bucket.credit += pass.tokens as f64 - tokens as f64;
        }
    }

    /// A guess where headers limit tokens: the pace is in requests.
    fn tokens_of_a_request(&self) -> f64 {
        1_000.0
    }
}

#[cfg(test)]
mod tests;
