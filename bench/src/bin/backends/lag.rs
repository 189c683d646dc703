//! How far servers are behind while a run goes on.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clade_bench::{Clade, note, quantiles};
use clade_domain::RunId;
use clade_store::{Journal, Projection, Store, conformance::samples};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use serde_json::{Value, json};
use tokio::{sync::watch, time::sleep};

use crate::{runs::Search, said, servers::Servers};

/// How often is looked how far a server has read: what is measured is too long by half of it.
const LOOK: Duration = Duration::from_millis(50);

/// A run at full rate, with generations in Redis and then in the table. From when an entry was appended until it is seen to be in
/// the server, over all entries.
pub async fn measure(clade: &Clade, servers: &Servers, calls: u32) -> Result<Value, String> {
    let mut figures = json!({});
    for (kind, in_table) in [("with_redis", false), ("with_dynamodb_local", true)] {
        let mut watched: Vec<(&str, Arc<dyn Projection>)> = Vec::new();
        if let Some(lineage) = servers.lineage()? {
            // as the table is made: by `clade migrate`, long before a run
            lineage.prepare().await.map_err(said)?;
            watched.push(("neo4j", Arc::new(lineage)));
        }
        match in_table {
            true => watched.extend(servers.table().await?.map(|it| ("dynamodb_local", Arc::new(it) as _))),
            false => watched.extend(servers.generations()?.map(|it| ("redis", Arc::new(it) as _))),
        }
        figures[kind] = beside(clade, servers, calls, in_table, kind, watched).await?;
    }
    Ok(figures)
}

async fn beside(
    clade: &Clade,
    servers: &Servers,
    calls: u32,
    in_table: bool,
    kind: &str,
    watched: Vec<(&str, Arc<dyn Projection>)>,
) -> Result<Value, String> {
    let search = Search::new(calls, 0)?;
    // a server that has this run from an earlier measurement would never be behind
    let name = format!("lag-{}-{}", kind.replace('_', "-"), std::process::id());
    let run = samples::run(&name).map_err(said)?;
    let data = search.data()?;
    let (ended, going) = watch::channel(false);
    let watching: Vec<_> = watched
        .iter()
        .map(|(_, projection)| tokio::spawn(look(Arc::clone(projection), run.clone(), going.clone())))
        .collect();
    let (clade, variables) = (clade.clone(), servers.variables(in_table));
    let (searched, data) = tokio::task::spawn_blocking(move || {
        let done = search.run(&clade, data.path(), &name, &variables);
        // the folder goes when it has been read
        (done, (search, data))
    })
    .await
    .map_err(said)?;
    let searched = searched?;
    ended.send_replace(true);
    let store = SqliteStore::open(&data.1.path().join("clade.db"), SqliteOptions::default()).await.map_err(said)?;
    let length = store.length(run.clone()).await.map_err(said)?;
    let entries = store.read(run, 0, u32::try_from(length).unwrap_or(u32::MAX)).await.map_err(said)?;
    store.close().await.map_err(said)?;
    let mut figures = json!({ "entries": length, "entries_per_second": length as f64 / searched.seconds });
    for ((server, _), seen) in watched.into_iter().zip(watching) {
        let seen = seen.await.map_err(said)?;
        let mut lags = Vec::new();
        for entry in &entries {
            // the first look that found it there
            let at = seen.partition_point(|(_, read)| *read <= entry.seq);
            lags.extend(seen.get(at).map(|(when, _)| (when - entry.at.0).max(0) as f64));
        }
        let missing = entries.len() - lags.len();
        let lags = quantiles(lags);
        note(&format!("{server} beside {length} entries: {lags}"));
        figures[server] = json!({ "lag_ms": lags, "entries_never_seen": missing, "looks": seen.len() });
    }
    Ok(figures)
}

/// How many entries a server had read, and when, in milliseconds of the clock, until a second after the run's end.
async fn look(projection: Arc<dyn Projection>, run: RunId, going: watch::Receiver<bool>) -> Vec<(i64, u64)> {
    let mut seen = Vec::new();
    let mut left = 1_000 / LOOK.as_millis();
    while left > 0 {
        left -= u128::from(*going.borrow());
        // one that does not answer now is asked again
        if let Ok(Some(fold)) = projection.run_fold(run.clone()).await {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            seen.push((i64::try_from(now.as_millis()).unwrap_or(i64::MAX), fold.next()));
        }
        sleep(LOOK).await;
    }
    seen
}
