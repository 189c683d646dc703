use std::time::Duration;

use tokio::time::Instant;

/// How long nothing may come before that is said.
const SILENCE: Duration = Duration::from_secs(10);

/// That nothing came for long while something is under way.
pub(crate) fn silence(heard: Instant, under_way: usize) -> Option<String> {
    let silent = heard.elapsed();
    (under_way > 0 && silent >= SILENCE).then(|| format!("no answer for {} s", silent.as_secs()))
}

/// Trials per second, smoothed over about two seconds.
pub(crate) struct Rate {
    at: Instant,
    trials: u64,
    /// As of the last update.
    pub per_second: f64,
}

impl Rate {
    pub fn new(trials: u64) -> Self {
        Self { at: Instant::now(), trials, per_second: 0.0 }
    }

    pub fn update(&mut self, trials: u64) {
        let seconds = self.at.elapsed().as_secs_f64();
        if seconds >= 0.05 {
            let fresh = trials.saturating_sub(self.trials) as f64 / seconds;
            let weight = (seconds / 2.0).min(1.0);
            self.per_second =
                if self.per_second == 0.0 { fresh } else { self.per_second + weight * (fresh - self.per_second) };
            (self.at, self.trials) = (Instant::now(), trials);
        }
    }
}
