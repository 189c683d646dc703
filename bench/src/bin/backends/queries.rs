//! How long questions take.

use std::{sync::Arc, time::Instant};

use clade_bench::{note, quantiles};
use clade_store::{GenerationStore, Kin, LineageGraph, StoreError};
use clade_store_sqlite::SqliteStore;
use serde_json::{Value, json};

use crate::{said, servers::Servers, tree::Tree};

const TIMES: u32 = 50;

/// Asks about trees that were carried over.
pub async fn measure(servers: &Servers, store: &Arc<SqliteStore>, trees: &[Tree]) -> Result<Value, String> {
    let mut figures = json!({});
    for tree in trees {
        let sqlite = ancestors("SQLite", store.as_ref(), tree).await?;
        let neo4j = match servers.lineage()? {
            Some(lineage) => ancestors("Neo4j", &lineage, tree).await?,
            None => Value::Null,
        };
        let redis = match servers.generations()? {
            Some(generations) => {
                let run = tree.run().map_err(said)?;
                let top = asked(async || Ok(generations.top(run.clone(), 10).await?.len())).await?;
                note(&format!("Redis, {}: top 10 in {}", tree.name, top["ms"]));
                top
            }
            None => Value::Null,
        };
        figures[tree.name] = json!({
            "candidates": tree.candidates, "generations": tree.generations,
            "ancestors": { "sqlite": sqlite, "neo4j": neo4j }, "top_10": { "redis": redis },
        });
    }
    Ok(figures)
}

async fn ancestors(name: &str, graph: &impl LineageGraph, tree: &Tree) -> Result<Value, String> {
    let deepest = tree.deepest().map_err(said)?;
    let found = asked(async || Ok(graph.kin(vec![deepest.clone()], Kin::Ancestors).await?.len())).await?;
    note(&format!("{name}, {}: {} ancestors in {}", tree.name, found["found"], found["ms"]));
    Ok(found)
}

/// How many things a question finds, and how long it takes: the first time and afterwards.
async fn asked(ask: impl AsyncFn() -> Result<usize, StoreError>) -> Result<Value, String> {
    let (mut found, mut times) = (0, Vec::new());
    for _ in 0..=TIMES {
        let begun = Instant::now();
        found = ask().await.map_err(said)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let first_ms = times.remove(0);
    Ok(json!({ "found": found, "first_ms": first_ms, "ms": quantiles(times) }))
}
