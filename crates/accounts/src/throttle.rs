use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use clade_domain::Timestamp;

use crate::AccountError;

/// Wrong attempts that are free.
const FREE: u32 = 5;
/// The wait after the next one; it doubles with each, up to [`LONGEST_MS`].
const FIRST_MS: i64 = 1_000;
const LONGEST_MS: i64 = 15 * 60 * 1_000;
/// Names remembered; past it the oldest are forgotten.
const MOST: usize = 10_000;

/// Slows down who guesses, by login and by address. A login that is guessed at by others opens again after a quarter of an
/// hour at most, so nobody can be locked out for good.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    wrong: Mutex<HashMap<String, Wrong>>,
}

#[derive(Debug, Clone, Copy)]
struct Wrong {
    count: u32,
    last: Timestamp,
}

impl Throttle {
    /// Whether an attempt may be made now; it counts as wrong until [`Self::succeeded`].
    pub fn attempt(&self, names: &[&str], now: Timestamp) -> Result<(), AccountError> {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let wait =
            names.iter().filter_map(|name| wrong.get(*name)).map(|wrong| wrong.until() - now.0).max().unwrap_or(0);
        if wait > 0 {
            return Err(AccountError::Throttled { seconds: wait.unsigned_abs().div_ceil(1_000) });
        }
        if wrong.len() >= MOST {
            wrong.retain(|_, wrong| now.0 - wrong.last.0 < LONGEST_MS);
        }
        for name in names {
            let entry = wrong.entry((*name).to_owned()).or_insert(Wrong { count: 0, last: now });
            if now.0 - entry.last.0 >= LONGEST_MS {
                entry.count = 0;
            }
            *entry = Wrong { count: entry.count.saturating_add(1), last: now };
        }
        Ok(())
    }

    /// The attempt was right: what was counted against these names is forgotten.
    pub fn succeeded(&self, names: &[&str]) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.retain(|name, _| !names.contains(&name.as_str()));
    }
}

impl Wrong {
    fn until(self) -> i64 {
        let beyond = self.count.saturating_sub(FREE);
        if beyond == 0 && self.count < FREE {
            return self.last.0;
        }
        self.last.0 + (FIRST_MS << beyond.min(20)).min(LONGEST_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_a_right_password_starts_afresh() {
        let throttle = Throttle::default();
        let mut now = Timestamp(0);
        for _ in 0..FREE {
            throttle.attempt(&["zoe"], now).unwrap();
        }
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            let refused = throttle.attempt(&["zoe"], now);
            assert!(matches!(refused, Err(AccountError::Throttled { seconds: s }) if s == seconds), "{refused:?}");
            throttle.attempt(&["max"], now).unwrap();
            throttle.succeeded(&["max"]);
            now.0 += i64::try_from(seconds).unwrap() * 1_000;
            if seconds < 900 {
                throttle.attempt(&["zoe"], now).unwrap();
            } else {
                break;
            }
        }
        throttle.succeeded(&["zoe"]);
        for _ in 0..FREE {
            throttle.attempt(&["zoe"], now).unwrap();
        }
    }

    #[test]
    fn many_logins_from_one_address_count_together() {
        let throttle = Throttle::default();
        for n in 0..FREE {
            throttle.attempt(&[&format!("login-{n}"), "address 10.0.0.1"], Timestamp(0)).unwrap();
        }
        let refused = throttle.attempt(&["login-9", "address 10.0.0.1"], Timestamp(0));
        assert!(matches!(refused, Err(AccountError::Throttled { .. })), "{refused:?}");
    }
}
