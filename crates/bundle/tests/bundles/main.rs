//! Bundles go out and come in whole; what is wrong with one is told, and nothing of it is written.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod archives;
mod common;
mod journals;
mod kills;
mod round_trips;
