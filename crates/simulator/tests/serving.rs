//! The server over the wire: formats, failures, limits, statistics, log and orderly stop.

mod common;

use std::{sync::Arc, time::Duration};

use clade_models::simulated::AnswerKey;
use clade_simulator::{Latency, ServeError, Settings, Stats, serve};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use common::Simulator;

async fn post(url: &str, path: &str, body: &Value) -> reqwest::Result<Response> {
    Client::builder().no_proxy().build()?.post(format!("{url}{path}")).json(body).send().await
}

fn chat(question: &str) -> Value {
    json!({"model": "simulated:gentle", "messages": [{"role": "user", "content": question}]})
}

#[expect(clippy::unwrap_used, reason = "helpers of tests fail with their test")]
async fn text(url: &str, body: &Value) -> String {
    let answer: Value = post(url, "/v1/chat/completions", body).await.unwrap().json().await.unwrap();
    answer["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_data_sets_answers_are_used() {
    let key = AnswerKey::new([(vec!["How many legs have three spiders?".to_owned()], "3 * 8\n#### 24".to_owned())]);
    // with base 1 every question is answered right
    let config = [("base".to_owned(), json!(1))].into();
    let settings = Settings { model: "gentle".into(), config, answers: Some(Arc::new(key)), ..Settings::default() };
    let simulator = Simulator::start(settings).await;
    let said = text(&simulator.url, &chat("Solve: How many legs have three spiders?")).await;
    assert!(said.ends_with("\n#### 24"), "{said}");
    simulator.stop().await;
}

#[tokio::test]
async fn any_model_name_is_answered_and_says_that_it_is_simulated() {
    let simulator = Simulator::start(Settings { model: "simulated:null".into(), ..Settings::default() }).await;
    for (asked, answered) in [
        ("gpt-5-mini", "simulated:null"),
        ("simulated:rough", "simulated:rough"),
        ("noisy", "simulated:noisy"),
        ("", "simulated:null"),
    ] {
        let body = json!({"model": asked, "messages": [{"role": "user", "content": "Hello?"}]});
        let response = post(&simulator.url, "/chat/completions", &body).await.unwrap();
        assert_eq!(response.headers()["x-clade-simulated"], "true");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["model"], answered, "{asked}");
    }
    simulator.stop().await;
}

#[tokio::test]
async fn ollama_answers_whole_and_in_lines() {
    let simulator = Simulator::start(Settings::default()).await;
    let mut body = chat("How far is it?");
    body["stream"] = false.into();
    let whole: Value = post(&simulator.url, "/api/chat", &body).await.unwrap().json().await.unwrap();
    assert_eq!(whole["done"], true);
    body["stream"] = true.into();
    let lines = post(&simulator.url, "/api/chat", &body).await.unwrap().text().await.unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let joined: String = lines.iter().map(|line| line["message"]["content"].as_str().unwrap()).collect();
    assert_eq!(joined, whole["message"]["content"].as_str().unwrap());
    assert_eq!(lines.last().unwrap()["eval_count"], whole["eval_count"]);
    let embedded = post(&simulator.url, "/api/embed", &json!({"input": ["a", "b"]})).await.unwrap();
    assert_eq!(embedded.json::<Value>().await.unwrap()["embeddings"].as_array().unwrap().len(), 2);
    simulator.stop().await;
}

#[tokio::test]
async fn bad_requests_are_told_in_the_vendors_words() {
    let simulator = Simulator::start(Settings::default()).await;
    let table = [
        ("/v1/chat/completions", json!({"messages": []}), 400, "/error/type", "invalid_request_error"),
        ("/v1/chat/completions", json!({"messages": 3}), 400, "/error/type", "invalid_request_error"),
        (
            "/v1/chat/completions",
            json!({"messages": [{"role": "user", "content": "x"}], "n": 0}),
            400,
            "/error/type",
            "invalid_request_error",
        ),
        ("/v1/responses", json!({}), 400, "/error/type", "invalid_request_error"),
        ("/v1/embeddings", json!({}), 400, "/error/type", "invalid_request_error"),
        (
            "/v1/messages",
            json!({"messages": [{"role": "user", "content": "x"}]}),
            400,
            "/error/message",
            "max_tokens: field required",
        ),
        ("/api/chat", json!({}), 400, "/error", "`messages` needs at least one message"),
        ("/v1/nonsense", json!({}), 404, "/error/code", "not_found"),
    ];
    for (path, body, status, pointer, expected) in table {
        let response = post(&simulator.url, path, &body).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{path} {body}");
        let error: Value = response.json().await.unwrap();
        assert_eq!(error.pointer(pointer).and_then(Value::as_str), Some(expected), "{path} {body}: {error}");
    }
    simulator.stop().await;
}

#[tokio::test]
async fn each_failure_looks_as_it_does_in_the_wild() {
    let base = Settings::default;
    let ask = async |settings: Settings, stream: bool| {
        let simulator = Simulator::start(settings).await;
        let mut body = chat("How far is it to the moon?");
        body["stream"] = stream.into();
        let response = post(&simulator.url, "/v1/chat/completions", &body).await.unwrap();
        let status = response.status();
        let headers = response.headers().clone();
        let body = response.text().await;
        (status, headers, body, simulator.stop().await)
    };
    for stream in [false, true] {
        let (status, _, body, stats) = ask(Settings { error_rate: 1.0, ..base() }, stream).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(body.unwrap().contains("server_error"));
        assert_eq!((stats.requests, stats.errors, stats.answered), (1, 1, 0));

        let (status, headers, body, stats) = ask(Settings { throttle_rate: 1.0, ..base() }, stream).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(
            (headers["retry-after"].to_str().unwrap(), headers["retry-after-ms"].to_str().unwrap()),
            ("1", "250")
        );
        assert!(body.unwrap().contains("rate_limit_exceeded"));
        assert_eq!(stats.throttled, 1);
        let untold = Settings { throttle_rate: 1.0, tells_limits: false, ..base() };
        let (status, headers, _, _) = ask(untold, stream).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert!(!headers.keys().any(|name| name.as_str().contains("retry") || name.as_str().contains("ratelimit")));

        let (status, headers, body, _) = ask(Settings { html_rate: 1.0, ..base() }, stream).await;
        assert_eq!(status, StatusCode::OK);
        assert!(headers["content-type"].to_str().unwrap().starts_with("text/html"));
        assert!(body.unwrap().starts_with("<!doctype html>"));

        let (status, _, body, _) = ask(Settings { malformed_rate: 1.0, ..base() }, stream).await;
        let body = body.unwrap();
        let json = if stream { body.trim_end().rsplit("data: ").next().unwrap() } else { &body };
        assert_eq!(status, StatusCode::OK);
        assert!(serde_json::from_str::<Value>(json).is_err() && json != "[DONE]", "{json}");

        let (status, _, body, stats) = ask(Settings { half_body_rate: 1.0, ..base() }, stream).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.is_err(), "the body breaks off: {body:?}");
        assert_eq!((stats.errors, stats.answered), (1, 0));
    }
}

#[tokio::test]
async fn a_hanging_request_ends_only_with_the_server() {
    let simulator = Simulator::start(Settings { hang_rate: 1.0, ..Settings::default() }).await;
    let url = simulator.url.clone();
    let asking = tokio::spawn(async move { post(&url, "/v1/chat/completions", &chat("Anyone?")).await });
    let stats_url = format!("{}/__simulator/stats", simulator.url);
    let client = Client::builder().no_proxy().build().unwrap();
    while client.get(&stats_url).send().await.unwrap().json::<Stats>().await.unwrap().unanswered == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!asking.is_finished());
    let stats = simulator.stop().await;
    assert!(asking.await.unwrap().is_err());
    assert_eq!((stats.requests, stats.answered, stats.errors, stats.unanswered), (1, 0, 0, 1));
}

#[tokio::test]
async fn statistics_and_log_tell_repeated_bodies() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.jsonl");
    let simulator = Simulator::start(Settings { log: Some(log.clone()), ..Settings::default() }).await;
    for question in ["one?", "two?", "one?"] {
        text(&simulator.url, &chat(question)).await;
    }
    let stats = simulator.stop().await;
    let expected = Stats { requests: 3, answered: 3, distinct_bodies: 2, repeated_bodies: 1, ..Stats::default() };
    assert_eq!(stats, expected);
    let lines = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["body"], lines[2]["body"]);
    assert_ne!(lines[0]["body"], lines[1]["body"]);
    assert_eq!((&lines[2]["n"], &lines[2]["path"]), (&json!(2), &json!("/v1/chat/completions")));
}

#[tokio::test]
async fn a_key_is_asked_for_everywhere_but_in_the_statistics() {
    let simulator = Simulator::start(Settings { key: Some("secret".into()), ..Settings::default() }).await;
    let client = Client::builder().no_proxy().build().unwrap();
    let status = async |path: &str, key: Option<&str>| {
        let request = client.get(format!("{}{path}", simulator.url));
        let request = if let Some(key) = key { request.bearer_auth(key) } else { request };
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("/v1/models", None).await, 401);
    assert_eq!(status("/v1/models", Some("guess")).await, 401);
    assert_eq!(status("/v1/models", Some("secret")).await, 200);
    assert_eq!(status("/__simulator/stats", None).await, 200);
    assert_eq!(post(&simulator.url, "/v1/messages", &json!({})).await.unwrap().status(), 401);
    simulator.stop().await;
}

#[tokio::test]
async fn an_answer_under_way_is_still_given_at_the_stop() {
    let settings = Settings { latency: Latency::Fixed(300.0), ..Settings::default() };
    let simulator = Simulator::start(settings).await;
    let url = simulator.url.clone();
    let asking = tokio::spawn(async move { post(&url, "/v1/chat/completions", &chat("Still there?")).await });
    let client = Client::builder().no_proxy().build().unwrap();
    let stats_url = format!("{}/__simulator/stats", simulator.url);
    while client.get(&stats_url).send().await.unwrap().json::<Stats>().await.unwrap().requests == 0 {
        tokio::task::yield_now().await;
    }
    let stats = simulator.stop().await;
    assert_eq!(stats.answered, 1);
    assert_eq!(asking.await.unwrap().unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn impossible_settings_and_logs_are_refused_at_once() {
    let start = async |settings: Settings| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        tokio::time::timeout(Duration::from_secs(60), serve(settings, listener, CancellationToken::new()))
            .await
            .unwrap()
    };
    let error = start(Settings { error_rate: 2.0, ..Settings::default() }).await.unwrap_err();
    assert!(error.to_string().contains("error rate is 2"), "{error}");
    let error = start(Settings { log: Some("/no/such/folder/log".into()), ..Settings::default() }).await.unwrap_err();
    assert!(matches!(error, ServeError::Log { .. }) && error.to_string().contains("/no/such/folder/log"), "{error}");
}
