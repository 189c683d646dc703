//! What is made out of the journals and can be dropped at any time: how a backend keeps it, and how it is kept up.

mod catch_up;
mod role;

pub(crate) use catch_up::prompt;
pub use catch_up::{Carried, Projector};
pub use role::{Batch, Projection};
