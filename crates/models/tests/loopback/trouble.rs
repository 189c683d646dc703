//! Everything that goes wrong at a provider, on real connections: what is waited out, what stops a run, what fails alone.

use std::time::{Duration, Instant};

use crate::support::{KEY, Reply, Server, client, context, openai, question, settings, spec};
use clade_domain::{Budget, ChatRequest, Limit, Sampling};
use clade_models::{ModelError, ModelSetupError, Stack, layers::RetryPolicy};
use futures::{StreamExt, future::join_all, stream::FuturesUnordered};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

fn error(message: &str, code: &str) -> Value {
    json!({"error": {"message": message, "type": code, "code": code, "param": null}})
}

/// Asks a server that fails with `first` and then answers.
async fn after(first: Reply) -> (Result<String, ModelError>, usize, Duration) {
    let server =
        Server::start(move |asked| if asked.number == 0 { first.clone() } else { Reply::json(200, &openai("42")) })
            .await;
    let start = Instant::now();
    let answer = client("openai:chat:m", &server.url, json!({})).chat(&question(), context()).await;
    (answer.map(|answer| answer.text), server.count(), start.elapsed())
}

#[tokio::test]
async fn what_passes_is_waited_out() {
    let html = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    let cases = [
        Reply::json(500, &error("oops", "server_error")),
        Reply::json(529, &json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}))
            .with("retry-after", "0"),
        Reply::json(429, &error("slow down", "rate_limit_exceeded")).with("retry-after", "0.1"),
        Reply::text(502, html),
        Reply::text(503, ""),
        Reply::text(200, html),
        Reply::text(200, "{\"choices\": [{\"message\": {\"con"),
        Reply::text(200, ""),
        Reply::json(200, &json!({"choices": []})),
        Reply::json(200, &json!({"error": {"code": 502, "message": "upstream"}})),
        Reply::json(200, &json!({"choices": [{"error": {"code": 500, "message": "x"}, "finish_reason": "error"}]})),
    ];
    for first in cases {
        let (answer, requests, _) = after(first.clone()).await;
        assert_eq!((answer.as_deref(), requests), (Ok("42"), 2), "{first:?}");
    }
}

#[tokio::test]
async fn retry_after_is_kept() {
    let refused = Reply::json(429, &error("slow down", "rate_limit_exceeded")).with("retry-after-ms", "300");
    let (answer, _, took) = after(refused).await;
    assert!(answer.is_ok() && took >= Duration::from_millis(300), "{took:?}");
}

#[tokio::test]
async fn what_only_the_user_can_mend_stops_at_once() {
    let cases = [
        (Reply::json(401, &error(&format!("Incorrect API key provided: {KEY}"), "invalid_api_key")), "OPENAI_API_KEY"),
        (Reply::json(429, &error("You exceeded your current quota", "insufficient_quota")), "top up"),
        (Reply::json(404, &error("The model `m` does not exist", "model_not_found")), "model's name"),
        (Reply::json(200, &json!({"error": {"code": 402, "message": "Insufficient credits"}})), "top up"),
        (Reply::text(308, "").with("location", "https://elsewhere.example/"), "apiBaseUrl"),
    ];
    for (reply, fix) in cases {
        let (answer, requests, _) = after(reply.clone()).await;
        let error = answer.unwrap_err();
        assert!(matches!(error, ModelError::Permanent { .. }), "{reply:?}: {error}");
        assert!(error.to_string().contains(fix) && !error.to_string().contains(KEY), "{error}");
        assert!(!format!("{error:?}").contains(KEY));
        assert_eq!(requests, 1);
    }
}

/// Whatever a server makes of the request's headers, an answer is kept, and shown to whoever may look at the run.
#[tokio::test]
async fn a_key_that_a_server_repeats_is_in_no_answer() {
    let gateway = "gateway-secret-42";
    let said = format!("Bearer {KEY} and {gateway}");
    let answer = |text: &str| Reply::json(200, &openai(text));
    let config = json!({"headers": {"x-gateway-token": format!("Bearer {gateway}"), "x-title": "What is the answer"}});
    let replies = [
        answer(&said),
        Reply::text(200, &openai(&said).to_string().replace('-', "\\u002d")),
        answer(&format!("{said}. What is the answer")),
    ];
    for reply in replies {
        let server = Server::start(move |_| reply.clone()).await;
        let answer = client("openai:chat:m", &server.url, config.clone()).chat(&question(), context()).await.unwrap();
        assert!(answer.text.starts_with("Bearer [redacted] and [redacted]"), "{}", answer.text);
        assert!(!format!("{answer:?}").contains(KEY) && !format!("{answer:?}").contains(gateway), "{answer:?}");
        assert_eq!(answer.text.contains("What"), answer.text.ends_with("What is the answer"));
    }
    // one that begins where a quotation ends is not cut in two
    let server = Server::start(|_| Reply::text(200, &format!("{}{KEY}", "x".repeat(150)))).await;
    let failed = client("openai:chat:m", &server.url, json!({})).chat(&question(), context()).await.unwrap_err();
    assert!(!failed.to_string().contains("test-key"), "{failed}");
}

#[tokio::test]
async fn a_broken_or_silent_server_is_given_up_in_time() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"choices\": [";
    let server = Server::raw(vec![half, "nonsense\r\n\r\n", ""]).await;
    let failed = client("openai:chat:m", &server.url, json!({})).chat(&question(), context()).await.unwrap_err();
    assert!(matches!(failed, ModelError::Permanent { .. }), "{failed}");
    assert!(failed.to_string().contains("6 tries"), "{failed}");

    let silent = Server::start(|_| Reply { after: Duration::from_secs(3600), ..Reply::text(200, "") }).await;
    let config = json!({"timeoutMs": 20});
    let failed = client("openai:chat:m", &silent.url, config).chat(&question(), context()).await.unwrap_err();
    assert!(failed.to_string().contains("no answer within 0.02 s"), "{failed}");

    let unused = { std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap() };
    let url = format!("http://{unused}");
    let failed = client("openai:chat:m", &url, json!({})).chat(&question(), context()).await.unwrap_err();
    assert!(failed.to_string().contains("no connection") && failed.to_string().contains(&url), "{failed}");
}

#[tokio::test]
async fn html_for_ever_is_quoted_in_the_error() {
    let server = Server::start(|_| Reply::text(200, "<html><title>Sign in to the proxy</title></html>")).await;
    let failed = client("openai:chat:m", &server.url, json!({})).chat(&question(), context()).await.unwrap_err();
    assert!(matches!(failed, ModelError::Request { .. }));
    assert!(failed.to_string().contains("Sign in to the proxy"), "{failed}");
}

#[tokio::test]
async fn a_refused_parameter_is_left_out_and_remembered() {
    let server = Server::start(|asked| {
        if asked.body.get("temperature").is_some() {
            return Reply::json(400, &json!({"error": {"message": "`temperature` is deprecated for this model"}}));
        }
        if asked.body.get("max_tokens").is_some() {
            let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
            let body = json!({"error": {"message": message, "code": "unsupported_parameter", "param": "max_tokens"}});
            return Reply::json(400, &body);
        }
        Reply::json(200, &openai("42"))
    })
    .await;
    let client = client("openai:chat:new-model", &server.url, json!({}));
    let sampling = Sampling { temperature: Some(0.2), max_tokens: Some(9), ..Sampling::default() };
    let request = ChatRequest { sampling, ..question() };
    for _ in 0..2 {
        assert_eq!(client.chat(&request, context()).await.unwrap().text, "42");
    }
    assert_eq!(server.count(), 4, "two refusals, then two answers");
    assert_eq!(server.asked()[3].body["max_completion_tokens"], 9);
}

#[tokio::test]
async fn calls_in_flight_when_a_parameter_is_refused_are_sent_again() {
    let server = Server::start(|asked| {
        let refused = asked.body.get("temperature").is_some();
        let message = "Unsupported value: 'temperature' does not support 0 with this model.";
        let body = json!({"error": {"message": message, "code": "unsupported_value", "param": "temperature"}});
        let reply = if refused { Reply::json(400, &body) } else { Reply::json(200, &openai("42")) };
        Reply { after: Duration::from_millis(50), ..reply }
    })
    .await;
    let client = client("openai:chat:m", &server.url, json!({}));
    let request = ChatRequest { sampling: Sampling { temperature: Some(0.0), ..Sampling::default() }, ..question() };
    let answers = join_all((0..8).map(|_| client.chat(&request, context()))).await;
    for answer in answers {
        assert_eq!(answer.unwrap().text, "42");
    }
}

#[tokio::test]
async fn a_thousand_calls_at_30_percent_errors_lose_none() {
    // every third or so fails, in bursts, whatever the request
    let server = Server::start(|asked| {
        if asked.number * 7919 % 10 < 3 {
            Reply::json(500, &error("oops", "server_error"))
        } else {
            Reply::json(200, &openai("42"))
        }
    })
    .await;
    let mut settings = settings(Budget::default());
    settings.retry.tries = 20;
    let counters = settings.counters.clone();
    let ledger = settings.ledger.clone();
    let client = Stack::new(settings).build(&spec("openai:chat:m", &server.url, json!({}))).unwrap();
    let requests: Vec<ChatRequest> = (0..1_000).map(|i| ChatRequest::user(format!("question {i}"))).collect();
    let client = &client;
    let answers: Vec<_> =
        requests.iter().map(|request| client.chat(request, context())).collect::<FuturesUnordered<_>>().collect().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1_000);
    assert_eq!(ledger.spent().calls, 1_000);
    let seen = counters.snapshot();
    assert_eq!(seen.requests as usize, server.count());
    assert_eq!((seen.answers, seen.in_flight), (1_000, 0));
    assert!(seen.retries > 300);
}

#[tokio::test]
async fn a_server_that_starts_late_is_waited_for() {
    // bound but not listening: connections are refused, and nobody else gets the port
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let mut settings = settings(Budget::default());
    // only patience ends it: as often as it takes
    settings.retry = RetryPolicy { first_tries: None, first_patience: Duration::from_secs(600), ..settings.retry };
    let counters = settings.counters.clone();
    let client = Stack::new(settings).build(&spec("openai:chat:m", &url, json!({}))).unwrap();
    let start = async {
        while counters.snapshot().retries < 12 {
            tokio::task::yield_now().await;
        }
        let waiting = counters.waiting().unwrap_or_default();
        (Server::serve(socket.listen(64).unwrap(), |_| Reply::json(200, &openai("42"))), waiting)
    };
    let question = question();
    let (answer, (server, waiting)) = futures::join!(client.chat(&question, context()), start);
    assert_eq!((answer.unwrap().text.as_str(), server.count()), ("42", 1));
    for words in ["waiting for openai:chat:m: no connection", &url, "trying again for another"] {
        assert!(waiting.contains(words), "`{words}` is not in: {waiting}");
    }
    assert_eq!(counters.waiting(), None);
}

#[tokio::test]
async fn an_interrupt_ends_the_wait_for_a_server_at_once() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let mut settings = settings(Budget::default());
    let hour = Duration::from_secs(3600);
    settings.retry = RetryPolicy { first_tries: None, first_patience: hour, patience: hour, ..RetryPolicy::default() };
    let (counters, stopping) = (settings.counters.clone(), settings.stopping.clone());
    let client = Stack::new(settings).build(&spec("openai:chat:m", &url, json!({}))).unwrap();
    let stop = async {
        while counters.snapshot().retries < 1 {
            tokio::task::yield_now().await;
        }
        stopping.cancel();
    };
    let question = question();
    let (answer, ()) = futures::join!(client.chat(&question, context()), stop);
    assert!(matches!(answer, Err(ModelError::Stopped { .. })), "{answer:?}");
    assert_eq!(counters.snapshot().retries, 1, "it is not tried again");
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_no_server_that_starts_late() {
    // no part of a name is longer than 63 characters, so nobody has to be asked
    let url = format!("http://{}.example/v1", "a".repeat(70));
    let failed = client("openai:chat:m", &url, json!({})).chat(&question(), context()).await.unwrap_err();
    assert!(matches!(failed, ModelError::Permanent { .. }), "{failed:?}");
    for words in ["no such host", "aaa.example", "check the address"] {
        assert!(failed.to_string().contains(words), "`{words}` is not in: {failed}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_counts_as_a_call() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"choices\": [";
    let whole = "HTTP/1.1 200 OK\r\ncontent-length: 48\r\n\r\n{\"choices\": [{\"message\": {\"content\": \"right\"}}]}";
    let server = Server::raw(vec![half, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhuh?", whole]).await;
    let settings = settings(Budget { calls: Some(3), ..Budget::default() });
    let ledger = settings.ledger.clone();
    let client = Stack::new(settings).build(&spec("openai:chat:m", &server.url, json!({}))).unwrap();
    assert_eq!(client.chat(&question(), context()).await.unwrap().text, "right");
    let spent = ledger.spent();
    assert_eq!((spent.calls, server.count()), (3, 3), "two could not be read");
    let refused = client.chat(&question(), context()).await;
    assert_eq!(refused, Err(ModelError::BudgetSpent { limit: Limit::Calls }));
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn the_budget_is_kept_over_all_models() {
    let server = Server::start(|_| Reply::json(200, &openai("42"))).await;
    let settings = settings(Budget { calls: Some(25), ..Budget::default() });
    let ledger = settings.ledger.clone();
    let stack = Stack::new(settings);
    let models = ["openai:chat:a", "vllm:b"].map(|id| stack.build(&spec(id, &server.url, json!({}))).unwrap());
    let request = question();
    let calls = (0..60).map(|i| models[i % 2].chat(&request, context()));
    let results: Vec<_> = calls.collect::<FuturesUnordered<_>>().collect().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 25);
    assert!(
        results.iter().flat_map(|r| r.as_ref().err()).all(|e| *e == ModelError::BudgetSpent { limit: Limit::Calls })
    );
    assert_eq!((server.count(), ledger.spent().calls), (25, 25));
}

#[tokio::test]
async fn what_is_wrong_is_said_before_the_first_call() {
    let stack = Stack::new(settings(Budget { usd: Some(1.0), ..Budget::default() }));
    let cases = [
        (spec("opnai:m", "http://127.0.0.1:1", json!({})), "did you mean `openai`?"),
        (spec("openai:m", "http://127.0.0.1:1", json!({"temprature": 1})), "did you mean `temperature`?"),
        (spec("openai:gpt-99", "https://api.example/v1", json!({})), "`inputCost`"),
        (spec("groq:llama-3.3-70b-versatile", "http://127.0.0.1:1", json!({})), "GROQ_API_KEY"),
        (spec("simulated:rough", "http://127.0.0.1:1", json!({})), "cannot be simulated"),
        (spec("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1", json!({})), "without a model"),
        (spec("openai:m", "http://127.0.0.1:1", json!({"headers": {"bad name": "x"}})), "header `bad name`"),
    ];
    for (spec, expected) in cases {
        let error: ModelSetupError = stack.build(&spec).err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(!format!("{stack:?}").contains(KEY));
}

#[tokio::test]
async fn answers_that_take_more_than_they_may_overrun_a_budget_by_the_calls_in_flight_alone() {
    let server = Server::start(|_| {
        let mut body = openai("42");
        body["usage"] = json!({"prompt_tokens": 10, "completion_tokens": 90});
        Reply { after: Duration::from_millis(5), ..Reply::json(200, &body) }
    })
    .await;
    for in_flight in [1, 4] {
        let before = server.count();
        let mut settings = settings(Budget { tokens: Some(1_000), ..Budget::default() });
        settings.max_concurrency = Some(in_flight);
        let ledger = settings.ledger.clone();
        let model = spec("openai:chat:m", &server.url, json!({"max_tokens": 5}));
        let client = Stack::new(settings).build(&model).unwrap();
        let requests: Vec<ChatRequest> = (0..40).map(|i| ChatRequest::user(format!("question {i}"))).collect();
        let answers = join_all(requests.iter().map(|request| client.chat(request, context()))).await;
        let spent = answers.iter().find_map(|answer| answer.as_ref().err());
        assert_eq!(spent, Some(&ModelError::BudgetSpent { limit: Limit::Tokens }), "{in_flight}");
        let sent = server.count() - before;
        assert!((10..=11 + in_flight as usize).contains(&sent), "{in_flight}: {sent}");
        assert_eq!(ledger.spent().calls, sent as u64);
    }
}

/// The first answers tell what the others will take, also those that have been waiting for a place since before.
#[tokio::test]
async fn answers_that_are_longer_than_thought_overrun_a_budget_by_no_more_than_the_calls_in_flight() {
    let mut long = openai("42");
    long["usage"] = json!({"prompt_tokens": 50, "completion_tokens": 9_000});
    let server = Server::start(move |_| Reply { after: Duration::from_millis(20), ..Reply::json(200, &long) }).await;
    let settings = settings(Budget { tokens: Some(1_500_000), ..Budget::default() });
    let ledger = settings.ledger.clone();
    let client = Stack::new(settings).build(&spec("openai:chat:m", &server.url, json!({}))).unwrap();
    let asked = (0..1_000).map(|n| {
        let client = client.clone();
        async move { client.chat(&ChatRequest::user(format!("What is {n} times 7?")), context()).await }
    });
    let results: Vec<_> = asked.collect::<FuturesUnordered<_>>().collect().await;
    assert!(results.iter().any(|result| matches!(result, Err(ModelError::BudgetSpent { limit: Limit::Tokens }))));
    let spent = ledger.spent();
    assert!(
        (150..=165 + 16).contains(&spent.calls),
        "1,500,000 tokens are 165 answers, and 16 calls go out at first: {spent:?}"
    );
}
