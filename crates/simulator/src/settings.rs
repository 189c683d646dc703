use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use clade_models::simulated::AnswerKey;
use serde_json::Value;

/// How the simulated server behaves. The default answers at once and never fails.
///
/// Rates are shares of the requests in [0, 1]; together they are at most 1. Which requests fail is settled by the seed and
/// the number of the request, so that another try may succeed.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The simulated model's name, with or without `simulated:`. It answers whatever model a request names; one that names
    /// another simulated model, such as `simulated:gentle`, gets that one.
    pub model: String,
    /// Settings of the model, as `config` in a run file.
    pub config: BTreeMap<String, Value>,
    /// What all draws start from.
    pub seed: u64,
    /// How long answers take.
    pub latency: Latency,
    /// Share answered with status 500.
    pub error_rate: f64,
    /// Share answered with status 429, whatever the load.
    pub throttle_rate: f64,
    /// Whether status 429 comes with `retry-after` and what is left of the limit.
    pub tells_limits: bool,
    /// Requests per second from which status 429 is answered; `None` is no limit.
    pub requests_per_second: Option<f64>,
    /// Requests that may come at once before the limit bites; `None` is one second's worth.
    pub burst: Option<f64>,
    /// Share that is never answered: the connection stays open until the client goes.
    pub hang_rate: f64,
    /// Share answered with status 200 and broken JSON.
    pub malformed_rate: f64,
    /// Share answered with status 200 and a page of HTML, as proxies do.
    pub html_rate: f64,
    /// Share whose answer breaks off in the middle of the body.
    pub half_body_rate: f64,
    /// The key that requests must bring (`authorization: Bearer ...` or `x-api-key`); `None` takes any or none.
    pub key: Option<String>,
    /// The right answers of a data set; without them the right answer is a number made from the question's text.
    pub answers: Option<Arc<AnswerKey>>,
    /// A file that gets one line of JSON for each answered request: `n` (the request's number, from 0), `path`, and `body`
    /// (the hash of its body). An existing file is continued.
    pub log: Option<PathBuf>,
}

/// How long an answer takes, from the request's last byte to the response's first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latency {
    /// Always so many milliseconds.
    Fixed(f64),
    /// Log-normally distributed.
    LogNormal {
        /// Half of the answers take at most so many milliseconds; above 0.
        median_ms: f64,
        /// 95 % of the answers take at most so many milliseconds; at least the median.
        p95_ms: f64,
    },
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            model: "rough".into(),
            config: BTreeMap::new(),
            seed: 0,
            latency: Latency::Fixed(0.0),
            error_rate: 0.0,
            throttle_rate: 0.0,
            tells_limits: true,
            requests_per_second: None,
            burst: None,
            hang_rate: 0.0,
            malformed_rate: 0.0,
            html_rate: 0.0,
            half_body_rate: 0.0,
            key: None,
            answers: None,
            log: None,
        }
    }
}

impl Settings {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`SettingsError`] with what is wrong and what would be right.
    pub fn check(&self) -> Result<(), SettingsError> {
        let wrong = |what: String| Err(SettingsError(what));
        let mut sum = 0.0;
        for (name, rate) in self.rates() {
            if !(0.0..=1.0).contains(&rate) {
                return wrong(format!("the {name} rate is {rate}; give a share from 0 to 1"));
            }
            sum += rate;
        }
        if sum > 1.0 + 1e-9 {
            return wrong(format!("the rates of failures are {sum} together; at most 1 is possible"));
        }
        match self.latency {
            Latency::Fixed(ms) if !(0.0..=3.6e6).contains(&ms) => {
                return wrong(format!("the latency is {ms} ms; give 0 to 3600000"));
            }
            Latency::LogNormal { median_ms, p95_ms }
                if !(median_ms > 0.0 && p95_ms >= median_ms && p95_ms <= 3.6e6) =>
            {
                return wrong(format!(
                    "the latency has median {median_ms} ms and 95th percentile {p95_ms} ms; give a median above 0 and a \
                     percentile from there to 3600000"
                ));
            }
            _ => {}
        }
        if let Some(limit) = self.requests_per_second.filter(|limit| !(*limit > 0.0 && limit.is_finite())) {
            return wrong(format!("the limit is {limit} requests per second; give a number above 0"));
        }
        if let Some(burst) = self.burst.filter(|burst| !(*burst >= 1.0 && burst.is_finite())) {
            return wrong(format!("the burst is {burst} requests; give at least 1"));
        }
        clade_models::simulated::check_config(&self.model, &self.config).map_err(SettingsError)
    }

    pub(crate) fn rates(&self) -> [(&'static str, f64); 6] {
        [
            ("error", self.error_rate),
            ("throttle", self.throttle_rate),
            ("hang", self.hang_rate),
            ("malformed", self.malformed_rate),
            ("HTML", self.html_rate),
            ("half-body", self.half_body_rate),
        ]
    }
}

/// Settings that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub(crate) String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_settings_are_refused() {
        let base = Settings::default;
        let table = [
            (Settings { error_rate: 1.5, ..base() }, "the error rate is 1.5"),
            (Settings { error_rate: 0.6, hang_rate: 0.6, ..base() }, "1.2 together"),
            (Settings { latency: Latency::Fixed(-1.0), ..base() }, "the latency is -1 ms"),
            (Settings { latency: Latency::LogNormal { median_ms: 9.0, p95_ms: 3.0 }, ..base() }, "median 9 ms"),
            (Settings { requests_per_second: Some(0.0), ..base() }, "0 requests per second"),
            (Settings { burst: Some(0.5), ..base() }, "the burst is 0.5"),
            (Settings { model: "gpt".into(), ..base() }, "there is no model `simulated:gpt`"),
        ];
        assert_eq!(base().check(), Ok(()));
        for (settings, expected) in table {
            let error = settings.check().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
