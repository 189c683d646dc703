use std::{sync::Arc, time::Instant};

use clade_domain::Timestamp;
use clade_store::{Journal, Store, conformance::samples};
use clade_store_postgres::{PostgresOptions, PostgresStore};

use crate::server::Server;

/// Says how many entries a second the journal takes, with everything flushed that was committed; figures are in bench/README.md.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn speed_of_the_journal() {
    const RUNS: u32 = 8;
    const BATCHES: u32 = 100;
    const ENTRIES: u32 = 50;
    let Some(server) = Server::start().await else { return };
    let store = Arc::new(PostgresStore::open(PostgresOptions::new(server.url())).await.unwrap());
    let started = Instant::now();
    let each = (0..RUNS).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let run = samples::run(&format!("speed-{n}")).unwrap();
            let first = samples::started(&run, None).unwrap();
            store.create(samples::summary(&run, 1), Timestamp(1), vec![first]).await.unwrap();
            for batch in 0..BATCHES {
                let events = (0..ENTRIES).map(|n| samples::trial(batch * ENTRIES + n)).collect();
                store.append(run.clone(), u64::from(1 + batch * ENTRIES), Timestamp(2), events).await.unwrap();
            }
        })
    });
    for done in futures::future::join_all(each).await {
        done.unwrap();
    }
    let entries = RUNS * BATCHES * ENTRIES;
    println!("journal: {:.0} entries/s", f64::from(entries) / started.elapsed().as_secs_f64());
    let lengths = store.lengths().await.unwrap();
    assert!(lengths.iter().all(|(_, length)| *length == u64::from(1 + BATCHES * ENTRIES)), "{lengths:?}");
    store.close().await.unwrap();
}
