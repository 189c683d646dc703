//! One file for each wire format; what they share stands in `connection`, `body`, `failure`, `refusals` and `prefix`.
//!
//! A provider turns a request into one HTTP exchange and reads the answer. Deliberately absent: retries, limits, caches
//! (layers do that), streaming, tools.

mod anthropic;
mod body;
mod connection;
mod embeddings;
mod failure;
mod gemini;
mod moderation;
mod ollama;
mod openai_chat;
mod openai_responses;
mod prefix;
mod refusals;

pub(crate) use anthropic::Anthropic;
pub(crate) use connection::{Connection, Setup};
pub(crate) use embeddings::{EmbeddingWire, Embeddings};
pub(crate) use gemini::Gemini;
pub(crate) use moderation::Moderation;
pub(crate) use ollama::Ollama;
pub(crate) use openai_chat::OpenAiChat;
pub(crate) use openai_responses::OpenAiResponses;
pub(crate) use refusals::{Parameter, Refusals};

/// Says in an answer's place why the provider let nothing of it through.
fn withheld(text: &mut String, why: &str) {
    if text.is_empty() {
        *text = format!("{}{why}]", clade_domain::WITHHELD);
    }
}
