//! Generations in Redis, for programs that watch runs or go on with them, and answers that processes share.
//!
//! [`RedisGenerations`] is a [`clade_store::GenerationStore`]: it passes the conformance suite. A run's keys share a hash tag, so
//! that they are on one node of a cluster; a batch, its checkpoint, the best so far and the events of it are written by one
//! script, so that they are seen together or not at all. `docs/backends/redis.md` says what the keys hold. Deliberately absent:
//! anything that is not in the journals or the answer log too, so that losing Redis loses nothing.

mod answers;
mod fault;
mod keys;
mod link;
mod options;
mod report;
mod scripts;
mod store;

pub use answers::RedisAnswers;
pub use options::RedisOptions;
pub use report::Report;
pub use store::RedisGenerations;
