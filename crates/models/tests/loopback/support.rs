//! A provider on loopback whose replies a test writes, and a stack of clients that asks it.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use clade_domain::{Budget, ChatRequest, ModelRole, ModelSpec, Spent};
use clade_models::{
    CallContext, Environment, ModelClient, Stack, StackSettings,
    layers::{Ledger, RetryPolicy},
};
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// One request as the server saw it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// From 0.
    pub number: usize,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the server does.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    pub after: Duration,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string(), after: Duration::ZERO }
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.to_owned(), after: Duration::ZERO }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    count: Arc<AtomicUsize>,
}

impl Server {
    /// Serves what `script` says until the test ends.
    pub async fn start(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), script)
    }

    /// The same at an address of the test's choice.
    pub fn serve(listener: TcpListener, script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, count, script) =
            (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)), Arc::new(script));
        let server = Self { url, asked: asked.clone(), count: count.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (asked, count, script) = (asked.clone(), count.clone(), script.clone());
                let service = service_fn(move |request: Request<Incoming>| {
                    let (asked, count, script) = (asked.clone(), count.clone(), script.clone());
                    async move {
                        let number = count.fetch_add(1, SeqCst);
                        let path = request.uri().path().to_owned();
                        let text = |value: &hyper::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
                        let headers = request.headers().iter().map(|(k, v)| (k.to_string(), text(v))).collect();
                        let body = request.into_body().collect().await.unwrap().to_bytes();
                        let body = serde_json::from_slice(&body).expect("every request is JSON");
                        let this = Asked { number, path, headers, body };
                        let reply = script(&this);
                        asked.lock().unwrap().push(this);
                        if !reply.after.is_zero() {
                            tokio::time::sleep(reply.after).await;
                        }
                        let mut response = Response::builder().status(reply.status);
                        for (name, value) in reply.headers {
                            response = response.header(name, value);
                        }
                        Ok::<_, Infallible>(response.body(Full::new(Bytes::from(reply.body))).unwrap())
                    }
                });
                tokio::spawn(async move {
                    let http = hyper::server::conn::http1::Builder::new();
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        server
    }

    /// Serves raw bytes and closes: for broken replies.
    pub async fn raw(replies: Vec<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let count = Arc::new(AtomicUsize::new(0));
        let seen = count.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let number = seen.fetch_add(1, SeqCst);
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(replies[number.min(replies.len() - 1)].as_bytes()).await;
            }
        });
        Self { url, asked: Arc::default(), count }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.count.load(SeqCst)
    }
}

pub const KEY: &str = "test-key-0123456789";

/// Settings with a key for everybody and waits short enough for tests.
pub fn settings(budget: Budget) -> StackSettings {
    let env = Environment::of(["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"].map(|name| (name, KEY)));
    let mut settings = StackSettings::new(env, Arc::new(Ledger::new(budget, Spent::default())));
    settings.retry = RetryPolicy {
        tries: 6,
        first_tries: Some(6),
        patience: Duration::from_secs(20),
        first_patience: Duration::from_secs(20),
        first_wait: Duration::from_millis(4),
        longest_wait: Duration::from_millis(50),
    };
    settings.timeout = Duration::from_secs(20);
    settings
}

/// A model at a server.
pub fn spec(id: &str, url: &str, config: Value) -> ModelSpec {
    let mut spec = ModelSpec::named(id);
    spec.config.insert("apiBaseUrl".to_owned(), json!(url));
    if let Value::Object(more) = config {
        spec.config.extend(more);
    }
    spec
}

pub fn client(id: &str, url: &str, config: Value) -> Arc<dyn ModelClient> {
    Stack::new(settings(Budget::default())).build(&spec(id, url, config)).unwrap()
}

pub fn context() -> CallContext {
    CallContext { role: ModelRole::Task, sample: 0 }
}

pub fn question() -> ChatRequest {
    ChatRequest::user("What is 6 times 7?")
}

/// An answer in OpenAI's format.
pub fn openai(text: &str) -> Value {
    json!({
        "id": "c", "object": "chat.completion", "unknown": {"field": 1},
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text, "refusal": null}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "prompt_tokens_details": {"cached_tokens": 4}}
    })
}
