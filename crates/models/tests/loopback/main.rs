//! Clients against real servers on loopback: wire formats, and everything that goes wrong.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may end a test")]

mod hosts;
mod kept;
mod support;
mod trouble;
mod wire;
