//! PostgreSQL as a system of record, against a real server: `cargo xtask services run postgres -- cargo test -p clade-store-postgres`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod conformance;
mod faults;
mod proxy;
mod server;
mod speed;
mod tls;
