use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Stdio},
    sync::Arc,
    time::Instant,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::{Clade, process::cpu_of};

/// A running `clade serve`, ended when this value goes.
#[derive(Debug)]
pub struct Served {
    child: Child,
    target: Target,
    start_ms: f64,
}

/// Where to ask, and with what.
#[derive(Debug, Clone)]
pub struct Target {
    address: SocketAddr,
    token: Arc<str>,
}

impl Served {
    /// Serves the runs of a data folder on a free port.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(clade: &Clade, data: &Path) -> Result<Self, String> {
        let folder = data.display().to_string();
        let made = clade
            .command(data, &["token", "add", "bench", "--json", "--data-dir", &folder])
            .output()
            .map_err(|error| error.to_string())?;
        let made: Value = serde_json::from_slice(&made.stdout).map_err(|error| format!("no token: {error}"))?;
        let token = made["secret"].as_str().ok_or("no token was made")?.into();
        let words = ["serve", "--port", "0", "--json", "--rate-limit", "1000000", "--data-dir", &folder];
        let begun = Instant::now();
        let mut child = clade
            .command(data, &words)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("could not start `clade serve`: {error}"))?;
        let stdout = child.stdout.take().ok_or("`clade serve` has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
        let start_ms = begun.elapsed().as_secs_f64() * 1e3;
        let said: Value =
            serde_json::from_str(&line).map_err(|error| format!("`clade serve` said `{line}`: {error}"))?;
        let address = said["url"].as_str().and_then(|url| url.strip_prefix("http://")?.parse().ok());
        let address = address.ok_or("`clade serve` named no address")?;
        Ok(Self { child, target: Target { address, token }, start_ms })
    }

    /// Where it listens.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Milliseconds from the start of the process until it said where it listens.
    #[must_use]
    pub fn start_ms(&self) -> f64 {
        self.start_ms
    }

    /// Most memory that it held so far, where the system says.
    #[must_use]
    pub fn peak_bytes(&self) -> Option<u64> {
        self.status("VmHWM:")
    }
}

impl Served {
    /// CPU seconds, user and system, that it took so far, where the system says.
    #[must_use]
    pub fn cpu_seconds(&self) -> Option<f64> {
        cpu_of(self.child.id())
    }

    /// Bytes that it holds now, where the system says.
    #[must_use]
    pub fn resident_bytes(&self) -> Option<u64> {
        self.status("VmRSS:")
    }

    fn status(&self, field: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // ended for good: nothing of it is kept
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A keep-alive connection.
#[derive(Debug)]
pub struct Http {
    sender: http1::SendRequest<Full<Bytes>>,
    target: Target,
}

impl Http {
    /// Connects. Called in a runtime.
    ///
    /// # Errors
    /// Where nobody listens.
    pub async fn connect(target: &Target) -> Result<Self, String> {
        let stream = TcpStream::connect(target.address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Self { sender, target: target.clone() })
    }

    /// Sends a request below `/api/v1`.
    ///
    /// # Errors
    /// Where the connection breaks, or the answer is no success.
    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: &str,
    ) -> Result<hyper::Response<hyper::body::Incoming>, String> {
        self.sender.ready().await.map_err(|error| error.to_string())?;
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", self.target.address.to_string())
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.target.token))
            .body(Full::new(Bytes::from(body.to_owned())))
            .map_err(|error| error.to_string())?;
        let response = self.sender.send_request(request).await.map_err(|error| error.to_string())?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(format!("{path} answered {}", response.status())),
        }
    }

    /// The bytes of an answer.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn bytes(&mut self, method: Method, path: &str, body: &str) -> Result<Bytes, String> {
        let answer = self.ask(method, path, body).await?.into_body().collect().await;
        Ok(answer.map_err(|error| error.to_string())?.to_bytes())
    }

    /// The JSON of an answer.
    ///
    /// # Errors
    /// As [`Self::ask`], and where it is none.
    pub async fn json(&mut self, method: Method, path: &str, body: &str) -> Result<Value, String> {
        let bytes = self.bytes(method, path, body).await?;
        if bytes.is_empty() {
            Ok(Value::Null)
        } else {
            serde_json::from_slice(&bytes).map_err(|error| error.to_string())
        }
    }

    /// Milliseconds until an answer was there to its last byte.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn time(&mut self, path: &str) -> Result<f64, String> {
        let begun = Instant::now();
        self.bytes(Method::GET, path, "").await?;
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    }

    /// How that is distributed over so many times.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn timed(&mut self, path: &str, times: u32) -> Result<Value, String> {
        let mut taken = Vec::new();
        for _ in 0..times {
            taken.push(self.time(path).await?);
        }
        Ok(quantiles(taken))
    }
}

/// Some quantiles of figures, as JSON.
#[must_use]
pub fn quantiles(mut all: Vec<f64>) -> Value {
    all.sort_by(f64::total_cmp);
    let at = |share: f64| all.get(((all.len() as f64 - 1.0) * share).round() as usize).copied();
    json!({ "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "worst": at(1.0), "n": all.len() })
}
