use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::http::{Method, StatusCode};
use clade_domain::DeliveryStatus;

/// Upper ends of the parts that durations are sorted into, in seconds: those that Prometheus' own clients have.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// What becomes of tries to deliver to a webhook, as figures name it.
const OUTCOMES: [&str; 3] = ["delivered", "retried", "failed"];
/// What stands for methods that HTTP does not define and for addresses without a route, of which there are any number.
const OTHER: &str = "other";

/// What this process counts for whoever keeps it: requests and how long they took, who listens, and how messages to webhooks fare.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    requests: Mutex<BTreeMap<Kind, Durations>>,
    listeners: Arc<AtomicU64>,
    deliveries: [AtomicU64; OUTCOMES.len()],
}

/// Requests that are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Default)]
struct Durations {
    /// How many took at most as long as each bucket says, and longer than the one before.
    counts: [u64; BUCKETS.len()],
    all: u64,
    seconds: f64,
}

/// Somebody who listens, as long as it lives.
pub(crate) struct Listening(Arc<AtomicU64>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Figures {
    /// Counts a request by the time until its answer began.
    pub fn answered(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let route = if route.is_empty() { OTHER } else { route }.to_owned();
        let kind = Kind { method: known(method), route, status: status.as_u16() };
        let seconds = took.as_secs_f64();
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let durations = requests.entry(kind).or_default();
        if let Some(bucket) = BUCKETS.iter().position(|end| seconds <= *end) {
            durations.counts[bucket] += 1;
        }
        durations.all += 1;
        durations.seconds += seconds;
    }

    /// Counts somebody who listens to events.
    pub fn listening(&self) -> Listening {
        self.listeners.fetch_add(1, Relaxed);
        Listening(self.listeners.clone())
    }

    /// Counts a try to deliver, by what the delivery is after it.
    pub fn delivered(&self, status: DeliveryStatus) {
        let outcome = match status {
            DeliveryStatus::Delivered => 0,
            DeliveryStatus::Waiting => 1,
            DeliveryStatus::Failed => 2,
        };
        self.deliveries[outcome].fetch_add(1, Relaxed);
    }

    /// All of it as Prometheus reads it (text format 0.0.4).
    pub fn text(&self) -> String {
        let mut text = String::new();
        let name = "clade_listeners";
        head(&mut text, name, "Listeners to the events of runs.", "gauge");
        line(&mut text, name, "", self.listeners.load(Relaxed) as f64);
        let name = "clade_webhook_deliveries_total";
        head(&mut text, name, "Tries to deliver to webhooks, by what came of them.", "counter");
        for (outcome, count) in OUTCOMES.iter().zip(&self.deliveries) {
            line(&mut text, name, &format!("outcome=\"{outcome}\""), count.load(Relaxed) as f64);
        }
        let name = "clade_http_request_duration_seconds";
        head(&mut text, name, "Time from the head of a request to that of its answer.", "histogram");
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for (Kind { method, route, status }, durations) in requests.iter() {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            durations.write(&mut text, name, &labels);
        }
        text
    }
}

impl Durations {
    fn write(&self, text: &mut String, name: &str, labels: &str) {
        let mut up_to = 0;
        for (end, count) in BUCKETS.iter().zip(self.counts) {
            up_to += count;
            line(text, &format!("{name}_bucket"), &format!("{labels},le=\"{end}\""), up_to as f64);
        }
        line(text, &format!("{name}_bucket"), &format!("{labels},le=\"+Inf\""), self.all as f64);
        line(text, &format!("{name}_sum"), labels, self.seconds);
        line(text, &format!("{name}_count"), labels, self.all as f64);
    }
}

/// The lines before the values of a figure.
pub(crate) fn head(text: &mut String, name: &str, about: &str, kind: &str) {
    text.push_str(&format!("# HELP {name} {about}\n# TYPE {name} {kind}\n"));
}

/// One value.
pub(crate) fn line(text: &mut String, name: &str, labels: &str, value: f64) {
    // the sum of nothing is -0
    let value = value + 0.0;
    text.push_str(&match labels {
        "" => format!("{name} {value}\n"),
        labels => format!("{name}{{{labels}}} {value}\n"),
    });
}

fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER)
}
