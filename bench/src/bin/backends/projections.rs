//! How fast what is in a journal is carried over.

use std::{sync::Arc, time::Instant};

use clade_bench::{cpu_of, note};
use clade_store::{Projection, Projector};
use clade_store_sqlite::SqliteStore;
use serde_json::{Value, json};

use crate::{
    bare, said,
    servers::{Servers, process},
    timed::Timed,
    tree::Tree,
};

/// Carries trees over from a file: a first one for warmth, then two that count, and to the table a small one.
pub async fn measure(servers: &Servers, store: &Arc<SqliteStore>, trees: &[Tree; 4]) -> Result<Value, String> {
    let [warm, narrow, wide, small] = trees;
    let mut figures = json!({});
    let file: Arc<dyn Projection> = Arc::<SqliteStore>::clone(store);
    figures["sqlite"] = carried(("SQLite", ""), store, file, &[warm, narrow, wide]).await?;
    if let Some(lineage) = servers.lineage()? {
        figures["neo4j"] = carried(("Neo4j", "NEO4J"), store, Arc::new(lineage), &[warm, narrow, wide]).await?;
    }
    if let Some(generations) = servers.generations()? {
        figures["redis"] = carried(("Redis", "REDIS"), store, Arc::new(generations), &[warm, narrow, wide]).await?;
    }
    if let Some(table) = servers.table().await? {
        let table = Arc::new(table);
        // before and after, since this server gets faster as it goes
        let before = bare::puts(&table, small.candidates).await?;
        figures["dynamodb_local"] = carried(("DynamoDB Local", "DYNAMODB"), store, table.clone(), &[small]).await?;
        let after = bare::puts(&table, small.candidates).await?;
        figures["dynamodb_local"]["bare_puts_per_second"] = json!({ "before": before, "after": after });
    }
    Ok(figures)
}

/// The last two of some trees are measured, the others warm the server.
async fn carried(
    (name, process_of): (&str, &str),
    store: &Arc<SqliteStore>,
    projection: Arc<dyn Projection>,
    trees: &[&Tree],
) -> Result<Value, String> {
    projection.forget().await.map_err(said)?;
    let timed = Arc::new(Timed::new(projection));
    let projector = Projector::new(Arc::<SqliteStore>::clone(store), Arc::<Timed>::clone(&timed));
    let mut figures = json!({});
    for tree in trees {
        let cpu = || process(process_of).and_then(cpu_of);
        let (begun, before) = (Instant::now(), cpu());
        projector.catch_up_run(tree.run().map_err(said)?).await.map_err(said)?;
        let (whole, keeping) = (begun.elapsed().as_secs_f64(), timed.take());
        let cpu = cpu().zip(before).map(|(after, before)| (after - before) * 1e3 / f64::from(tree.candidates));
        let rate = |seconds: f64| f64::from(tree.candidates) / seconds;
        note(&format!("{name}, {}: {:.0} candidates/s, {:.0}/s keeping alone", tree.name, rate(whole), rate(keeping)));
        figures[tree.name] = json!({
            "candidates": tree.candidates,
            "candidates_per_second": rate(whole),
            "candidates_per_second_keeping_alone": rate(keeping),
            "server_cpu_seconds_per_1000": cpu,
        });
    }
    Ok(figures)
}
