//! What one small call costs in CPU on this side: `cargo run --release -p clade-models --example call_cost [CALLS] [AT_ONCE]`.
//!
//! The server runs in a process of its own, so its CPU does not count. CPU time is read from `/proc`, so the figure needs
//! Linux; elsewhere only the rate is shown.

use std::{
    convert::Infallible,
    error::Error,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};

use bytes::Bytes;
use clade_domain::{Budget, ChatRequest, ModelRole, ModelSpec, Spent};
use clade_models::{CallContext, Environment, Stack, StackSettings, layers::Ledger};
use futures::StreamExt;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;

const ANSWER: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"The answer is 42."},"finish_reason":"stop"}],"usage":{"prompt_tokens":120,"completion_tokens":7,"total_tokens":127}}"#;

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "serve") {
        return tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve());
    }
    let number = |at: usize, usual: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (calls, at_once) = (number(0, 50_000), number(1, 100));
    let mut server = Command::new(std::env::current_exe()?).arg("serve").stdout(Stdio::piped()).spawn()?;
    let mut address = String::new();
    if let Some(output) = server.stdout.take() {
        BufReader::new(output).read_line(&mut address)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let done = runtime.block_on(ask(address.trim(), calls, at_once));
    server.kill()?;
    server.wait()?;
    done
}

async fn ask(url: &str, calls: usize, at_once: usize) -> Fallible<()> {
    let ledger = Arc::new(Ledger::new(Budget::default(), Spent::default()));
    let mut settings = StackSettings::new(Environment::of([("OPENAI_API_KEY", "none")]), ledger);
    settings.max_concurrency = Some(u32::try_from(at_once)?);
    let mut spec = ModelSpec::named("openai:chat:m");
    spec.config.insert("apiBaseUrl".to_owned(), json!(url));
    let client = Stack::new(settings).build(&spec)?;
    let text = "You are given a question. ".repeat(16);
    let requests: Vec<ChatRequest> = (0..calls).map(|i| ChatRequest::user(format!("{text}{i}"))).collect();
    let requests = Arc::new(requests);
    let context = CallContext { role: ModelRole::Task, sample: 0 };
    client.chat(&requests[0], context).await?;
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let tasks = (0..at_once).map(|first| {
        let (client, requests) = (client.clone(), requests.clone());
        tokio::spawn(async move {
            for request in requests.iter().skip(first).step_by(at_once) {
                client.chat(request, context).await.map_err(|error| error.to_string())?;
            }
            Ok::<(), String>(())
        })
    });
    for task in tasks.collect::<futures::stream::FuturesUnordered<_>>().collect::<Vec<_>>().await {
        task??;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{:.0} calls/s, {at_once} at once", calls as f64 / seconds);
    if let (Some(before), Some(after)) = (cpu, cpu_seconds()) {
        println!("{:.1} us CPU per call on this side", (after - before) * 1e6 / calls as f64);
    }
    Ok(())
}

/// User and system time of this process; `/proc` counts them in hundredths of a second.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

async fn serve() -> Fallible<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/v1", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = service_fn(|request: Request<Incoming>| async move {
            let _ = request.into_body().collect().await;
            let reply = Response::builder().header("content-type", "application/json");
            Ok::<_, Infallible>(reply.body(Full::new(Bytes::from_static(ANSWER.as_bytes()))).unwrap_or_default())
        });
        tokio::spawn(async move {
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
