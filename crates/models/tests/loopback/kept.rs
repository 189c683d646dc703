//! Connections that are kept, and those that a server ends between two calls.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use clade_domain::Budget;
use clade_models::Stack;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support::{context, openai, question, settings, spec};

/// How a server ends what it says.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    /// Keeps the connection.
    Keeps,
    /// Says that it closes, and closes.
    SaysClose,
    /// Closes after each reply without a word.
    Hangs,
    /// Keeps it, and sends the body in chunks of a few bytes.
    Chunks,
}

/// Serves one connection after the other, and counts them.
async fn serve(manner: Manner, text: String, connections: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            connections.fetch_add(1, SeqCst);
            let body = openai(&text).to_string();
            tokio::spawn(async move {
                let mut seen = Vec::new();
                loop {
                    let mut buffer = [0; 4096];
                    match stream.read(&mut buffer).await {
                        Ok(n) if n > 0 => seen.extend_from_slice(&buffer[..n]),
                        _ => return,
                    }
                    let asked = String::from_utf8_lossy(&seen).into_owned();
                    if !asked.ends_with("]}") {
                        continue;
                    }
                    assert!(asked.starts_with("POST /chat/completions HTTP/1.1\r\n"), "{asked}");
                    for header in ["host: 127.0.0.1:", "user-agent: promptclade/", "content-type: application/json"] {
                        assert!(asked.contains(header), "{asked}");
                    }
                    seen.clear();
                    let close = if manner == Manner::SaysClose { "connection: close\r\n" } else { "" };
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
                    let reply = if manner == Manner::Chunks {
                        let parts = body.as_bytes().chunks(7).map(|part| String::from_utf8_lossy(part).into_owned());
                        let parts: String = parts.map(|part| format!("{:x}\r\n{part}\r\n", part.len())).collect();
                        format!("{head}transfer-encoding: chunked\r\n\r\n{parts}0\r\n\r\n")
                    } else {
                        format!("{head}{close}content-length: {}\r\n\r\n{body}", body.len())
                    };
                    stream.write_all(reply.as_bytes()).await.unwrap();
                    if matches!(manner, Manner::SaysClose | Manner::Hangs) {
                        return;
                    }
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn connections_are_used_again_and_ended_ones_replaced() {
    let long = "x".repeat(300_000);
    for (manner, text, expected) in [
        (Manner::Keeps, "42", 1),
        (Manner::Chunks, "42", 1),
        (Manner::Keeps, long.as_str(), 1),
        (Manner::SaysClose, "42", 5),
        (Manner::Hangs, "42", 5),
    ] {
        let connections = Arc::new(AtomicUsize::new(0));
        let url = serve(manner, text.to_owned(), connections.clone()).await;
        let settings = settings(Budget::default());
        let counters = settings.counters.clone();
        let client = Stack::new(settings).build(&spec("openai:chat:m", &url, json!({}))).unwrap();
        for _ in 0..5 {
            assert_eq!(client.chat(&question(), context()).await.unwrap().text, text, "{manner:?}");
            // the end of a connection is there when the next call looks
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(connections.load(SeqCst), expected, "{manner:?}");
        assert_eq!(counters.snapshot().retries, 0, "{manner:?}: no call fails by it");
    }
}

#[tokio::test]
async fn as_many_connections_as_calls_at_once() {
    let connections = Arc::new(AtomicUsize::new(0));
    let url = serve(Manner::Keeps, "42".to_owned(), connections.clone()).await;
    let client = Stack::new(settings(Budget::default())).build(&spec("openai:chat:m", &url, json!({}))).unwrap();
    for _ in 0..3 {
        let request = question();
        let calls = (0..20).map(|sample| {
            let context = clade_models::CallContext { sample, ..context() };
            client.chat(&request, context)
        });
        let answers = futures::future::join_all(calls).await;
        assert!(answers.iter().all(Result::is_ok));
    }
    assert!(connections.load(SeqCst) <= 20, "{connections:?}");
}
