use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Callers that are remembered; beyond that those who rested longest are forgotten.
const MOST: usize = 10_000;
/// Seconds of the rate that may come at once.
const BURST: f64 = 4.0;

/// How many requests each caller may still send: a token bucket each.
#[derive(Debug)]
pub(crate) struct Rates {
    rate: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Rates {
    pub fn new(rate: f64) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Counts a request. The error is the seconds to wait.
    pub fn take(&self, caller: &str, now: Instant) -> Result<(), u64> {
        let most = self.rate * BURST;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(caller) {
            // a bucket that is full again says nothing
            let full = |bucket: &Bucket| now.duration_since(bucket.at).as_secs_f64() * self.rate + bucket.left >= most;
            buckets.retain(|_, bucket| !full(bucket));
        }
        let bucket = buckets.entry(caller.to_owned()).or_insert(Bucket { left: most, at: now });
        bucket.left = (bucket.left + now.duration_since(bucket.at).as_secs_f64() * self.rate).min(most);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(((1.0 - bucket.left) / self.rate).ceil().max(1.0) as u64);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_served_and_then_the_rate() {
        let (rates, start) = (Rates::new(10.0), Instant::now());
        let served = (0..100).filter(|_| rates.take("a", start).is_ok()).count();
        assert_eq!(served, 40);
        assert_eq!(rates.take("a", start), Err(1));
        assert_eq!(rates.take("b", start), Ok(()), "others are not held up");
        let later = start + Duration::from_secs(1);
        let served = (0..100).filter(|_| rates.take("a", later).is_ok()).count();
        assert_eq!(served, 10);
    }
}
