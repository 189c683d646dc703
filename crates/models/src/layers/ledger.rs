use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clade_domain::{Budget, Limit, ModelRole, Spent, Usage, Usd};
use tokio::{sync::Notify, time::Instant};

/// The account of a run: hard limits over all roles and models together. A call reserves its worst case before it is made
/// and settles what it really took after, so limits are overrun by no more than the calls in flight, and only where an
/// answer is larger than its reservation.
#[derive(Debug)]
pub struct Ledger {
    books: Mutex<Books>,
    /// What several runs share: a member's and a workspace's ledger.
    above: Vec<Arc<Ledger>>,
    settled: Notify,
    started: Instant,
    /// Whose it is, such as `the workspace's`; nobody's where it is a run's own.
    whose: Option<&'static str>,
    /// Whose limit did not bear the last call that was refused.
    refused: Mutex<Option<&'static str>>,
}

#[derive(Debug)]
struct Books {
    budget: Budget,
    spent: Spent,
    reserved: Estimate,
    reservations: u64,
}

/// What a call may take.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Estimate {
    /// Input and output tokens together.
    pub tokens: u64,
    /// Their price.
    pub usd: Usd,
}

/// What is left below each limit, reservations taken off; `None` where there is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Remaining {
    /// US dollars, from 0.
    pub usd: Option<Usd>,
    /// Calls.
    pub calls: Option<u64>,
    /// Tokens.
    pub tokens: Option<u64>,
    /// Minutes, from 0.
    pub minutes: Option<f64>,
}

enum Verdict {
    Granted,
    /// It fits if calls in flight take less than they reserved, or fail.
    Wait,
    Spent(Limit),
}

impl Ledger {
    /// A ledger that goes on from what the run has already paid. Running time counts from now on.
    #[must_use]
    pub fn new(budget: Budget, spent: Spent) -> Self {
        let books = Books { budget, spent, reserved: Estimate::default(), reservations: 0 };
        let (above, settled, started) = (Vec::new(), Notify::new(), Instant::now());
        Self { books: Mutex::new(books), above, settled, started, whose: None, refused: Mutex::default() }
    }

    /// The same ledger, of a member or a workspace: `the member's`.
    #[must_use]
    pub fn of(self, whose: &'static str) -> Self {
        Self { whose: Some(whose), ..self }
    }

    /// Whose limit did not bear the last call that was refused; `None` where it is the ledger's own, or none was refused.
    #[must_use]
    pub fn refused_by(&self) -> Option<&'static str> {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refused(&self, by: &Self, limit: Limit) -> Limit {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = by.whose;
        limit
    }

    /// The same ledger below others, whose limits hold too and which book what it books. Running time is each ledger's own:
    /// a limit on minutes means nothing in a ledger that several runs share.
    #[must_use]
    pub fn below(self, above: Vec<Arc<Self>>) -> Self {
        Self { above, ..self }
    }

    /// Whether a limit in USD holds, here or above.
    #[must_use]
    pub fn limits_usd(&self) -> bool {
        self.budget().usd.is_some() || self.above.iter().any(|ledger| ledger.limits_usd())
    }

    /// Sets an estimate aside. Where it would fit but for calls in flight, it waits until they settle.
    ///
    /// # Errors
    /// The limit that does not bear the call, even if everything in flight turned out to be free.
    pub async fn reserve(&self, role: ModelRole, estimate: Estimate) -> Result<Reservation<'_>, Limit> {
        let mut reservation = self.reserve_here(role, estimate).await.map_err(|limit| self.refused(self, limit))?;
        for ledger in &self.above {
            // what is set aside so far is given back where a limit above does not bear the call
            let above = ledger.reserve_here(role, estimate).await.map_err(|limit| self.refused(ledger, limit))?;
            reservation.above.push(above);
        }
        Ok(reservation)
    }

    async fn reserve_here(&self, role: ModelRole, estimate: Estimate) -> Result<Reservation<'_>, Limit> {
        loop {
            // registered before looking, so that no settlement in between is missed
            let settled = self.settled.notified();
            match self.try_reserve(estimate) {
                Verdict::Granted => {
                    return Ok(Reservation { ledger: self, above: Vec::new(), role, estimate, open: true });
                }
                Verdict::Spent(limit) => return Err(limit),
                Verdict::Wait => settled.await,
            }
        }
    }

    fn try_reserve(&self, estimate: Estimate) -> Verdict {
        let mut books = self.books();
        let Books { budget, spent, reserved, reservations } = *books;
        let tokens = spent.tokens_in + spent.tokens_out + estimate.tokens;
        // sums of floating-point prices may miss a limit by their last digits
        let usd = spent.usd.0 + estimate.usd.0 - 1e-9;
        if budget.minutes.is_some_and(|most| self.seconds(&books) >= most * 60.0) {
            return Verdict::Spent(Limit::Minutes);
        }
        if budget.calls.is_some_and(|most| spent.calls + 1 > most) {
            return Verdict::Spent(Limit::Calls);
        }
        if budget.tokens.is_some_and(|most| tokens > most) {
            return Verdict::Spent(Limit::Tokens);
        }
        if budget.usd.is_some_and(|most| usd > most) {
            return Verdict::Spent(Limit::Usd);
        }
        let waits = budget.calls.is_some_and(|most| spent.calls + reservations + 1 > most)
            || budget.tokens.is_some_and(|most| tokens + reserved.tokens > most)
            || budget.usd.is_some_and(|most| usd + reserved.usd.0 > most);
        if waits {
            return Verdict::Wait;
        }
        books.reservations += 1;
        books.reserved.tokens += estimate.tokens;
        books.reserved.usd += estimate.usd;
        Verdict::Granted
    }

    /// The limit in tokens or USD that what is booked already goes beyond: answers took more than was set aside for them.
    #[must_use]
    pub fn overrun(&self) -> Option<Limit> {
        let Books { budget, spent, .. } = *self.books();
        if budget.tokens.is_some_and(|most| spent.tokens_in + spent.tokens_out > most) {
            return Some(self.refused(self, Limit::Tokens));
        }
        if budget.usd.is_some_and(|most| spent.usd.0 - 1e-9 > most) {
            return Some(self.refused(self, Limit::Usd));
        }
        self.above.iter().find_map(|above| above.overrun().map(|limit| self.refused(above, limit)))
    }

    /// Counts a call that the cache answered.
    pub fn note_cache_hit(&self) {
        self.books().spent.cache_hits += 1;
    }

    /// What the run has bought so far, running time up to now.
    #[must_use]
    pub fn spent(&self) -> Spent {
        let books = self.books();
        Spent { seconds: self.seconds(&books), ..books.spent }
    }

    /// The limits.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.books().budget
    }

    /// Changes the limits; calls that wait look again.
    pub fn set_budget(&self, budget: Budget) {
        self.books().budget = budget;
        self.settled.notify_waiters();
    }

    /// Learns that so much was spent in all, by whoever: what it knows itself already is part of it. Calls that wait look again.
    pub fn at_least(&self, spent: &Spent) {
        let mut books = self.books();
        books.spent.usd = Usd(books.spent.usd.0.max(spent.usd.0));
        books.spent.calls = books.spent.calls.max(spent.calls);
        books.spent.tokens_in = books.spent.tokens_in.max(spent.tokens_in);
        books.spent.tokens_out = books.spent.tokens_out.max(spent.tokens_out);
        drop(books);
        self.settled.notify_waiters();
    }

    /// What is left.
    #[must_use]
    pub fn remaining(&self) -> Remaining {
        let books = self.books();
        let Books { budget, spent, reserved, reservations } = *books;
        let taken = spent.tokens_in + spent.tokens_out + reserved.tokens;
        Remaining {
            usd: budget.usd.map(|most| Usd((most - spent.usd.0 - reserved.usd.0).max(0.0))),
            calls: budget.calls.map(|most| most.saturating_sub(spent.calls + reservations)),
            tokens: budget.tokens.map(|most| most.saturating_sub(taken)),
            minutes: budget.minutes.map(|most| (most - self.seconds(&books) / 60.0).max(0.0)),
        }
    }

    fn seconds(&self, books: &Books) -> f64 {
        books.spent.seconds + self.started.elapsed().as_secs_f64()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // the books are consistent between any two statements that may panic: there is none
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is set aside for one call. Dropping it gives everything back: the call failed or was abandoned.
#[derive(Debug)]
#[must_use = "a reservation that is dropped is given back"]
pub struct Reservation<'a> {
    ledger: &'a Ledger,
    above: Vec<Reservation<'a>>,
    role: ModelRole,
    estimate: Estimate,
    open: bool,
}

impl Reservation<'_> {
    /// Books what the call took. `cost` is `None` where the price is unknown.
    pub fn settle(mut self, usage: Usage, cost: Option<Usd>) {
        self.open = false;
        for above in std::mem::take(&mut self.above) {
            above.settle(usage, cost);
        }
        let mut books = self.ledger.books();
        let spent = &mut books.spent;
        spent.calls += 1;
        match self.role {
            ModelRole::Task => spent.task_calls += 1,
            ModelRole::Reflection => spent.reflection_calls += 1,
            ModelRole::Judge => spent.judge_calls += 1,
        }
        spent.tokens_in += usage.input;
        spent.tokens_out += usage.output;
        match cost {
            Some(cost) => spent.usd += cost,
            None => spent.unpriced_calls += 1,
        }
        self.give_back(books);
    }

    fn give_back(&self, mut books: MutexGuard<'_, Books>) {
        books.reservations -= 1;
        books.reserved.tokens -= self.estimate.tokens;
        // nothing reserved is exactly nothing: rounding must not pile up
        let usd = if books.reservations == 0 { 0.0 } else { (books.reserved.usd.0 - self.estimate.usd.0).max(0.0) };
        books.reserved.usd = Usd(usd);
        drop(books);
        self.ledger.settled.notify_waiters();
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if self.open {
            self.give_back(self.ledger.books());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::{FutureExt, StreamExt, stream::FuturesUnordered};

    use super::*;

    fn estimate(tokens: u64, usd: f64) -> Estimate {
        Estimate { tokens, usd: Usd(usd) }
    }

    #[tokio::test]
    async fn ledgers_above_hold_their_limits_over_all_runs_and_book_everything() {
        let shared = Arc::new(Ledger::new(Budget { calls: Some(3), ..Budget::default() }, Spent::default()));
        let run = || {
            Ledger::new(Budget { calls: Some(2), ..Budget::default() }, Spent::default()).below(vec![shared.clone()])
        };
        let (one, two) = (run(), run());
        let usage = Usage { input: 10, output: 5, ..Usage::default() };
        for ledger in [&one, &one, &two] {
            ledger.reserve(ModelRole::Task, estimate(20, 0.0)).await.unwrap().settle(usage, Some(Usd(0.5)));
        }
        assert_eq!(two.reserve(ModelRole::Task, estimate(20, 0.0)).await.err(), Some(Limit::Calls), "of the one above");
        assert_eq!(two.remaining().calls, Some(1), "what was set aside here is given back");
        let spent = shared.spent();
        assert_eq!((spent.calls, spent.usd, spent.tokens_in), (3, Usd(1.5), 30));
        // what is abandoned is given back everywhere
        shared.set_budget(Budget { calls: Some(4), ..Budget::default() });
        drop(two.reserve(ModelRole::Task, estimate(20, 0.0)).await.unwrap());
        assert_eq!((shared.remaining().calls, two.remaining().calls), (Some(1), Some(1)));
        assert!(!one.limits_usd());
        shared.set_budget(Budget { usd: Some(4.0), ..Budget::default() });
        assert!(one.limits_usd(), "a limit above needs prices too");
    }

    fn used(input: u64, output: u64) -> Usage {
        Usage { input, output, ..Usage::default() }
    }

    #[tokio::test]
    async fn every_limit_is_hard() {
        let cases = [
            (Budget { calls: Some(2), ..Budget::default() }, Limit::Calls),
            (Budget { tokens: Some(20), ..Budget::default() }, Limit::Tokens),
            (Budget { usd: Some(0.2), ..Budget::default() }, Limit::Usd),
        ];
        for (budget, limit) in cases {
            let ledger = Ledger::new(budget, Spent::default());
            for _ in 0..2 {
                let held = ledger.reserve(ModelRole::Task, estimate(10, 0.1)).await.unwrap();
                held.settle(used(5, 5), Some(Usd(0.1)));
            }
            assert_eq!(ledger.reserve(ModelRole::Judge, estimate(10, 0.1)).await.unwrap_err(), limit);
            assert_eq!(ledger.spent().calls, 2);
        }
    }

    #[tokio::test]
    async fn waits_for_calls_in_flight_and_takes_what_they_leave() {
        let ledger = Ledger::new(Budget { usd: Some(1.0), ..Budget::default() }, Spent::default());
        let first = ledger.reserve(ModelRole::Task, estimate(1, 0.9)).await.unwrap();
        let mut second = Box::pin(ledger.reserve(ModelRole::Task, estimate(1, 0.9)));
        assert!((&mut second).now_or_never().is_none(), "it would fit but for the first");
        assert_eq!(ledger.remaining().usd.unwrap(), Usd(1.0 - 0.9));
        first.settle(used(1, 0), Some(Usd(0.05)));
        let second = second.await.unwrap();
        let mut third = Box::pin(ledger.reserve(ModelRole::Task, estimate(1, 0.9)));
        assert!((&mut third).now_or_never().is_none());
        second.settle(used(1, 0), Some(Usd(0.3)));
        assert_eq!(third.await.unwrap_err(), Limit::Usd, "0.35 + 0.9 is more than 1");
    }

    #[tokio::test]
    async fn a_dropped_reservation_is_given_back() {
        let ledger = Ledger::new(Budget { calls: Some(1), ..Budget::default() }, Spent::default());
        drop(ledger.reserve(ModelRole::Task, estimate(9, 0.5)).await.unwrap());
        assert_eq!(ledger.remaining().calls, Some(1));
        assert!(ledger.reserve(ModelRole::Task, Estimate::default()).await.is_ok());
    }

    #[tokio::test]
    async fn goes_on_from_what_was_paid_and_counts_by_role() {
        let before = Spent { calls: 3, task_calls: 3, usd: Usd(0.3), tokens_in: 30, seconds: 5.0, ..Spent::default() };
        let ledger = Ledger::new(Budget { calls: Some(6), ..Budget::default() }, before);
        for role in [ModelRole::Task, ModelRole::Reflection, ModelRole::Judge] {
            ledger.reserve(role, Estimate::default()).await.unwrap().settle(used(1, 2), None);
        }
        ledger.note_cache_hit();
        let spent = ledger.spent();
        assert_eq!((spent.calls, spent.task_calls, spent.reflection_calls, spent.judge_calls), (6, 4, 1, 1));
        assert_eq!((spent.tokens_in, spent.tokens_out, spent.cache_hits, spent.unpriced_calls), (33, 6, 1, 3));
        assert!(spent.seconds >= 5.0);
        assert_eq!(ledger.reserve(ModelRole::Task, Estimate::default()).await.unwrap_err(), Limit::Calls);
        ledger.set_budget(Budget::default());
        assert!(ledger.reserve(ModelRole::Task, Estimate::default()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn running_time_ends_it() {
        let ledger = Ledger::new(Budget { minutes: Some(1.0), ..Budget::default() }, Spent::default());
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(ledger.reserve(ModelRole::Task, Estimate::default()).await.is_ok());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(ledger.reserve(ModelRole::Task, Estimate::default()).await.unwrap_err(), Limit::Minutes);
    }

    #[tokio::test]
    async fn many_at_once_never_overrun() {
        let ledger = Ledger::new(Budget { calls: Some(50), usd: Some(10.0), ..Budget::default() }, Spent::default());
        let calls = (0..200).map(|i| {
            let ledger = &ledger;
            async move {
                let held = ledger.reserve(ModelRole::Task, estimate(1, 0.5)).await?;
                tokio::task::yield_now().await;
                if i % 3 > 0 {
                    held.settle(used(1, 1), Some(Usd(0.1)));
                }
                Ok::<(), Limit>(())
            }
        });
        let results: Vec<_> = calls.collect::<FuturesUnordered<_>>().collect().await;
        assert!(results.contains(&Err(Limit::Calls)));
        let spent = ledger.spent();
        assert_eq!(spent.calls, 50);
        assert!(spent.usd.0 <= 10.0);
    }
}
