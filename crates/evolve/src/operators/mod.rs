//! Operators make candidates. One file each; [`by_name`] and [`find`] find them.
//!
//! An operator is pure and knows no provider: a model-written one says what to ask and reads the answers
//! ([`clade_domain::Step`]). Whatever it returns passes [`admit`] before it becomes a candidate, so no operator can lose a
//! placeholder or change frozen text. Classical operators, which understand nothing, keep beside it every number, negation
//! and quoted text of what they edit.

mod admit;
mod classical;
mod leak;
mod operator;
mod registry;
#[cfg(test)]
mod tests;
pub mod written;

pub use admit::admit;
pub(crate) use classical::free_sentences;
pub use operator::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, Rollout, Wants};
pub use registry::{UnknownOperator, all, by_name, find};

/// The operator that puts one prompt's edit on another: what comes of it is that edit's merit.
pub const CARRIES: &str = "rebase";
