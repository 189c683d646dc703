//! A journal's entries into nodes, batch by batch.

mod run_fold;
mod tally;

pub use run_fold::{LINEAGE_FORMAT, Memory, Record, RunFold};
