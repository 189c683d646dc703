//! Sandboxes of Daytona, which are machines somewhere else: a thin client of its HTTP API, tolerant of what it does not know.
//!
//! [`DaytonaBackend`] makes them; [`left_behind`] finds those that a process left behind when it was killed. Inside, `agent.py` watches
//! programs, so that limits, streams and signals are the same as with the local backend. Sources: the OpenAPI documents of
//! Daytona 0.205 (`api.json`, `toolbox.json`) and what its official clients send.

mod api;
mod backend;
mod execution;
mod inside;
mod keep;
mod sandbox;
mod settings;
mod sweep;
mod toolbox;
mod wait;

pub use api::ApiError;
pub use backend::DaytonaBackend;
pub use settings::DaytonaSettings;
pub use sweep::{KeptThere, Left, check, delete_left, left_behind, states_there};
