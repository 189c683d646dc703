//! Figures for whoever keeps a server.

use std::time::Duration;

use clade_models::HostNames;
use clade_server::Reachable;
use reqwest::Method;
use serde_json::json;

use crate::{
    common::{Server, answer, client, text},
    watching::slow,
};

/// Whoever keeps a server sees what is asked of it, how long that takes, who listens and how messages fare, from its start on.
#[tokio::test]
async fn the_figures_of_a_server_tell_of_requests_listeners_and_webhooks() {
    let server = Server::reaching(Reachable::Private, HostNames::default()).await;
    let me = server.person("admin", false).await;
    server.workspace("north", &me).await;
    let figures = async || {
        let asked = client().get(format!("{}/metrics", server.url)).send().await.unwrap();
        asked.text().await.unwrap()
    };
    let value = |all: &str, name: &str| {
        let line = all.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in {all}")).parse::<f64>().unwrap()
    };
    let fresh = figures().await;
    for name in [
        "clade_listeners",
        "clade_webhook_deliveries_total{outcome=\"delivered\"}",
        "clade_webhook_deliveries_total{outcome=\"retried\"}",
        "clade_webhook_deliveries_total{outcome=\"failed\"}",
    ] {
        assert_eq!(value(&fresh, name), 0.0, "{name}");
    }
    assert!(fresh.contains("# TYPE clade_http_request_duration_seconds histogram"), "{fresh}");

    let run = text(&me.post("/workspaces/north/runs", slow(2_000), 201).await["run"]);
    for _ in 0..3 {
        me.get(&format!("/runs/{run}")).await;
    }
    answer(me.ask(Method::GET, "/runs/nothing-here"), 404).await;
    let listening = me.ask(Method::GET, &format!("/runs/{run}/events")).send().await.unwrap();
    // nobody is there: it is tried again later
    let hook = json!({ "url": "http://127.0.0.1:9/hook", "events": ["run.finished"] });
    let hook = text(&me.post("/workspaces/north/webhooks", hook, 201).await["webhook"]["id"]);
    me.post(&format!("/workspaces/north/webhooks/{hook}/test"), json!({}), 202).await;
    until(async || value(&figures().await, "clade_webhook_deliveries_total{outcome=\"retried\"}") == 1.0).await;
    let seen = figures().await;
    let of = |method: &str, route: &str, status: u16| {
        format!("{{method=\"{method}\",route=\"/api/v1{route}\",status=\"{status}\"}}")
    };
    let count = |method: &str, route: &str, status: u16| {
        value(&seen, &format!("clade_http_request_duration_seconds_count{}", of(method, route, status)))
    };
    assert_eq!(count("GET", "/runs/{run}", 200), 3.0);
    assert_eq!(count("GET", "/runs/{run}", 404), 1.0);
    assert_eq!(count("POST", "/workspaces/{workspace}/runs", 201), 1.0);
    assert!(value(&seen, &format!("clade_http_request_duration_seconds_sum{}", of("GET", "/runs/{run}", 200))) > 0.0);
    // buckets add up, and the last one has all
    let label = of("GET", "/runs/{run}", 200);
    let begin = format!("clade_http_request_duration_seconds_bucket{}", label.trim_end_matches('}'));
    let buckets: Vec<f64> = seen
        .lines()
        .filter(|line| line.starts_with(&begin))
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    assert!(buckets.len() > 5 && buckets.is_sorted() && buckets.last() == Some(&3.0), "{buckets:?}");
    assert_eq!(value(&seen, "clade_listeners"), 1.0);
    drop(listening);
    until(async || value(&figures().await, "clade_listeners") == 0.0).await;
    answer(me.ask(Method::POST, &format!("/runs/{run}/pause")), 202).await;
    server.stop().await;
}

/// Waits for what comes within a few seconds.
async fn until(seen: impl AsyncFn() -> bool) {
    for _ in 0..200 {
        if seen().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come within 10 s");
}
