//! The family tree in Neo4j, to be asked across every run.
//!
//! [`Neo4jLineage`] is a [`clade_store::LineageGraph`]: it passes the conformance suite, so `clade lineage` answers from it. Beside
//! the records it keeps what a person who opens Neo4j's browser wants to see and ask: `docs/backends/neo4j.md` says what, with
//! queries. A batch and its checkpoint are one transaction, under a lock on the run's node. Queries never return paths: over
//! prompts with two parents there are exponentially many. Deliberately absent: anything that is not in the journals too.

mod fault;
mod lineage;
mod link;
mod options;
mod projection;
mod report;
mod rows;
mod sample;
mod schema;
mod statements;
mod values;

pub use lineage::Neo4jLineage;
pub use options::Neo4jOptions;
pub use report::Report;
pub use schema::STATEMENTS;
