//! The simulated model served over HTTP in the wire formats of OpenAI, Anthropic and Ollama.
//!
//! [`serve`] answers on a listener until it is cancelled, behaving as [`Settings`] say: slowly, failing, throttling or
//! answering nonsense, so that anyone can rehearse a run. The answers are those of
//! [`clade_models::simulated::SimulatedModel`]; the server is a stand-in and every answer's `model` says "simulated".
//! Deliberately absent: command-line parsing, TLS, and anything that would make it a gateway to real models.

mod anthropic;
mod body;
mod failure;
mod faults;
mod input;
mod latency;
mod ledger;
mod limiter;
mod ollama;
mod openai;
mod responses;
mod routes;
mod server;
mod service;
mod settings;
mod stream;

pub use ledger::Stats;
pub use server::{ServeError, serve};
pub use settings::{Latency, Settings, SettingsError};
