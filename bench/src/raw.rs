//! A bare keep-alive HTTP/1.1 client: what the wire and the server allow, with nothing of a product around it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::process::cpu_of_this_process;

/// What the bare client reached.
#[derive(Debug, Clone, Copy)]
pub struct RawFigures {
    /// Requests made.
    pub requests: usize,
    /// Requests that were not answered with 200.
    pub failed: usize,
    /// From the first connection to the last answer.
    pub seconds: f64,
    /// User and system time of the client, where the system says.
    pub cpu_seconds: Option<f64>,
}

impl RawFigures {
    /// Requests per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        count(self.requests) / self.seconds
    }

    /// The figures as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "requests": self.requests,
            "failed": self.failed,
            "seconds": self.seconds,
            "requests_per_second": self.rate(),
            "cpu_seconds": self.cpu_seconds,
        })
    }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

/// Posts each body once, over `connections` keep-alive connections, and reads every answer whole.
///
/// # Errors
/// Where the server cannot be reached or a connection breaks.
pub fn raw_client(
    address: SocketAddr,
    path: &str,
    bodies: Vec<String>,
    connections: usize,
) -> Result<RawFigures, String> {
    let requests = bodies.len();
    let bodies: Arc<Vec<Bytes>> = Arc::new(bodies.into_iter().map(Bytes::from).collect());
    let (cpu, start) = (cpu_of_this_process(), Instant::now());
    let failed = runtime()?.block_on(async {
        let (next, path): (_, Arc<str>) = (Arc::new(AtomicUsize::new(0)), path.into());
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..connections {
            workers.spawn(worker(address, Arc::clone(&path), Arc::clone(&bodies), Arc::clone(&next)));
        }
        let mut failed = 0;
        while let Some(ended) = workers.join_next().await {
            failed += ended.map_err(|error| error.to_string())??;
        }
        Ok::<_, String>(failed)
    })?;
    let seconds = start.elapsed().as_secs_f64();
    let cpu_seconds = cpu_of_this_process().zip(cpu).map(|(after, before)| after - before);
    Ok(RawFigures { requests, failed, seconds, cpu_seconds })
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("could not start the client: {error}"))
}

async fn worker(
    address: SocketAddr,
    path: Arc<str>,
    bodies: Arc<Vec<Bytes>>,
    next: Arc<AtomicUsize>,
) -> Result<usize, String> {
    let mut sender = connect(address).await?;
    let mut failed = 0;
    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
        let (status, _) = send(&mut sender, address, Method::POST, &path, body.clone()).await?;
        failed += usize::from(status != 200);
    }
    Ok(failed)
}

async fn connect(address: SocketAddr) -> Result<http1::SendRequest<Full<Bytes>>, String> {
    let stream =
        TcpStream::connect(address).await.map_err(|error| format!("could not connect to {address}: {error}"))?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn send(
    sender: &mut http1::SendRequest<Full<Bytes>>,
    address: SocketAddr,
    method: Method,
    path: &str,
    body: Bytes,
) -> Result<(u16, Bytes), String> {
    sender.ready().await.map_err(|error| format!("the connection to {address} broke: {error}"))?;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", address.to_string())
        .header("content-type", "application/json")
        .header("authorization", "Bearer bench")
        .body(Full::new(body))
        .map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(|error| format!("no answer from {address}: {error}"))?;
    let status = response.status().as_u16();
    let body =
        response.into_body().collect().await.map_err(|error| format!("half an answer from {address}: {error}"))?;
    Ok((status, body.to_bytes()))
}

/// The JSON at a path of the server.
///
/// # Errors
/// Where the server cannot be reached or answers anything but JSON with status 200.
pub fn get_json(address: SocketAddr, path: &str) -> Result<Value, String> {
    let (status, body) = runtime()?.block_on(async {
        let mut sender = connect(address).await?;
        send(&mut sender, address, Method::GET, path, Bytes::new()).await
    })?;
    if status != 200 {
        return Err(format!("{path} answered with status {status}"));
    }
    serde_json::from_slice(&body).map_err(|error| format!("{path} is not JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader, Read as _, Write as _},
        net::TcpListener,
        thread,
    };

    use super::*;

    /// Answers every request with its own body, and with 500 where that is `bad`. Keeps connections open.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                thread::spawn(move || while answer_one(&mut BufReader::new(&stream)).is_some() {});
            }
        });
        address
    }

    fn answer_one(reader: &mut BufReader<&std::net::TcpStream>) -> Option<()> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let status = if body == b"bad" { "500 Internal Server Error" } else { "200 OK" };
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n");
        reader.get_mut().write_all(&[head.as_bytes(), &body].concat()).ok()
    }

    #[test]
    fn every_body_is_posted_once_and_failures_are_counted() {
        let bodies: Vec<String> = (0..50).map(|n| if n % 10 == 3 { "bad".into() } else { n.to_string() }).collect();
        let figures = raw_client(echo(), "/echo", bodies, 4).unwrap();
        assert_eq!((figures.requests, figures.failed), (50, 5));
        assert!(figures.rate() > 0.0);
    }

    #[test]
    fn a_server_that_is_not_there_is_an_error() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = raw_client(free, "/", vec!["1".into()], 1).unwrap_err();
        assert!(error.starts_with("could not connect to 127.0.0.1:"), "{error}");
    }
}
