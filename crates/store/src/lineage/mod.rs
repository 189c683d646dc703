//! The family tree as a role: who keeps it, and how it is kept up and asked.

mod ask;
mod catch_up;
mod role;

pub use ask::Lineage;
pub use role::{Kin, LineageGraph};
