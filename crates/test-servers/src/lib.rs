//! Real servers that a test starts for itself, to kill, starve and slow down: for tests alone.
//!
//! `cargo xtask services` installs them and says by variables where their programs are; each test here gets one of its own, on a port
//! of loopback to which it comes back with its data ([`Process::restart`]). [`Proxy`] makes the way bad, [`SmallDisk`] the room small.
//! Where a server is absent a test is told so and ends; where `CI` is set that is a failure. Deliberately absent: mocks.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod disk;
mod dynamodb;
mod neo4j;
mod postgres;
mod process;
mod proxy;
mod redis;
mod turn;

pub use disk::SmallDisk;
pub use dynamodb::DynamoServer;
pub use neo4j::Neo4jServer;
pub use postgres::{Pooler, PostgresServer, postgres_url};
pub use process::Process;
pub use proxy::Proxy;
pub use redis::{RedisServer, redis_cluster};
pub use turn::turn_at;
