//! How many journal entries PostgreSQL takes.

use std::{sync::Arc, time::Instant};

use clade_bench::note;
use clade_domain::Timestamp;
use clade_store::{Journal, Store, conformance::samples};
use clade_store_postgres::{PostgresOptions, PostgresStore};
use serde_json::{Value, json};

use crate::{said, servers::Servers};

/// Runs that go on at once.
const RUNS: u32 = 8;
/// Entries that one of them appends at once.
const TOGETHER: u32 = 50;
/// How often it is measured; the median counts.
const TIMES: usize = 5;

/// Trials appended to several runs at once, with everything flushed that is acknowledged, and without.
pub async fn measure(servers: &Servers, entries: u32) -> Result<Value, String> {
    let Some(postgres) = &servers.postgres else { return Ok(Value::Null) };
    let mut figures = json!({ "runs": RUNS, "entries_at_once": TOGETHER });
    for (name, flushes) in [("flushed", true), ("not_flushed", false)] {
        postgres.flushes(flushes)?;
        let mut rates = Vec::new();
        for time in 0..TIMES {
            let schema = format!("bench_{name}_{time}_{}", std::process::id());
            rates.push(rate(PostgresOptions { schema, ..PostgresOptions::new(&postgres.url) }, entries).await?);
        }
        let rate = clade_bench::median(&rates);
        note(&format!("PostgreSQL, {name}: {:.0} entries/s", rate.unwrap_or_default()));
        figures[name] = json!({
            "entries": entries, "entries_per_second": rate, "each": rates, "fsync": postgres.setting("fsync")?,
            "synchronous_commit": postgres.setting("synchronous_commit")?,
        });
    }
    Ok(figures)
}

async fn rate(options: PostgresOptions, entries: u32) -> Result<f64, String> {
    let store = Arc::new(PostgresStore::open(options).await.map_err(said)?);
    let batches = entries / RUNS / TOGETHER;
    let mut runs = Vec::new();
    for n in 0..RUNS {
        let run = samples::run(&format!("bench-{n}")).map_err(said)?;
        let first = vec![samples::started(&run, None).map_err(said)?];
        store.create(samples::summary(&run, 1), Timestamp(1), first).await.map_err(said)?;
        runs.push(run);
    }
    let begun = Instant::now();
    let mut appending = tokio::task::JoinSet::new();
    for run in runs {
        let store = Arc::clone(&store);
        appending.spawn(async move {
            let mut next = 1;
            for batch in 0..batches {
                let events = (0..TOGETHER).map(|n| samples::trial(batch * TOGETHER + n)).collect();
                next = store.append(run.clone(), next, Timestamp(2), events).await?;
            }
            Ok::<_, clade_store::StoreError>(())
        });
    }
    while let Some(ended) = appending.join_next().await {
        ended.map_err(said)?.map_err(said)?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let lengths = store.lengths().await.map_err(said)?;
    if let Some((run, length)) = lengths.iter().find(|(_, length)| *length != u64::from(1 + batches * TOGETHER)) {
        return Err(format!("run `{run}` has {length} entries"));
    }
    store.close().await.map_err(said)?;
    Ok(f64::from(batches * TOGETHER * RUNS) / seconds)
}
