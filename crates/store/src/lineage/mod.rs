//! The family tree as a role: who keeps it, and how it is asked.

mod ask;
mod role;
mod warm;

pub use ask::Lineage;
pub use role::{Kin, LineageGraph};
