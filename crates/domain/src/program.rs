use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Bill, Isolation, Language};

/// A user's function that answers examples with as many model calls as it likes: several prompts, tools, chains. It is called in a
/// sandbox; whom it asks is the run's task model, and [`Models::program`](crate::Models::program) beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProgramSpec {
    /// The file's path in the run.
    pub path: String,
    /// The function's name; `default` in JavaScript is what the module exports as a whole.
    pub function: String,
    /// Its language.
    pub language: Language,
    /// How the user calls it; empty where they do not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// What the function finds in `options["config"]`. Keys are never in here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, Value>,
    /// About how many model calls one call of the function makes, from 1: what a limit on calls is laid out by.
    pub calls: u32,
    /// Most model calls that one call of the function may make, from 1; further ones are refused.
    pub max_calls: u32,
}

impl ProgramSpec {
    /// How many model calls one call of the function is taken to make, where the run file does not say.
    pub const CALLS: u32 = 1;
    /// How many it may make, where the run file does not say.
    pub const MAX_CALLS: u32 = 100;

    /// As promptfoo would write it: `sandbox:file://app.py:call_api`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("sandbox:file://{}:{}", self.path, self.function)
    }
}

/// What the model calls of a program came to on one example.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProgramCalls {
    /// Answers it got, those that the run did not have to buy included.
    pub answers: u32,
    /// What the run bought for it.
    pub bought: Bill,
}

/// Where code of a trial was executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ran {
    /// The backend, such as `local`.
    pub backend: String,
    /// The sandbox's name, which no other sandbox of that process had.
    pub sandbox: String,
    /// How well it isolates.
    pub isolation: Isolation,
    /// The state that it started from, where that was not an empty folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Milliseconds from the call to its end, waiting for models included.
    pub took_ms: u32,
    /// The end of what it printed; empty where it printed nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said: String,
    /// Whether it was executed earlier and its answer was known, in this run or in another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
    /// The sandboxes that it began in before this one, each of which went away or was full of what earlier calls had left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}
