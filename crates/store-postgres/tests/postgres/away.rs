//! A server that is away or silent is waited for once, and this is said.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use clade_domain::Timestamp;
use clade_store::{Journal, Store, StoreError, conformance::samples};
use clade_store_postgres::{PostgresOptions, PostgresStore};
use clade_test_servers::PostgresServer;
use tokio::time::{Instant, timeout};

#[tokio::test]
async fn a_server_that_takes_connections_and_says_nothing_is_given_up_and_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = said.clone();
    let mut options =
        PostgresOptions::new(format!("postgres://me@127.0.0.1:{}/db", listener.local_addr().unwrap().port()));
    options.connecting = Duration::from_secs(6);
    options.patience = Duration::from_secs(1);
    options.told = Some(Arc::new(move |text| heard.lock().unwrap().push(text.to_owned())));
    let opened = timeout(Duration::from_secs(60), PostgresStore::open(options)).await.unwrap();
    let silent = opened.unwrap_err();
    assert!(matches!(&silent, StoreError::Unreachable { detail, .. } if detail.contains("said nothing")), "{silent}");
    let said = said.lock().unwrap();
    assert!(said.len() == 1 && said[0].starts_with("waiting for PostgreSQL at 127.0.0.1"), "{said:?}");
}

#[tokio::test]
async fn an_outage_is_waited_for_once_and_not_by_each_operation() {
    let Some(mut server) = PostgresServer::start() else { return };
    let patience = Duration::from_secs(6);
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = said.clone();
    let told: clade_store_postgres::Told = Arc::new(move |text| heard.lock().unwrap().push(text.to_owned()));
    let options = PostgresOptions { patience, told: Some(told), ..PostgresOptions::new(server.url()) };
    let store = PostgresStore::open(options).await.unwrap();
    let run = samples::run("away").unwrap();
    let first = samples::started(&run, None).unwrap();
    store.create(samples::summary(&run, 1), Timestamp(1), vec![first]).await.unwrap();
    server.kill();
    let began = Instant::now();
    store.append(run.clone(), 1, Timestamp(2), vec![samples::trial(1)]).await.unwrap_err();
    assert!(began.elapsed() >= patience / 2, "it was waited for: {:?}", began.elapsed());
    for _ in 0..3 {
        store.length(run.clone()).await.unwrap_err();
    }
    assert!(began.elapsed() < patience * 2, "{:?}", began.elapsed());
    assert_eq!(said.lock().unwrap().len(), 1);
    server.restart();
    assert_eq!(store.length(run.clone()).await.unwrap(), 1);
    assert!(said.lock().unwrap()[1].ends_with("answers again"));
    store.close().await.unwrap();
}
