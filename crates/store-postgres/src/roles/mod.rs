//! One role a file.

pub(crate) mod answers;
mod datasets;
mod generations;
mod journal;
mod lineage;
mod listing;
mod records;
mod texts;
