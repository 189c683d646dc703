//! The roles of the store, one file each.

mod answers;
mod datasets;
mod generations;
mod journal;
mod lineage;
mod listing;
mod records;
mod texts;
mod trials;

pub(crate) use answers::{ANSWER_COLUMNS, read_answer};
