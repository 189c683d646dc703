//! Runs side by side: what each bought, what it found, how it came there, and how their prompts differ on shared examples.

mod curves;
mod table;

pub use curves::{By, chart};
pub use table::{budget, print};
