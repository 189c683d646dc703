//! Racing: which of these candidates is best, spending as few cells as possible?
//!
//! A cell is one candidate on one example. [`Race`] keeps the books (what was ordered, what came, what is known) and asks a
//! [`Policy`] which cells to buy next; the policies are in [`policies`], one to a file, and what they believe is in [`belief`].
//! All buy along one shared shuffled order of examples, so that candidates are compared on the same ones. [`replay`] measures
//! policies on outcomes that were paid for once; `docs/racing.md` has the figures and what did not help. Deliberately
//! absent: testing. The cells that chose a candidate are no evidence for it ([`crate::statistics`] has what is).

pub mod belief;
pub mod board;
pub mod policies;
mod policy;
mod race;
pub mod replay;

pub use board::{Board, Cell};
pub use policies::PolicyKind;
pub use policy::{Policy, Purse};
pub use race::Race;

#[cfg(test)]
mod tests;
