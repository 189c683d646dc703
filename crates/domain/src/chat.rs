use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Usage, Usd};

/// Who speaks in a chat message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageRole {
    /// Standing instructions.
    System,
    /// The person's turn.
    User,
    /// The model's turn.
    Assistant,
}

/// One message of a chat, already rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: MessageRole,
    /// What is said.
    pub content: String,
}

impl ChatMessage {
    /// A message from its parts.
    pub fn new(role: MessageRole, content: impl Into<String>) -> Self {
        Self { role, content: content.into() }
    }
}

/// How to sample an answer. What is `None` is left to the provider.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sampling {
    /// In [0, 2]. Left out of the request for models that refuse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// In (0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Most tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Texts that end the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Asked for where the provider supports it; no provider guarantees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// One question to a chat model. Everything that may change the answer is in here, so its hash with the model and the
/// sample number is the cache key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatRequest {
    /// The messages in order.
    pub messages: Vec<ChatMessage>,
    /// Overrides of the model's own sampling settings.
    #[serde(default)]
    pub sampling: Sampling,
    /// A JSON schema that the answer must fit, where the provider has structured output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<serde_json::Value>,
}

impl ChatRequest {
    /// A request of one user message.
    pub fn user(content: impl Into<String>) -> Self {
        Self::messages(vec![ChatMessage::new(MessageRole::User, content)])
    }

    /// A request of these messages with the model's own settings.
    #[must_use]
    pub fn messages(messages: Vec<ChatMessage>) -> Self {
        Self { messages, sampling: Sampling::default(), json_schema: None }
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model was done.
    #[default]
    Stop,
    /// The limit on tokens cut it.
    Length,
    /// The model refused, or the provider withheld content. Paid for all the same.
    ContentFilter,
    /// Anything else.
    Other,
}

/// How the text of an answer begins of which the provider let nothing through; why follows, then `]`.
pub const WITHHELD: &str = "[withheld: ";

/// A model's answer, paid for once. A refusal is one too: it has its price, and it is what the prompt brought about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatAnswer {
    /// The text, empty where the model said nothing.
    pub text: String,
    /// Tokens as the provider counts them.
    pub usage: Usage,
    /// What it cost; `None` where the model's price is unknown.
    pub cost: Option<Usd>,
    /// From sending the request that succeeded to the last byte, in milliseconds.
    pub latency_ms: u32,
    /// Why it ended.
    pub finish: FinishReason,
    /// Whether the response cache gave it for nothing, because another run paid for it. Providers say `false`; only the
    /// cache layer says `true`, and not for an answer that this run itself bought before it was interrupted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// Whether an equal call of this run bought it, which was under way at the same time. Only the cache layer says `true`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}
