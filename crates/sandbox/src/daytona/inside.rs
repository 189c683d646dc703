use std::sync::Arc;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::api::{Api, ApiError};
use crate::{Ended, Ending, Limit, SandboxError, Used};

const AGENT: &str = include_str!("agent.py");
/// Where the agent lies inside. Its name is hidden from what lists a folder.
const HOME: &str = "/tmp/.clade";
/// The session in which programs are watched.
const SESSION: &str = "promptclade";
/// Time for an operation of the agent beside what it waits for.
const OPERATION: Duration = Duration::from_secs(60);

/// The agent in one sandbox.
#[derive(Debug)]
pub(super) struct Inside {
    pub api: Arc<Api>,
    /// The sandbox.
    pub id: String,
    toolbox: String,
}

/// What a program said since the last look.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    out: String,
    err: String,
    pub end: Option<End>,
}

impl Said {
    /// Whether there is nothing new.
    pub(super) fn is_nothing(&self) -> bool {
        self.out.is_empty() && self.err.is_empty() && self.end.is_none()
    }

    pub(super) fn outputs(&self) -> Result<(Vec<u8>, Vec<u8>), SandboxError> {
        let read = |text: &str| BASE64.decode(text).map_err(|error| SandboxError::Gone(error.to_string()));
        Ok((read(&self.out)?, read(&self.err)?))
    }
}

/// How a program ended, in the agent's words.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) struct End {
    #[serde(default)]
    exited: Option<i32>,
    #[serde(default)]
    signalled: Option<i32>,
    #[serde(default)]
    limit: Option<String>,
    #[serde(default)]
    not_runnable: Option<String>,
    #[serde(default)]
    broken: Option<String>,
    #[serde(default)]
    used: Used,
}

impl End {
    pub(super) fn of(self, program: &str) -> Result<Ending, SandboxError> {
        if let Some(detail) = self.not_runnable {
            return Err(SandboxError::NotRunnable { program: program.to_owned(), detail });
        }
        let ended = match (self.exited, self.signalled, self.limit.as_deref()) {
            (Some(code), _, _) => Ended::Exited(code),
            (_, Some(signal), _) => Ended::by_signal(signal),
            (_, _, Some("memory")) => Ended::Limit(Limit::Memory),
            (_, _, Some("cpu")) => Ended::Limit(Limit::Cpu),
            (_, _, Some("wall")) => Ended::Limit(Limit::Wall),
            (_, _, Some("processes")) => Ended::Limit(Limit::Processes),
            (_, _, Some("disk")) => Ended::Limit(Limit::Disk),
            (_, _, Some("output")) => Ended::Limit(Limit::Output),
            (_, _, Some("cancelled")) => Ended::Cancelled,
            _ => return Err(SandboxError::Gone(self.broken.unwrap_or_else(|| "its end is unknown".to_owned()))),
        };
        Ok(Ending { ended, used: self.used })
    }
}

/// Why the agent did not do it.
pub(super) enum AgentError {
    /// It says so.
    Refused(String),
    /// It could not be asked.
    Lost(SandboxError),
}

impl From<ApiError> for AgentError {
    fn from(error: ApiError) -> Self {
        Self::Lost(SandboxError::Gone(error.to_string()))
    }
}

impl Inside {
    /// Puts the agent into a sandbox that has started.
    pub(super) async fn enter(api: Arc<Api>, id: String, toolbox: String) -> Result<Self, AgentError> {
        let inside = Self { api, id, toolbox };
        inside.settle().await?;
        Ok(inside)
    }

    /// Puts the agent into the sandbox, again where it was stopped and started.
    pub(super) async fn settle(&self) -> Result<(), AgentError> {
        let command = format!(
            "mkdir -p {HOME} && printf %s '{}' | base64 -d > {HOME}/agent.py && {}",
            BASE64.encode(AGENT),
            agent("prepare", &json!({}))
        );
        self.run::<Value>(&command, OPERATION).await?;
        Ok(self.api.session(&self.toolbox, SESSION).await?)
    }

    /// Has the agent run a program and watch it, for as long as that takes: the command of the session by which is seen whether it does.
    pub(super) async fn watch(&self, task: &Value) -> Result<String, SandboxError> {
        let begun = self.api.begin(&self.toolbox, SESSION, &agent("watch", task)).await;
        begun.map_err(|error| SandboxError::Gone(error.to_string()))
    }

    /// Why nobody watches a program any more; `None` where somebody does.
    pub(super) async fn why_unwatched(&self, watcher: &str) -> Result<Option<String>, ApiError> {
        let code = match self.api.exit_code(&self.toolbox, SESSION, watcher).await {
            Ok(None) => return Ok(None),
            Ok(Some(code)) => format!("exit code {code}"),
            Err(error) if error.is_missing() => return Ok(Some(format!("what watches programs is gone: {error}"))),
            Err(error) => return Err(error),
        };
        let log = self.api.log(&self.toolbox, SESSION, watcher).await.unwrap_or_default();
        Ok(Some(format!("what watches programs ended with {code} {}", last(&log)).trim_end().to_owned()))
    }

    /// Has the agent do something.
    pub(super) async fn ask<T: DeserializeOwned>(&self, operation: &str, arguments: &Value) -> Result<T, AgentError> {
        self.run(&agent(operation, arguments), OPERATION).await
    }

    pub(super) async fn upload(&self, name: &str, content: &[u8]) -> Result<(), AgentError> {
        Ok(self.api.upload(&self.toolbox, &format!("{HOME}/{name}"), content).await?)
    }

    pub(super) async fn download(&self, path: &str) -> Result<bytes::Bytes, AgentError> {
        Ok(self.api.download(&self.toolbox, path).await?)
    }

    async fn run<T: DeserializeOwned>(&self, command: &str, within: Duration) -> Result<T, AgentError> {
        let (code, said) = self.api.execute(&self.toolbox, command, within).await?;
        let line = said.trim_end().lines().last().unwrap_or_default();
        let answer: Option<Value> = serde_json::from_str(line).ok();
        let Some(answer) = answer.filter(|_| code == 0) else {
            let message = format!("its agent ended with exit code {code}: {}", last(&said));
            return Err(AgentError::Lost(SandboxError::Gone(message)));
        };
        if let Some(error) = answer["error"].as_str() {
            return Err(AgentError::Refused(error.to_owned()));
        }
        serde_json::from_value(answer).map_err(|error| AgentError::Lost(SandboxError::Gone(error.to_string())))
    }
}

/// The end of what was said.
fn last(said: &str) -> String {
    let said = said.trim();
    said.char_indices().rev().nth(399).map_or(said, |(at, _)| &said[at..]).to_owned()
}

fn agent(operation: &str, arguments: &Value) -> String {
    format!("python3 -I -S {HOME}/agent.py {operation} {}", BASE64.encode(arguments.to_string()))
}
