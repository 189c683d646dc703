//! Operators make candidates. One file each; [`registry`] finds them by name.
//!
//! An operator is pure and knows no provider: a model-written one says what to ask and reads the answers ([`Step`]).
//! Whatever it returns passes [`admit`] before it becomes a candidate, so no operator can lose a placeholder or
//! change frozen text.

mod operator;

pub use operator::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, Rollout, Wants};
