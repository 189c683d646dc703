//! A journal's entries into nodes, batch by batch.

mod moment;
mod run_fold;
mod tally;

pub use moment::Moment;
pub use run_fold::{LINEAGE_FORMAT, Memory, Record, RunFold};
