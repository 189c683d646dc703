//! Storage roles as traits, their errors, an in-memory backend and the conformance suite.
//!
//! System of record: [`Journal`], [`Texts`], [`Datasets`], [`AnswerLog`]; [`Store`] is all of them. A backend implements
//! the traits and passes [`conformance`]. Deliberately absent: SQL, and anything a single backend has alone.

pub mod conformance;
mod error;
mod memory;
mod roles;

pub use error::StoreError;
pub use memory::MemoryStore;
pub use roles::{
    AnswerLog, Datasets, Journal, PaidAnswer, RunFilter, RunLock, RunStatus, RunSummary, SnapshotRow, Store,
    StoreFuture, Texts,
};
