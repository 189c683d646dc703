//! Storage roles as traits, their errors, an in-memory backend and the conformance suite.
//!
//! System of record: [`Journal`], [`Texts`], [`Datasets`], [`AnswerLog`] of runs, and [`Records`] of people and what they
//! share; [`Store`] is all of them. Projections ([`Projection`]), which a [`Projector`] keeps up with the journals:
//! [`LineageGraph`], which [`Lineage`] asks, and [`GenerationStore`], which [`Generations`] asks. A backend implements the traits
//! and passes [`conformance`]. [`SharedAnswers`] are for processes with
//! several systems of record. Deliberately absent: SQL, and anything a single backend has alone.

pub mod conformance;
mod error;
mod generations;
mod lineage;
mod memory;
mod projection;
mod records;
mod roles;
mod run_fields;
mod shared_answers;

/// A mean score with its interval, as rows have it.
pub use clade_lineage::Estimate;
pub use error::StoreError;
pub use generations::{GenerationStore, Generations, Standing};
pub use lineage::{Kin, Lineage, LineageGraph};
pub use memory::MemoryStore;
pub use projection::{Batch, Carried, Projection, Projector};
pub use records::{
    Change, Keys, RawRecord, ReadRecords, Record, RecordKind, RecordQuery, Records, Stored, WAITING, identity_id,
    item_id, member_id, version_id,
};
pub use roles::{
    AnswerLog, Datasets, Journal, PaidAnswer, RunFilter, RunLock, RunOrder, RunStatus, RunSummary, SnapshotRow, Store,
    StoreFuture, Texts, TrialQuery, Worth,
};
pub use run_fields::RUN_FIELDS;
pub use shared_answers::{Lookup, SharedAnswers};
