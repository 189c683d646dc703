use std::{sync::Arc, time::Duration};

use clade_domain::Timestamp;
use clade_store::{Journal, Store, StoreError, conformance::samples};
use clade_store_postgres::{PostgresOptions, PostgresStore};
use clade_test_servers::PostgresServer;

const APPENDS: u32 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_a_standby_takes_over_nothing_is_lost_or_doubled() {
    let Some(mut primary) = PostgresServer::start() else { return };
    let standby = primary.standby();
    // where several hosts are named, the one that writes is looked for
    let place = format!("127.0.0.1:{},127.0.0.1:{}", primary.port, standby.port);
    let url = format!("postgres://postgres@{place}/postgres?sslmode=disable&target_session_attrs=read-write");
    let store = Arc::new(PostgresStore::open(PostgresOptions::new(url)).await.unwrap());
    let run = samples::run("moved").unwrap();
    let first = samples::started(&run, None).unwrap();
    store.create(samples::summary(&run, 1), Timestamp(1), vec![first]).await.unwrap();
    let lock = store.lock(run.clone()).await.unwrap();
    let (appending, of) = (Arc::clone(&store), run.clone());
    let appending = tokio::spawn(async move {
        for n in 0..APPENDS {
            let next = appending.append(of.clone(), 1 + u64::from(n), Timestamp(2), vec![samples::trial(n)]).await;
            assert_eq!(next.unwrap(), 2 + u64::from(n));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    while store.length(run.clone()).await.unwrap() < 40 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    primary.kill();
    tokio::time::sleep(Duration::from_millis(300)).await;
    standby.promote();
    appending.await.unwrap();
    assert_eq!(standby.psql("SELECT length FROM promptclade.runs WHERE id = 'moved'"), (1 + APPENDS).to_string());
    let entries = store.read(run, 1, 1_000).await.unwrap();
    assert!(entries.into_iter().map(|entry| entry.event).eq((0..APPENDS).map(samples::trial)));
    drop(lock);
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_standby_is_refused_with_what_to_do() {
    let Some(primary) = PostgresServer::start() else { return };
    let made = PostgresStore::open(PostgresOptions::new(primary.url())).await.unwrap();
    made.close().await.unwrap();
    let standby = primary.standby();
    let options = PostgresOptions { patience: Duration::from_millis(300), ..PostgresOptions::new(standby.url()) };
    let store = PostgresStore::open(options).await.unwrap();
    let run = samples::run("refused").unwrap();
    let first = samples::started(&run, None).unwrap();
    let error = store.create(samples::summary(&run, 1), Timestamp(1), vec![first]).await.unwrap_err();
    assert!(matches!(&error, StoreError::Denied { remedy, .. } if remedy.contains("name the primary")), "{error}");
}
