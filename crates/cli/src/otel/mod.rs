//! Traces for OpenTelemetry: runs, calls of models and requests of the API as spans, sent as OTLP over HTTP in JSON.
//!
//! The crates below tell of spans by `tracing` under the target [`TARGET`] and know nothing of this; [`layer`] gathers them, [`json`] writes them as
//! OTLP, [`export`] sends them. OTLP's JSON is a few objects, so neither an SDK nor protocol buffers are needed for it. Deliberately absent: prompts,
//! answers and keys, which are in no span; metrics and logs.

mod export;
mod json;
mod layer;

pub use export::{Exporter, Settings, start};

/// The target of spans that are exported.
const TARGET: &str = "clade::trace";
