use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tokio::time::Instant;

/// What goes on right now, for progress displays. Shared by all models of a run; cheap enough for every call.
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) requests: AtomicU64,
    pub(crate) answers: AtomicU64,
    pub(crate) in_flight: AtomicU64,
    pub(crate) retries: AtomicU64,
    pub(crate) throttles: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) cache_hits: AtomicU64,
    pub(crate) estimated_usage: AtomicU64,
    /// Models that have not answered yet, with what was heard instead and until when they are waited for.
    waiting: Mutex<BTreeMap<String, (String, Instant)>>,
    /// Models whose answers are not a language model's.
    simulated: Mutex<BTreeSet<String>>,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CountersSnapshot {
    /// Requests sent to providers, tries included.
    pub requests: u64,
    /// Requests that were answered.
    pub answers: u64,
    /// Requests sent and not yet ended.
    pub in_flight: u64,
    /// Tries after a temporary failure.
    pub retries: u64,
    /// Requests that a provider turned away for being too many.
    pub throttles: u64,
    /// Requests that failed, throttled ones included.
    pub failures: u64,
    /// Calls that the cache answered.
    pub cache_hits: u64,
    /// Answers without usage, whose tokens are estimated.
    pub estimated_usage: u64,
}

impl Counters {
    /// The counters now. They are read one after the other, so sums may be off by the calls of that moment.
    #[must_use]
    pub fn snapshot(&self) -> CountersSnapshot {
        CountersSnapshot {
            requests: self.requests.load(Relaxed),
            answers: self.answers.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            retries: self.retries.load(Relaxed),
            throttles: self.throttles.load(Relaxed),
            failures: self.failures.load(Relaxed),
            cache_hits: self.cache_hits.load(Relaxed),
            estimated_usage: self.estimated_usage.load(Relaxed),
        }
    }

    /// For which model the run waits before its first answer, why, and for how long it will; `None` where it does not.
    #[must_use]
    pub fn waiting(&self) -> Option<String> {
        let waiting = self.waiting_for();
        let (model, (message, until)) = waiting.first_key_value()?;
        let left = until.saturating_duration_since(Instant::now()).as_secs();
        Some(format!("waiting for {model}: {message}, trying again for another {left} s"))
    }

    /// Whether an answer came from the simulated model under whatever name: then no figure says anything about a real one.
    #[must_use]
    pub fn simulated(&self) -> bool {
        !self.simulators().is_empty()
    }

    /// Whether this model is known to be simulated.
    pub(crate) fn is_simulated(&self, model: &str) -> bool {
        self.simulators().contains(model)
    }

    pub(crate) fn saw_simulated(&self, model: &str) {
        if !self.is_simulated(model) {
            self.simulators().insert(model.to_owned());
        }
    }

    fn simulators(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.simulated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn waits_for(&self, model: &str, message: &str, until: Instant) {
        self.waiting_for().insert(model.to_owned(), (message.to_owned(), until));
    }

    pub(crate) fn waits_no_longer_for(&self, model: &str) {
        self.waiting_for().remove(model);
    }

    fn waiting_for(&self) -> MutexGuard<'_, BTreeMap<String, (String, Instant)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }
}
