use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Language;

/// Something to execute in a sandbox. Everything that may change the outcome is in here or in the run's
/// [`SandboxSpec`](crate::SandboxSpec), so the hash of both is the key under which the answer is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CodeRequest {
    /// Call a function.
    Function {
        /// In this language.
        language: Language,
        /// Which one.
        source: FunctionSource,
        /// Its arguments in order.
        args: Vec<Value>,
    },
    /// Run a program with this standard input, in a fresh sandbox.
    Program {
        /// The program and its arguments.
        command: Vec<String>,
        /// What it reads.
        stdin: String,
    },
    /// Run code that a model wrote in Python, and then its tests, in a fresh sandbox.
    Tests {
        /// The whole code.
        code: String,
        /// Statements that raise an error where it is wrong.
        tests: String,
    },
}

/// Where a function comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FunctionSource {
    /// A function of one of the run's files.
    File {
        /// The file's path in the run.
        path: String,
        /// The function's name; `default` in JavaScript is what the module exports as a whole.
        function: String,
    },
    /// An expression, or the body of a function with `return` where it has several lines.
    Inline {
        /// The code.
        code: String,
        /// The names of the arguments.
        names: Vec<String>,
    },
}

/// What came of a [`CodeRequest`] of the same kind. Code that fails gives none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CodeAnswer {
    /// A function returned.
    Function {
        /// What.
        value: Value,
        /// The end of what it printed.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        said: String,
    },
    /// A program ended well.
    Program {
        /// What it wrote on standard output.
        stdout: String,
    },
    /// Tests ran, or the code did not let them.
    Tests {
        /// Whether all ran and none failed.
        passed: bool,
        /// How it ended and its last words.
        feedback: String,
    },
}
