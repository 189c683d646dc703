use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use clade_domain::Timestamp;

use crate::AccountError;

/// How many wrong attempts are free, and how long the longest wait is. The first wait is a second; it doubles with each further attempt.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    free: u32,
    longest_ms: i64,
}

/// For one login from one address.
const PAIR: Allowance = Allowance { free: 5, longest_ms: 15 * 60 * 1_000 };
/// For one login from wherever.
const LOGIN: Allowance = Allowance { free: 20, longest_ms: 60 * 1_000 };
/// For one address, which may be that of a whole office or of a proxy.
const ADDRESS: Allowance = Allowance { free: 100, longest_ms: 60 * 1_000 };

/// What was wrong is forgotten after this long without a further attempt, in milliseconds.
const REST_MS: i64 = 15 * 60 * 1_000;
/// From where somebody signed in is remembered for this long, in milliseconds: a month.
const KNOWN_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// Names remembered; past it those are forgotten that say nothing any more.
const MOST: usize = 10_000;
const FIRST_MS: i64 = 1_000;

/// Slows down who guesses: a login from one address after few attempts, a login from many addresses and an address with many logins after more.
/// Who signed in from an address before is held up there by their own mistakes alone, so nobody is locked out by what others try.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    seen: Mutex<HashMap<String, Seen>>,
}

/// What was tried under one name.
#[derive(Debug, Clone, Copy)]
struct Seen {
    wrong: u32,
    last: Timestamp,
    /// When an attempt was right, which only counts of a login from an address.
    right: Option<Timestamp>,
}

/// The names that an attempt counts under, the login from this address first.
fn names(login: &str, address: &str) -> [(String, Allowance); 3] {
    let (login, address) = (login.trim().to_lowercase(), network(address));
    [(format!("{address} {login}"), PAIR), (format!("login {login}"), LOGIN), (format!("address {address}"), ADDRESS)]
}

/// An address as it counts: whoever has one of IPv6 has the 2^64 beside it too.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.to_owned(),
    }
}

impl Throttle {
    /// Whether an attempt may be made now; it counts as wrong until [`Self::succeeded`].
    pub fn attempt(&self, login: &str, address: &str, now: Timestamp) -> Result<(), AccountError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let names = names(login, address);
        let known = seen.get(&names[0].0).is_some_and(|pair| pair.is_known(now));
        // who is known here neither waits for what others did, nor adds to what others wait for
        let counted = if known { &names[..1] } else { &names[..] };
        let wait = counted.iter().filter_map(|(name, allowance)| Some(seen.get(name)?.until(*allowance) - now.0)).max();
        if let Some(wait) = wait.filter(|wait| *wait > 0) {
            return Err(AccountError::Throttled { seconds: wait.unsigned_abs().div_ceil(1_000) });
        }
        if seen.len() >= MOST {
            seen.retain(|_, seen| seen.says_something(now));
        }
        for (name, _) in counted {
            let entry = seen.entry(name.clone()).or_insert(Seen { wrong: 0, last: now, right: None });
            if now.0 - entry.last.0 >= REST_MS {
                entry.wrong = 0;
            }
            *entry = Seen { wrong: entry.wrong.saturating_add(1), last: now, ..*entry };
        }
        Ok(())
    }

    /// The attempt was right. What was tried with other logins from this address stays counted.
    pub fn succeeded(&self, login: &str, address: &str, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let [(pair, _), (login, _), (address, _)] = names(login, address);
        seen.insert(pair, Seen { wrong: 0, last: now, right: Some(now) });
        seen.remove(&login);
        if let Some(address) = seen.get_mut(&address) {
            address.wrong = address.wrong.saturating_sub(1);
        }
    }
}

impl Seen {
    fn until(self, allowance: Allowance) -> i64 {
        if self.wrong < allowance.free {
            return self.last.0;
        }
        self.last.0 + (FIRST_MS << (self.wrong - allowance.free).min(20)).min(allowance.longest_ms)
    }

    fn is_known(self, now: Timestamp) -> bool {
        self.right.is_some_and(|right| now.0 - right.0 < KNOWN_MS)
    }

    fn says_something(self, now: Timestamp) -> bool {
        self.is_known(now) || now.0 - self.last.0 < REST_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(throttle: &Throttle, login: &str, address: &str, now: i64) -> Option<u64> {
        match throttle.attempt(login, address, Timestamp(now)) {
            Err(AccountError::Throttled { seconds }) => Some(seconds),
            _ => None,
        }
    }

    #[test]
    fn guessing_gets_slower_and_a_right_password_starts_afresh() {
        let (throttle, mut now) = (Throttle::default(), 0);
        for _ in 0..PAIR.free {
            assert_eq!(waits(&throttle, "zoe", "10.0.0.1", now), None);
        }
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900] {
            assert_eq!(waits(&throttle, "Zoe ", "10.0.0.1", now), Some(seconds));
            assert_eq!(waits(&throttle, "max", "10.0.0.1", now), None, "others are not held up");
            throttle.succeeded("max", "10.0.0.1", Timestamp(now));
            now += i64::try_from(seconds).unwrap() * 1_000;
            if seconds < 900 {
                assert_eq!(waits(&throttle, "zoe", "10.0.0.1", now), None);
            }
        }
        throttle.succeeded("zoe", "10.0.0.1", Timestamp(now));
        for _ in 0..PAIR.free {
            assert_eq!(waits(&throttle, "zoe", "10.0.0.1", now), None);
        }
    }

    #[test]
    fn many_logins_from_one_address_count_together_but_not_against_who_is_known_there() {
        let throttle = Throttle::default();
        throttle.attempt("zoe", "10.0.0.1", Timestamp(0)).unwrap();
        throttle.succeeded("zoe", "10.0.0.1", Timestamp(0));
        for n in 0..ADDRESS.free {
            assert_eq!(waits(&throttle, &format!("login-{n}"), "10.0.0.1", 0), None, "{n}");
        }
        assert_eq!(waits(&throttle, "max", "10.0.0.1", 0), Some(1));
        assert_eq!(waits(&throttle, "max", "10.0.0.2", 0), None);
        assert_eq!(waits(&throttle, "zoe", "10.0.0.1", 0), None);
    }

    #[test]
    fn one_login_from_many_addresses_is_slowed_down_but_for_its_owner() {
        let throttle = Throttle::default();
        throttle.attempt("zoe", "192.0.2.1", Timestamp(0)).unwrap();
        throttle.succeeded("zoe", "192.0.2.1", Timestamp(0));
        let mut now = 0;
        for n in 0..LOGIN.free {
            assert_eq!(waits(&throttle, "zoe", &format!("10.0.0.{n}"), now), None, "{n}");
        }
        for (n, expected) in [1, 2, 4, 8, 16, 32, 60, 60, 60].into_iter().enumerate() {
            let from = format!("10.0.1.{n}");
            assert_eq!(waits(&throttle, "zoe", &from, now), Some(expected));
            now += i64::try_from(expected).unwrap() * 1_000;
            assert_eq!(waits(&throttle, "zoe", &from, now), None);
        }
        assert_eq!(waits(&throttle, "zoe", "192.0.2.1", now), None, "from where they signed in before");
        assert_eq!(waits(&throttle, "zoe", "192.0.2.2", now), Some(60));
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let throttle = Throttle::default();
        for n in 0..PAIR.free {
            assert_eq!(waits(&throttle, "zoe", &format!("2001:db8:0:1::{n:x}"), 0), None);
        }
        assert_eq!(waits(&throttle, "zoe", "2001:db8:0:1::ffff", 0), Some(1));
        assert_eq!(waits(&throttle, "zoe", "2001:db8:0:2::1", 0), None);
        assert_eq!(waits(&throttle, "zoe", "::ffff:10.0.0.1", 0), None);
    }
}
