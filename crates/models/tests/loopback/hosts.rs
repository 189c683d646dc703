//! Limits of a host that runs share, and those that are a run's own.

use std::{sync::Arc, time::Duration};

use clade_domain::{Budget, ChatRequest};
use clade_models::{Environment, ModelClient, SharedLimits, Stack};
use serde_json::{Value, json};

use crate::support::*;

/// Long for what is not held up, and short for what is.
const SOON: Duration = Duration::from_secs(20);
const NOT_YET: Duration = Duration::from_millis(500);

fn client(shared: &Arc<SharedLimits>, key: &str, url: &str, limits: Value) -> Arc<dyn ModelClient> {
    let mut settings = settings(Budget::default());
    settings.env = Environment::of([("OPENAI_API_KEY", key)]);
    settings.shared = Some(shared.clone());
    settings.retry.tries = 1;
    settings.retry.first_tries = Some(1);
    Stack::new(settings).build(&spec("openai:chat:m", &format!("{url}/v1"), limits)).unwrap()
}

async fn ask(client: &Arc<dyn ModelClient>, times: usize, within: Duration) -> bool {
    let calls = async {
        for number in 0..times {
            let _ = client.chat(&ChatRequest::user(format!("{number}")), context()).await;
        }
    };
    tokio::time::timeout(within, calls).await.is_ok()
}

#[tokio::test]
async fn a_runs_own_limits_hold_for_it_alone_whoever_came_first() {
    let server = Server::start(|_| Reply::json(200, &openai("4"))).await;
    for slow_first in [true, false] {
        let shared = Arc::default();
        let slow = || client(&shared, "k", &server.url, json!({ "requestsPerMinute": 0.01 }));
        let quick = || client(&shared, "k", &server.url, json!({}));
        let (slow, quick) = if slow_first {
            let slow = slow();
            (slow, quick())
        } else {
            let quick = quick();
            (slow(), quick)
        };
        // its first one goes at once, and all that wait after it are in nobody's way
        assert!(ask(&slow, 1, SOON).await);
        let waiting: Vec<_> = (0..300)
            .map(|_| {
                tokio::spawn({
                    let slow = slow.clone();
                    async move { ask(&slow, 1, SOON).await }
                })
            })
            .collect();
        assert!(!ask(&slow, 1, NOT_YET).await, "its own limit holds, slow first: {slow_first}");
        assert!(ask(&quick, 30, SOON).await, "and holds nobody else up, slow first: {slow_first}");
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

#[tokio::test]
async fn what_a_provider_says_holds_for_a_key() {
    let server = Server::start(|asked| match asked.header("authorization") {
        Some("Bearer spent") => {
            Reply::json(429, &json!({ "error": { "message": "later" } })).with("retry-after", "3600")
        }
        _ => Reply::json(200, &openai("4")),
    })
    .await;
    let shared = Arc::default();
    let client = |key| client(&shared, key, &server.url, json!({}));
    assert!(ask(&client("spent"), 1, SOON).await);
    assert!(ask(&client("fresh"), 5, SOON).await, "another key has limits of its own");
    assert!(!ask(&client("spent"), 1, NOT_YET).await, "another run with the key heeds what the first one was told");
    assert!(!format!("{shared:?}").contains("spent"));
}
