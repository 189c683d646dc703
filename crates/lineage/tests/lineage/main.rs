//! The fold, questions, positions and formats of the family tree.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;
mod folding;
mod formats;
mod layouts;
mod questions;
