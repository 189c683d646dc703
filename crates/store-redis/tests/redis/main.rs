//! Generations in a real Redis: every rule, in a cluster too, and what happens when the server does not play along.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod answers;
mod cli;
mod conformance;
mod faults;
