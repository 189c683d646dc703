use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::InsidePath;

/// What the host sends, one a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ToInside {
    /// Call a function.
    Call {
        /// Which call; the answer repeats it.
        id: u64,
        /// What to call it with.
        #[serde(flatten)]
        call: Call,
    },
    /// Find a function without calling it.
    Find {
        /// Which request; what comes back repeats it.
        id: u64,
        /// The function.
        source: Source,
    },
    /// Look at files before each call from here on.
    Guard {
        /// Which request; what comes back repeats it, with what the files are.
        id: u64,
        /// The files that nobody inside may change.
        files: Vec<InsidePath>,
    },
    /// The model's answer to an ask.
    Answer {
        /// The ask's number.
        id: u64,
        /// The text.
        text: String,
    },
    /// There is no answer to an ask.
    Refusal {
        /// The ask's number.
        id: u64,
        /// Why, for whoever wrote the code.
        reason: String,
    },
}

/// What comes from inside, one a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FromInside {
    /// The runner takes calls.
    Ready {},
    /// A function returned, or was found.
    Returned {
        /// Which call.
        id: u64,
        /// What it returned; null where it was only to be found.
        value: Value,
    },
    /// A function did not return, or there is none.
    Failed {
        /// Which call.
        id: u64,
        /// The error in one line.
        message: String,
        /// Where it came from.
        trace: String,
    },
    /// A function was not called, for what an earlier one has done to a file that is guarded.
    Changed {
        /// Which call.
        id: u64,
        /// The file.
        path: String,
    },
    /// The code asks a model.
    Ask {
        /// A number that the answer repeats.
        id: u64,
        /// What it asks.
        #[serde(flatten)]
        ask: Ask,
    },
}

/// A function with arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The function.
    pub source: Source,
    /// The arguments, in order.
    pub args: Vec<Value>,
}

/// Where a function comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// A function of a file in the working folder. It is loaded once, and again when it changes.
    File {
        /// The file.
        path: InsidePath,
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

/// A model call that code inside asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// The conversation; at least one message.
    pub messages: Vec<Message>,
    /// What else the code wishes, such as `temperature`; the host takes what it knows.
    #[serde(default)]
    pub options: Map<String, Value>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// The text.
    pub content: String,
}
