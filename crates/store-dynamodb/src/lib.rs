//! Generations in DynamoDB, in one table.
//!
//! [`DynamoGenerations`] is a [`clade_store::GenerationStore`]: it passes the conformance suite. A batch is larger than a transaction
//! of DynamoDB may be: its records are written first, each only over an older one, and the checkpoint last, so that a batch that
//! was cut off is taken in again. The indices lag behind the table; `recent` hides it. `docs/backends/dynamodb.md` says what the
//! items hold. Deliberately absent: anything that is not in the journals too.

mod fault;
mod items;
mod link;
mod options;
mod recent;
mod report;
mod store;
mod table;
mod unprocessed;

pub use options::DynamoOptions;
pub use report::Report;
pub use store::DynamoGenerations;
