use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// A token bucket: it holds at most `burst` requests and is refilled with `rate` a second.
#[derive(Debug)]
pub(crate) struct Limiter {
    rate: f64,
    burst: f64,
    state: Mutex<(f64, Instant)>,
}

/// Where the bucket stands after a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    /// Whether the request may pass.
    pub(crate) passes: bool,
    /// Requests that the bucket holds when full.
    pub(crate) limit: u64,
    /// Requests that would pass at once.
    pub(crate) remaining: u64,
    /// How long until one more passes; 0 where one would now.
    pub(crate) retry_after: Duration,
    /// How long until the bucket is full.
    pub(crate) reset: Duration,
}

impl Limiter {
    pub(crate) fn new(rate: f64, burst: Option<f64>, now: Instant) -> Self {
        let burst = burst.unwrap_or(rate).max(1.0);
        Self { rate, burst, state: Mutex::new((burst, now)) }
    }

    pub(crate) fn ask(&self, now: Instant) -> Standing {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (tokens, at) = *state;
        let mut tokens = (tokens + now.saturating_duration_since(at).as_secs_f64() * self.rate).min(self.burst);
        let passes = tokens >= 1.0;
        if passes {
            tokens -= 1.0;
        }
        *state = (tokens, now.max(at));
        let until = |wanted: f64| Duration::from_secs_f64(((wanted - tokens) / self.rate).max(0.0));
        Standing {
            passes,
            limit: self.burst as u64,
            remaining: tokens as u64,
            retry_after: until(1.0),
            reset: until(self.burst),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_rate_passes_over_time() {
        let start = Instant::now();
        let limiter = Limiter::new(50.0, None, start);
        // 100 requests a second for 10 seconds: the burst of 50 and 50 a second
        let passed = (0..1000).filter(|i| limiter.ask(start + Duration::from_millis(i * 10)).passes).count();
        assert!((545..=551).contains(&passed), "{passed}");
    }

    #[test]
    fn it_says_when_to_come_back() {
        let start = Instant::now();
        let limiter = Limiter::new(10.0, Some(2.0), start);
        let first = limiter.ask(start);
        assert_eq!((first.passes, first.limit, first.remaining), (true, 2, 1));
        assert_eq!(first.reset, Duration::from_millis(100));
        assert!(limiter.ask(start).passes);
        let third = limiter.ask(start);
        assert_eq!((third.passes, third.remaining, third.retry_after), (false, 0, Duration::from_millis(100)));
        assert!(limiter.ask(start + third.retry_after).passes);
    }
}
