use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use clade_domain::{ContentHash, ModelSpec};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    address::authority,
    config::ModelConfig,
    layers::{Limiter, Pacer},
    name::ModelName,
};

/// Hosts that are kept before those that no run uses are forgotten.
const MOST: usize = 1_000;

/// Limits of provider hosts, found out once for all runs that use them with the same key: calls at once and calls a minute. Runs are served in
/// turn, whatever their sizes. What a run limits by itself holds for that run alone and is not in here.
#[derive(Debug, Default)]
pub struct SharedLimits(Mutex<BTreeMap<String, Arc<Host>>>);

/// What was found out of a host.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) pacer: Arc<Pacer>,
    pub(crate) limiter: Arc<Limiter>,
}

impl SharedLimits {
    /// What is known of a host; `most` calls at once where it is a run's alone.
    pub(crate) fn host(&self, account: &str, most: Option<u32>) -> Arc<Host> {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MOST && !hosts.contains_key(account) {
            // layers of clients hold the limiter
            hosts.retain(|_, host| Arc::strong_count(&host.limiter) > 1);
        }
        let new = || {
            let pacer = Arc::new(Pacer::new(None, None, std::time::Duration::ZERO));
            Arc::new(Host { limiter: Arc::new(Limiter::new(most).beside(pacer.clone())), pacer })
        };
        hosts.entry(account.to_owned()).or_insert_with(new).clone()
    }
}

/// Whom a provider counts as one: its host, with a hash of what a request shows of who asks.
pub(crate) fn account(
    spec: &ModelSpec,
    name: &ModelName,
    config: &ModelConfig,
    base_url: &str,
    key: Option<&SecretString>,
) -> String {
    // what is simulated in this process has no host: each model for itself
    let (host, shown) = if name.is_simulated() {
        (name.to_string(), serde_json::to_string(&spec.config))
    } else {
        let places = ["organization", "project"].map(|place| config.placed_text(place));
        let shown = serde_json::to_string(&(key.map(ExposeSecret::expose_secret), &config.headers, places));
        (authority(base_url).to_owned(), shown)
    };
    format!("{host} {}", ContentHash::of(shown.unwrap_or_default().as_bytes()))
}
