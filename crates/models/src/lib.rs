//! Model clients: providers, layers, prices and the simulated model.
//!
//! [`ModelClient`] is the one trait; `providers/` speak wire formats, `layers/` wrap any client. Deliberately absent:
//! storage (the cache layer works on a trait that the engine fills) and any knowledge of prompts or runs.

mod client;

pub use client::{CallContext, ClientFuture, ModelClient, ModelError};
