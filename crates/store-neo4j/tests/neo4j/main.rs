//! The family tree in a real Neo4j: every rule, the queries of the documentation, and what happens when the server does not play along.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod cookbook;
mod faults;
mod graph;
mod neighbours;
mod plans;

use std::{fs::File, sync::Arc};

use clade_store::conformance::service;
use clade_store_neo4j::{Neo4jLineage, Neo4jOptions};
use clade_test_servers::turn_at;

/// The database, for one test at a time: the Community edition has one.
fn database() -> Option<(File, Neo4jOptions)> {
    let url = service("PROMPTCLADE_TEST_NEO4J_URL")?;
    Some((turn_at(&url), Neo4jOptions::parse(&url).unwrap()))
}

fn lineage(options: &Neo4jOptions) -> Arc<Neo4jLineage> {
    Arc::new(Neo4jLineage::new(options).unwrap())
}

/// Our own statements, by the driver that everybody has.
async fn ask(options: &Neo4jOptions, statement: &str) -> Vec<neo4rs::Row> {
    let graph = neo4rs::ConfigBuilder::default().uri(&options.url).user(&options.user).password(&options.password);
    let graph = neo4rs::Graph::connect(graph.build().unwrap()).unwrap();
    let mut found = graph.execute(neo4rs::query(statement)).await.unwrap();
    let mut rows = Vec::new();
    while let Some(row) = found.next().await.unwrap() {
        rows.push(row);
    }
    rows
}
