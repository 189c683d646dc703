use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Least time between two rounds under load.
const APART: Duration = Duration::from_millis(5);
/// A round of fewer callers is followed by one twice as long after it: under such a load waking threads costs more than the rows.
const FEW: usize = 32;
/// How often a crowd that waits is looked at: where nobody has come since, nobody is waited for.
const LOOK: Duration = Duration::from_millis(2);
/// How far back load is looked at.
const WINDOW: Duration = Duration::from_millis(16);
/// Callers in a window from which there is load.
const LOAD: usize = 16;

/// Keeps rounds of work a little apart while many callers come, so that a round serves several of
/// them: the calls to SQLite's thread and the commit are paid once a round. A lone caller, or one that writes one piece after the other, never waits.
#[derive(Debug)]
pub(crate) struct Pace {
    next: Instant,
    since: Instant,
    before: usize,
    now: usize,
}

impl Pace {
    pub fn new() -> Self {
        let now = Instant::now();
        Self { next: now, since: now, before: 0, now: 0 }
    }

    /// Waits until the next round may begin: until it is due, or those who wait, by `waiting`, have stopped growing in number.
    pub async fn wait(&self, waiting: impl Fn() -> usize) {
        if self.before.max(self.now) < LOAD {
            return;
        }
        let mut seen = 0;
        while Instant::now() < self.next {
            sleep_until(self.next.min(Instant::now() + LOOK)).await;
            let now = waiting();
            if now > 0 && now == seen {
                return;
            }
            seen = now;
        }
    }

    /// Takes note of a round that begins for so many callers.
    pub fn begin(&mut self, callers: usize) {
        let now = Instant::now();
        if now - self.since >= WINDOW {
            self.before = if now - self.since < 2 * WINDOW { self.now } else { 0 };
            (self.since, self.now) = (now, 0);
        }
        self.now += callers;
        self.next = now + if callers < FEW { 2 * APART } else { APART };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_lone_caller_never_waits_and_a_crowd_does() {
        let mut pace = Pace::new();
        let start = Instant::now();
        for _ in 0..LOAD - 1 {
            pace.begin(1);
            pace.wait(|| 0).await;
        }
        assert_eq!(Instant::now(), start);
        pace.begin(1);
        pace.wait(|| 0).await;
        assert!(Instant::now() >= start + APART);
        // those who wait are not kept waiting for nobody
        let start = Instant::now();
        pace.begin(LOAD);
        pace.wait(|| 7).await;
        assert_eq!(Instant::now(), start + 2 * LOOK);
        // a pause later nobody waits again
        tokio::time::advance(3 * WINDOW).await;
        let later = Instant::now();
        pace.begin(1);
        pace.wait(|| 0).await;
        assert_eq!(Instant::now(), later);
    }
}
