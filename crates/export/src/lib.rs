//! Runs in formats that other programs read: the prompt alone, a promptfoo config that runs, trials and the journal.
//!
//! [`Rows`] gives a run's trials or entries part by part, so that a terminal and an HTTP answer write them with the same flat
//! memory. The formats of the family tree are `clade_lineage::formats`; the bundle, which comes in again, is `clade-bundle`.
//! Deliberately absent: files and terminals.

mod error;
mod prompt;
mod promptfoo;
mod rows;

pub use error::ExportError;
pub use prompt::as_file;
pub use promptfoo::promptfoo;
pub use rows::{RowFormat, Rows};
