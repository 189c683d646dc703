//! Every role of the system of record in PostgreSQL, for a team whose servers share one database.
//!
//! Nothing needs more than plain transactions: a pooler that hands out connections for one transaction each may stand between, so there is
//! nothing prepared, no lock of a session and nothing listened to. A run is owned through a lease in a row, and every append
//! names the number that its first entry gets, so that two owners can never interleave.
//!
//! Deliberately absent: people's sign-in, and anything that decides who may see what.

mod fault;
mod journal;
mod lease;
mod link;
mod migrate;
mod options;
mod outage;
mod report;
mod roles;
mod store;
mod writer;

pub use options::PostgresOptions;
pub use outage::Told;
pub use store::PostgresStore;
