use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{Api, ApiError, Body, Machine, REQUEST, encoded, or_default};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Executed {
    exit_code: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    result: String,
}

/// A command of a session, as far as anybody here looks at it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    cmd_id: String,
}

/// How far a command of a session is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stand {
    exit_code: Option<i64>,
}

/// What a command of a session said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Log {
    #[serde(deserialize_with = "or_default")]
    output: String,
    #[serde(deserialize_with = "or_default")]
    stderr: String,
}

/// What is asked of a sandbox itself, at the address of its toolbox.
impl Api {
    /// The address of a sandbox's own API.
    pub(super) async fn toolbox(&self, machine: &Machine) -> Result<String, ApiError> {
        let base = match &machine.toolbox_proxy_url {
            Some(url) if !url.is_empty() => url.clone(),
            _ => {
                let path = format!("/sandbox/{}/toolbox-proxy-url", encoded(&machine.id));
                let told: Value = self.control(Method::GET, &path, Body::Nothing).await?;
                told["url"].as_str().unwrap_or_default().to_owned()
            }
        };
        Ok(format!("{}/{}", base.trim_end_matches('/'), encoded(&machine.id)))
    }

    /// Runs a command of the shell to its end: its exit code and what it printed.
    pub(super) async fn execute(
        &self,
        toolbox: &str,
        command: &str,
        within: Duration,
    ) -> Result<(i64, String), ApiError> {
        let body = Body::Json(json!({"command": command, "cwd": "/", "timeout": within.as_secs().max(1)}));
        let url = format!("{toolbox}/process/execute");
        let done: Executed = self.ask(Method::POST, &url, body, within + REQUEST).await?;
        Ok((done.exit_code.unwrap_or(0), done.result))
    }

    pub(super) async fn upload(&self, toolbox: &str, path: &str, content: &[u8]) -> Result<(), ApiError> {
        // nothing of the content may look like the boundary; 64 bits of a counter and of the length do not occur by chance
        let number = self.parts.fetch_add(1, Ordering::Relaxed);
        let boundary = format!("promptclade-{:x}-{number:x}-{:x}", std::process::id(), content.len());
        let mut bytes = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        bytes.extend_from_slice(content);
        bytes.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let body = Body::Form { kind: format!("multipart/form-data; boundary={boundary}"), bytes: bytes.into() };
        let url = format!("{toolbox}/files/upload-v2?path={}", encoded(path));
        self.bytes(Method::POST, &url, body, REQUEST, None).await.map(|_| ())
    }

    pub(super) async fn download(&self, toolbox: &str, path: &str) -> Result<Bytes, ApiError> {
        let url = format!("{toolbox}/files/download?path={}", encoded(path));
        self.bytes(Method::GET, &url, Body::Nothing, REQUEST, None).await
    }

    /// Makes a session: a shell that goes on between requests. One that is there is no error.
    pub(super) async fn session(&self, toolbox: &str, name: &str) -> Result<(), ApiError> {
        let body = Body::Json(json!({ "sessionId": name }));
        let made: Result<Value, ApiError> =
            self.ask(Method::POST, &format!("{toolbox}/process/session"), body, REQUEST).await;
        match made {
            Err(error) if error.status != Some(409) => Err(error),
            _ => Ok(()),
        }
    }

    /// Begins a command in a session, behind those that are under way there: its id.
    pub(super) async fn begin(&self, toolbox: &str, session: &str, command: &str) -> Result<String, ApiError> {
        let body = Body::Json(json!({"command": command, "runAsync": true, "suppressInputEcho": true}));
        let url = format!("{toolbox}/process/session/{}/exec", encoded(session));
        let begun: Begun = self.ask(Method::POST, &url, body, REQUEST).await?;
        Ok(begun.cmd_id)
    }

    /// The exit code of a command that was begun; `None` while it goes on.
    pub(super) async fn exit_code(&self, toolbox: &str, session: &str, command: &str) -> Result<Option<i64>, ApiError> {
        let url = format!("{toolbox}/process/session/{}/command/{}", encoded(session), encoded(command));
        let stand: Stand = self.ask(Method::GET, &url, Body::Nothing, REQUEST).await?;
        Ok(stand.exit_code)
    }

    /// What a command that was begun has said so far; that it has failed, where that is told apart.
    pub(super) async fn log(&self, toolbox: &str, session: &str, command: &str) -> Result<String, ApiError> {
        let url = format!("{toolbox}/process/session/{}/command/{}/logs", encoded(session), encoded(command));
        // older ones answer with plain text
        let bytes = self.bytes(Method::GET, &url, Body::Nothing, REQUEST, None).await?;
        let plain = || Log { output: String::from_utf8_lossy(&bytes).into_owned(), ..Log::default() };
        let log: Log = serde_json::from_slice(&bytes).unwrap_or_else(|_| plain());
        Ok(if log.stderr.is_empty() { log.output } else { log.stderr })
    }
}
