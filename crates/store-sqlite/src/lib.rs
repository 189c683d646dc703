//! The embedded store: one SQLite file for every role.
//!
//! [`SqliteStore`] passes the conformance suite of `clade-store`. All writes of the system of record go through one task that puts
//! whatever waits into one transaction; lookups of answers go through another that serves many callers with one query. The
//! family tree, which can be dropped and read anew, has a connection of its own. These two are the only tasks spawned outside the engine, and [`clade_store::Store::close`] awaits them. Deliberately absent:
//! synchronous calls, and any SQL in another crate. What survives a kill and what survives a power cut is written down in
//! `docs/durability.md`.

mod carrier;
mod connect;
mod fault;
mod kind;
mod lock;
mod lookup;
mod migrate;
mod options;
mod pace;
mod projection;
mod recent;
mod roles;
mod rows;
mod store;
mod writer;

pub use options::{Durability, SqliteOptions};
pub use store::SqliteStore;
