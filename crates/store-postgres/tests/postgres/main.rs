//! PostgreSQL as a system of record, against a real server: `cargo xtask services run postgres -- cargo test -p clade-store-postgres`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod away;
mod conformance;
mod failover;
mod faults;
mod pooler;
mod refusals;
mod rights;
mod tls;
