use std::time::Duration;

use crate::client::ModelError;

/// Answers to one call that cannot be read after which it is given up: each was most likely paid for.
pub const READS: u32 = 4;
/// Answers of a model that cannot be read after which it is given up for the run, where none was ever read.
pub const FIRST_READS: u32 = 8;
/// Tries to find an address by a name that nobody knows, before the first answer.
const RESOLVING_TRIES: u32 = 3;
/// The first wait of a call that was turned away is this much shorter: whether others may go is the pacer's affair, and a refusal
/// that tells nothing of a rate must not hold up the end of a run.
const SOONER: u32 = 5;
/// The longest wait before the first answer: who starts a server beside the run does not want to wait long after it.
const LONGEST_FIRST_WAIT: Duration = Duration::from_secs(5);

/// How long temporary failures are waited out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryPolicy {
    /// Most tries of one call, the first included, from 1. Refusals for being too many do not count: waiting mends them.
    pub tries: u32,
    /// The same before the model has ever answered; `None` leaves it to `first_patience`.
    pub first_tries: Option<u32>,
    /// Most waiting of one call in all.
    pub patience: Duration,
    /// How long a model that has never answered is waited for from its first failure on: it may still be starting.
    pub first_patience: Duration,
    /// The mean of the first wait is half of this, and a tenth after a refusal for being too many; each later one doubles.
    pub first_wait: Duration,
    /// The most that one wait without the provider's word takes; 5 seconds at most before the first answer.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    /// 20 tries or 10 minutes of waiting, from half a second to a minute at a time; a minute for the first answer.
    fn default() -> Self {
        Self {
            tries: 20,
            first_tries: None,
            patience: Duration::from_secs(600),
            first_patience: Duration::from_secs(60),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// The same with so many tries of one call at most, from 1, before the first answer too.
    #[must_use]
    pub fn at_most(self, tries: u32) -> Self {
        Self { tries, first_tries: Some(tries), ..self }
    }
}

/// What a model did that has never answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unheard {
    /// Time since its first failure.
    pub failing: Duration,
    /// Its answers that cannot be read.
    pub unread: u32,
}

/// What one call has met so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    tries: u32,
    refusals: u32,
    unread: u32,
    waited: Duration,
}

impl Tally {
    /// How long to wait before the next try, or what the call ends with. `unheard` is there where the model has never
    /// answered any call; `luck` is a uniform draw from [0, 1).
    pub fn wait(
        &mut self,
        policy: &RetryPolicy,
        error: ModelError,
        unheard: Option<Unheard>,
        luck: f64,
    ) -> Result<Duration, ModelError> {
        let (model, message, told) = match &error {
            ModelError::Temporary { model, message, retry_after, throttled } => {
                *(if *throttled { &mut self.refusals } else { &mut self.tries }) += 1;
                (model, message, *retry_after)
            }
            ModelError::Unresolved { model, message } => {
                self.tries += 1;
                (model, message, None)
            }
            ModelError::Unreadable { model, message, .. } => {
                (self.tries, self.unread) = (self.tries + 1, self.unread + 1);
                (model, message, None)
            }
            _ => return Err(error),
        };
        let Self { tries, refusals, unread, waited } = *self;
        let stop = |message: String, fix: &str| {
            let (model, fix) = (model.clone(), format!("{fix}, then `clade resume`"));
            Err(ModelError::Permanent { model, message, fix })
        };
        // nobody wants a run that seems to hang; what it has stays, and the same prompt asks for it later
        if let Some(told) = told.filter(|told| *told > policy.patience) {
            let message = format!("it takes no call for the next {}: {message}", clock(told));
            return stop(message, "wait that long, or raise your limit there");
        }
        let give_up = |message: String| Err(ModelError::Request { model: model.clone(), message });
        if let Some(Unheard { failing, unread }) = unheard {
            let there = "check the address and that something answers there";
            if matches!(error, ModelError::Unresolved { .. }) && tries >= RESOLVING_TRIES {
                return stop(message.clone(), "check the address and the network");
            }
            if unread >= FIRST_READS {
                let said = format!("it has not answered once, its {unread} answers cannot be read, lastly: {message}");
                return stop(said, "check the address and what answers there");
            }
            if failing >= policy.first_patience || policy.first_tries.is_some_and(|most| tries >= most) {
                let seconds = failing.as_secs_f64();
                return stop(
                    format!(
                        "it has not answered once, and {tries} tries of one call failed within {seconds:.0} s, lastly \
                         with: {message}"
                    ),
                    there,
                );
            }
        }
        if unread >= READS {
            return give_up(format!("{unread} answers cannot be read and are counted as calls, lastly: {message}"));
        }
        let longest = if unheard.is_some() { policy.longest_wait.min(LONGEST_FIRST_WAIT) } else { policy.longest_wait };
        let doublings = (tries + refusals - 1).min(30);
        let refused = matches!(error, ModelError::Temporary { throttled: true, .. });
        let first = if refused { policy.first_wait / SOONER } else { policy.first_wait };
        let jitter = first.saturating_mul(1 << doublings).min(longest).mul_f64(luck);
        let wait = match (told, unheard) {
            // a told wait is kept; a little jitter on top spreads those who were told the same
            (Some(told), _) => told + jitter.min(told / 10),
            // the last try comes when patience ends, not before
            (None, Some(Unheard { failing, .. })) => jitter.min(policy.first_patience.saturating_sub(failing)),
            (None, None) => jitter,
        };
        if unheard.is_none() && tries >= policy.tries || waited + wait > policy.patience {
            let after = if refused { "being turned away" } else { "failing" };
            return give_up(format!(
                "no answer in {} tries and {:.0} s of waiting, {after} with: {message}",
                tries + refusals,
                waited.as_secs_f64()
            ));
        }
        self.waited += wait;
        Ok(wait)
    }
}

/// A time in hours and minutes.
fn clock(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    if minutes < 60 { format!("{minutes} min") } else { format!("{} h {} min", minutes / 60, minutes % 60) }
}

#[cfg(test)]
mod tests {
    use clade_domain::Usage;

    use super::*;

    fn error(kind: &str) -> ModelError {
        let (model, message) = ("m".to_owned(), "oops".to_owned());
        match kind {
            "failing" => ModelError::Temporary { model, message, retry_after: None, throttled: false },
            "turned away" => ModelError::Temporary { model, message, retry_after: None, throttled: true },
            "told" | "told hours" => {
                let retry_after = Some(Duration::from_secs(if kind == "told" { 100 } else { 99_999 }));
                ModelError::Temporary { model, message, retry_after, throttled: false }
            }
            "unresolved" => ModelError::Unresolved { model, message },
            "unreadable" => ModelError::Unreadable { model, message, usage: Usage::default(), cost: None },
            _ => ModelError::Request { model, message },
        }
    }

    /// What the nth failure of one kind leads to, all of them at once.
    fn nth(n: usize, kind: &str, policy: RetryPolicy, unheard: Option<Unheard>) -> Result<Duration, ModelError> {
        let mut tally = Tally::default();
        (1..n).for_each(|_| drop(tally.wait(&policy, error(kind), unheard, 0.5)));
        tally.wait(&policy, error(kind), unheard, 0.5)
    }

    #[test]
    fn when_a_call_and_when_a_model_is_given_up() {
        let unheard = |seconds, unread| Some(Unheard { failing: Duration::from_secs(seconds), unread });
        let usual = RetryPolicy::default();
        let few = usual.at_most(2);
        // the failure, how many of it, the policy, the model, and what comes of the last one
        let cases = [
            ("failing", 1, usual, None, Ok(0.25)),
            ("failing", 19, usual, None, Ok(30.0)),
            ("failing", 20, usual, None, Err("Request")),
            ("failing", 2, few, None, Err("Request")),
            ("failing", 1, few, None, Ok(0.25)),
            ("turned away", 2, few, None, Ok(0.1)),
            ("told", 1, usual, None, Ok(100.25)),
            ("told", 6, usual, None, Err("Request")),
            ("told hours", 1, usual, None, Err("Permanent")),
            ("unresolved", 3, usual, None, Ok(1.0)),
            ("unreadable", 3, usual, None, Ok(1.0)),
            ("unreadable", 4, usual, None, Err("Request")),
            ("refused", 1, usual, None, Err("Request")),
            // before the first answer time decides, and waits are short
            ("failing", 12, usual, unheard(59, 0), Ok(1.0)),
            ("failing", 12, usual, unheard(20, 0), Ok(2.5)),
            ("failing", 25, usual, unheard(20, 0), Ok(2.5)),
            ("failing", 1, usual, unheard(60, 0), Err("Permanent")),
            ("failing", 2, few, unheard(1, 0), Err("Permanent")),
            ("told", 1, usual, unheard(1, 0), Ok(100.25)),
            ("unresolved", 2, usual, unheard(1, 0), Ok(0.5)),
            ("unresolved", 3, usual, unheard(1, 0), Err("Permanent")),
            ("unreadable", 3, usual, unheard(1, 7), Ok(1.0)),
            ("unreadable", 4, usual, unheard(1, 7), Err("Request")),
            ("unreadable", 1, usual, unheard(1, 8), Err("Permanent")),
        ];
        for (kind, n, policy, unheard, expected) in cases {
            let case = format!("{n} x {kind}, {policy:?}, {unheard:?}");
            match (nth(n, kind, policy, unheard), expected) {
                (Ok(wait), Ok(expected)) => assert_eq!(wait.as_secs_f64(), expected, "{case}"),
                (Err(error), Err(expected)) => {
                    assert!(format!("{error:?}").starts_with(expected), "{case}: {error:?}");
                    assert!(error.to_string().contains("oops"), "{case}: {error}");
                }
                (found, expected) => panic!("{case}: {found:?}, not {expected:?}"),
            }
        }
    }
}
