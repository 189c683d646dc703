use crate::{ChatAnswer, ChatRequest, CodeAnswer, CodeRequest};

/// What a pure computation that may need answers of models or of code does next. It is called with all answers so far, in the order of
/// the requests, until it is done; called again with the same answers it does the same.
#[derive(Debug, Clone, PartialEq)]
pub enum Step<T> {
    /// Finished.
    Done(T),
    /// These answers are needed first; they may be fetched at the same time.
    Ask(Vec<ModelRequest>),
}

/// A request to some model, of whatever kind, or to code in a sandbox.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelRequest {
    /// A chat answer.
    Chat(ChatRequest),
    /// One vector for each text.
    Embed(Vec<String>),
    /// A verdict of the provider's moderation endpoint on a text.
    Moderate(String),
    /// What code in a sandbox says.
    Code(CodeRequest),
}

/// The answer to a [`ModelRequest`] of the same kind.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelAnswer {
    /// The chat answer.
    Chat(ChatAnswer),
    /// One vector for each text, all of one length.
    Embedding(Vec<Vec<f32>>),
    /// Category and score in [0, 1], highest first.
    Moderation(Vec<(String, f64)>),
    /// What the code said.
    Code(CodeAnswer),
}

impl ModelAnswer {
    /// The text of a chat answer.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Chat(answer) => Some(&answer.text),
            _ => None,
        }
    }
}
