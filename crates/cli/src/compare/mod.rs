//! Runs side by side: what each bought, what it found, how it came there, and how their prompts differ on shared examples.

mod curves;
mod pairs;
mod side;
mod table;

pub use curves::{By, chart};
pub use pairs::{Pair, pairs};
pub use side::Side;
pub use table::{budget, print};
