//! What the scores so far say about the candidates.

mod additive;

pub use additive::AdditiveBelief;
