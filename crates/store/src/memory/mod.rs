//! All roles in memory, for tests of what stands above stores. Nothing survives the process.

mod answers;
mod datasets;
mod generations;
mod journal;
mod lineage;
mod records;
mod store;
mod texts;

pub use store::MemoryStore;
