use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{DaytonaSettings, wait::before_repeat};

/// Time for a request beside what the work itself may take.
pub(super) const REQUEST: Duration = Duration::from_secs(60);

/// Daytona's HTTP API as far as it is needed here.
#[derive(Debug)]
pub(super) struct Api {
    http: reqwest::Client,
    settings: DaytonaSettings,
    pub(super) parts: AtomicU64,
}

/// Why Daytona did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{asked}: {message}")]
pub struct ApiError {
    /// What it was asked: method and path.
    pub asked: String,
    /// The status of its answer; `None` where none came.
    pub status: Option<u16>,
    /// Its own name for what is wrong, such as `SANDBOX_DESTROYED`; empty where it gives none.
    pub code: String,
    /// Its words.
    pub message: String,
}

impl ApiError {
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.status, Some(404 | 410)) || self.code == "SANDBOX_DESTROYED"
    }

    fn is_worth_repeating(&self) -> bool {
        match self.status {
            None => true,
            Some(status) => status == 429 || status == 502 || status == 503 || status == 504,
        }
    }
}

/// A sandbox, as far as anybody here looks at it. What is missing or new is no error.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Machine {
    pub id: String,
    #[serde(deserialize_with = "or_default")]
    pub state: String,
    #[serde(deserialize_with = "or_default")]
    pub error_reason: String,
    #[serde(deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    pub toolbox_proxy_url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Page {
    #[serde(deserialize_with = "or_default")]
    items: Vec<Machine>,
    next_cursor: Option<String>,
}

/// A kept state, as far as anybody here looks at it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Snapshot {
    pub id: String,
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    pub state: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub created_at: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SnapshotPage {
    #[serde(deserialize_with = "or_default")]
    items: Vec<Snapshot>,
    total_pages: f64,
}

/// `null` is the same as nothing.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(value: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(value)?.unwrap_or_default())
}

/// What a request carries.
pub(super) enum Body {
    Nothing,
    Json(Value),
    Form { kind: String, bytes: Bytes },
}

impl Api {
    pub(super) fn new(settings: DaytonaSettings) -> Self {
        Self { http: reqwest::Client::new(), settings, parts: AtomicU64::new(0) }
    }

    pub(super) fn settings(&self) -> &DaytonaSettings {
        &self.settings
    }

    /// Makes a sandbox. It may not have started yet. A request that is under way is not given up, since nobody would know what it made; that it
    /// is made again is, where `stopping` says so.
    pub(super) async fn create(&self, wish: &Value, stopping: &CancellationToken) -> Result<Machine, ApiError> {
        let url = format!("{}/sandbox", self.settings.api_url);
        let asked = asked(&Method::POST, &url);
        read(asked, &self.bytes(Method::POST, &url, Body::Json(wish.clone()), REQUEST, Some(stopping)).await?)
    }

    pub(super) async fn get(&self, id: &str) -> Result<Machine, ApiError> {
        self.control(Method::GET, &format!("/sandbox/{}", encoded(id)), Body::Nothing).await
    }

    /// Every sandbox with these labels.
    pub(super) async fn list(&self, labels: &BTreeMap<String, String>) -> Result<Vec<Machine>, ApiError> {
        let labels = encoded(&json!(labels).to_string());
        let mut machines = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/sandbox?limit=100&labels={labels}{cursor}");
            let page: Page = self.control(Method::GET, &path, Body::Nothing).await?;
            let empty = page.items.is_empty();
            machines.extend(page.items);
            match page.next_cursor {
                Some(next) if !next.is_empty() && !empty => cursor = format!("&cursor={}", encoded(&next)),
                _ => return Ok(machines),
            }
        }
    }

    /// Whether the key is taken: by Daytona, and not by whoever else may answer at that address.
    pub(super) async fn is_let_in(&self) -> Result<(), ApiError> {
        let url = format!("{}/sandbox?limit=1", self.settings.api_url);
        let bytes = self.bytes(Method::GET, &url, Body::Nothing, REQUEST, None).await?;
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if answer["items"].is_array() {
            return Ok(());
        }
        let start: String = String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" ");
        let start = match start.chars().take(60).collect::<String>() {
            text if text.is_empty() => "nothing".to_owned(),
            text => format!("`{text}`"),
        };
        let message = format!(
            "it answers with {start}, which is no list of sandboxes; DAYTONA_API_URL has to be the address of the API, such as {}",
            DaytonaSettings::API_URL
        );
        Err(ApiError { asked: asked(&Method::GET, &url), status: None, code: String::new(), message })
    }

    /// Every kept state whose name begins so.
    pub(super) async fn snapshots(&self, prefix: &str) -> Result<Vec<Snapshot>, ApiError> {
        let mut found = Vec::new();
        for page in 1.. {
            let path = format!("/snapshots?page={page}&limit=100&name={}", encoded(prefix));
            let part: SnapshotPage = self.control(Method::GET, &path, Body::Nothing).await?;
            let is_last = part.items.is_empty() || f64::from(page) >= part.total_pages;
            // the filter may look anywhere in a name, or nowhere
            found.extend(part.items.into_iter().filter(|snapshot| snapshot.name.starts_with(prefix)));
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    /// Deletes a sandbox; one that is not there is no error.
    pub(super) async fn delete(&self, id: &str) -> Result<(), ApiError> {
        let deleted: Result<Value, ApiError> =
            self.control(Method::DELETE, &format!("/sandbox/{}", encoded(id)), Body::Nothing).await;
        match deleted {
            Err(error) if !error.is_missing() => Err(error),
            _ => Ok(()),
        }
    }

    /// `start`, `stop`.
    pub(super) async fn order(&self, id: &str, what: &str) -> Result<(), ApiError> {
        let _: Value = self.control(Method::POST, &format!("/sandbox/{}/{what}", encoded(id)), Body::Nothing).await?;
        Ok(())
    }

    /// Begins to keep a sandbox's files under a name.
    pub(super) async fn snapshot(&self, id: &str, name: &str) -> Result<(), ApiError> {
        let body = Body::Json(json!({"name": name, "includeMemory": false}));
        let _: Value = self.control(Method::POST, &format!("/sandbox/{}/snapshot", encoded(id)), body).await?;
        Ok(())
    }

    /// Begins to make a copy of a sandbox that has started, memory included, with a name of its own. It has to be deleted before its parent can be.
    pub(super) async fn fork(&self, id: &str, name: &str) -> Result<Machine, ApiError> {
        let body = Body::Json(json!({ "name": name }));
        self.control(Method::POST, &format!("/sandbox/{}/fork", encoded(id)), body).await
    }

    /// Labels a sandbox with these and no others.
    pub(super) async fn label(&self, id: &str, labels: &BTreeMap<String, String>) -> Result<(), ApiError> {
        let body = Body::Json(json!({ "labels": labels }));
        let _: Value = self.control(Method::PUT, &format!("/sandbox/{}/labels", encoded(id)), body).await?;
        Ok(())
    }

    /// After how many minutes Daytona deletes a sandbox that was stopped; 0 is at once.
    pub(super) async fn delete_after(&self, id: &str, minutes: u32) -> Result<(), ApiError> {
        self.order(id, &format!("autodelete/{minutes}")).await
    }

    /// The state of a snapshot; `None` where there is none of this name.
    pub(super) async fn snapshot_state(&self, name: &str) -> Result<Option<String>, ApiError> {
        Ok(self.find_snapshot(name).await?.map(|found| found.state.unwrap_or_default()))
    }

    /// Deletes a snapshot; one that is not there is no error.
    pub(super) async fn delete_snapshot(&self, name: &str) -> Result<(), ApiError> {
        let Some(found) = self.find_snapshot(name).await? else { return Ok(()) };
        let deleted: Result<Value, ApiError> =
            self.control(Method::DELETE, &format!("/snapshots/{}", encoded(&found.id)), Body::Nothing).await;
        match deleted {
            Err(error) if !error.is_missing() => Err(error),
            _ => Ok(()),
        }
    }

    async fn find_snapshot(&self, name: &str) -> Result<Option<Snapshot>, ApiError> {
        match self.control(Method::GET, &format!("/snapshots/{}", encoded(name)), Body::Nothing).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn control<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Body,
    ) -> Result<T, ApiError> {
        self.ask(method, &format!("{}{path}", self.settings.api_url), body, REQUEST).await
    }

    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        url: &str,
        body: Body,
        within: Duration,
    ) -> Result<T, ApiError> {
        let asked = asked(&method, url);
        read(asked, &self.bytes(method, url, body, within, None).await?)
    }

    /// Asks, and repeats what is worth it. What is asked can be asked twice: what a request makes has a name, or a label by which
    /// it is found and deleted.
    pub(super) async fn bytes(
        &self,
        method: Method,
        url: &str,
        body: Body,
        within: Duration,
        stopping: Option<&CancellationToken>,
    ) -> Result<Bytes, ApiError> {
        let until = Instant::now() + self.settings.patience;
        let mut repeats = 0;
        loop {
            let (mut error, wait) = match self.once(&method, url, &body, within.min(self.settings.patience)).await {
                Ok(bytes) => return Ok(bytes),
                Err((error, headers)) => (error, before_repeat(headers.as_ref(), repeats)),
            };
            // where nothing was heard, the few tries of a broken connection are enough
            let most = if error.status.is_none() { 3 } else { u32::MAX };
            if !error.is_worth_repeating() || repeats >= most {
                return Err(error);
            }
            if Instant::now() + wait > until {
                error.message.push_str(&format!(" (the next try would be in {} s)", wait.as_secs().max(1)));
                return Err(error);
            }
            let stopped = async {
                match stopping {
                    Some(stopping) => stopping.cancelled().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stopped => return Err(error),
                () = tokio::time::sleep(wait) => repeats += 1,
            }
        }
    }

    async fn once(
        &self,
        method: &Method,
        url: &str,
        body: &Body,
        within: Duration,
    ) -> Result<Bytes, (ApiError, Option<reqwest::header::HeaderMap>)> {
        let mut request = self
            .http
            .request(method.clone(), url)
            .timeout(within)
            .bearer_auth(self.settings.key.expose_secret())
            .header("X-Daytona-Source", "promptclade");
        if let Some(organization) = &self.settings.organization {
            request = request.header("X-Daytona-Organization-ID", organization);
        }
        request = match body {
            Body::Nothing => request,
            Body::Json(value) => request.json(value),
            Body::Form { kind, bytes } => request.header("Content-Type", kind).body(bytes.clone()),
        };
        let lost = |error: reqwest::Error| {
            let error = error.without_url();
            let mut message = format!("no answer: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(deeper) = cause {
                message.push_str(&format!(": {deeper}"));
                cause = deeper.source();
            }
            (ApiError { asked: asked(method, url), status: None, code: String::new(), message }, None)
        };
        let response = request.send().await.map_err(lost)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.map_err(lost)?;
        if status.is_success() {
            return Ok(bytes);
        }
        Err((refusal(asked(method, url), status, &bytes), Some(headers)))
    }
}

fn read<T: DeserializeOwned>(asked: String, bytes: &[u8]) -> Result<T, ApiError> {
    let bytes = if bytes.is_empty() { b"null" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| ApiError {
        asked,
        status: None,
        code: String::new(),
        message: format!("its answer cannot be read: {error}"),
    })
}

/// Method and path, without what stands behind `?`.
fn asked(method: &Method, url: &str) -> String {
    let path = url.split('?').next().unwrap_or(url);
    format!("{method} {path}")
}

/// Daytona's own words, whichever of its services says them.
fn refusal(asked: String, status: StatusCode, body: &[u8]) -> ApiError {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| match &said[name] {
        Value::String(text) => text.clone(),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "),
        _ => String::new(),
    };
    let message = [text("message"), text("error"), status.to_string()].into_iter().find(|text| !text.is_empty());
    ApiError { asked, status: Some(status.as_u16()), code: text("code"), message: message.unwrap_or_default() }
}

/// A text as part of an address.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_knows_and_passes_by_what_it_does_not() {
        for text in [
            r#"{"id": "a", "state": "started", "toolboxProxyUrl": "http://x", "kvm": true, "cpu": 1, "labels": {"a": "b"}}"#,
            r#"{"id": "a", "state": "started", "labels": null, "errorReason": null, "gpuType": ["H100"]}"#,
        ] {
            let machine: Machine = serde_json::from_str(text).unwrap();
            assert_eq!((machine.id.as_str(), machine.state.as_str()), ("a", "started"));
        }
        let bare: Machine = serde_json::from_str(r#"{"id": "a"}"#).unwrap();
        assert_eq!(bare.state, "");
    }

    #[test]
    fn says_what_daytona_says() {
        for (body, code, message) in [
            (r#"{"statusCode": 404, "message": "Sandbox not found", "error": "Not Found"}"#, "", "Sandbox not found"),
            (r#"{"code": "SANDBOX_DESTROYED", "message": ["a", "b"]}"#, "SANDBOX_DESTROYED", "a; b"),
            ("<html>", "", "404 Not Found"),
        ] {
            let error = refusal("GET /x".into(), StatusCode::NOT_FOUND, body.as_bytes());
            assert_eq!((error.code.as_str(), error.message.as_str()), (code, message));
            assert!(error.is_missing());
        }
        assert_eq!(encoded("a b/ü{\"x\"}"), "a%20b%2F%C3%BC%7B%22x%22%7D");
    }
}
