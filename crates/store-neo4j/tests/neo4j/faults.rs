use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clade_store::{Lineage, MemoryStore, Projection, StoreError, conformance::samples};
use clade_store_neo4j::Neo4jOptions;
use clade_test_servers::{Neo4jServer, Proxy};

use crate::{ask, database, lineage};

fn port(options: &Neo4jOptions) -> u16 {
    options.url.rsplit_once(':').unwrap().1.parse().unwrap()
}

fn over(store: &Arc<MemoryStore>, options: &Neo4jOptions) -> Lineage {
    Lineage::new(Arc::<MemoryStore>::clone(store), lineage(options))
}

#[tokio::test]
async fn a_connection_that_is_cut_in_mid_way_loses_and_doubles_nothing() {
    let Some((_turn, options)) = database() else { return };
    let proxy = Proxy::start(port(&options));
    lineage(&options).forget().await.unwrap();
    let (store, run) = samples::journals().await.unwrap();
    let url = format!("bolt://127.0.0.1:{}", proxy.port);
    let through = over(&store, &Neo4jOptions { url, patience: Duration::from_secs(10), ..options.clone() });
    let mut failed = 0;
    for step in 0..12 {
        samples::grow(&store, &run, step * 10..step * 10 + 10).await.unwrap();
        // cut while a batch is under way, at another moment each time
        let cutting = async {
            if step % 3 == 1 {
                tokio::time::sleep(Duration::from_millis(u64::from(step) * 7)).await;
                proxy.cut(true);
                tokio::time::sleep(Duration::from_millis(100)).await;
                proxy.cut(false);
            }
        };
        let (read, ()) = tokio::join!(through.catch_up(), cutting);
        match read {
            Ok(_) => {}
            Err(StoreError::Unreachable { .. } | StoreError::Backend { .. }) => failed += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(failed > 0, "it was cut four times, and nothing failed");
    through.catch_up().await.unwrap();
    assert_eq!(through.digest().await.unwrap(), samples::lineage_of(&store).await.unwrap());
}

#[tokio::test]
async fn a_server_that_is_killed_in_mid_way_loses_and_doubles_nothing() {
    let Some(mut server) = Neo4jServer::start() else { return };
    let (store, run) = samples::journals().await.unwrap();
    let quick = Neo4jOptions { patience: Duration::from_secs(2), ..Neo4jOptions::parse(&server.url).unwrap() };
    let through = over(&store, &quick);
    let mut failed = 0;
    for step in 0..12 {
        samples::grow(&store, &run, step * 10..step * 10 + 10).await.unwrap();
        // killed while a batch is under way; journals grow while it is away
        let killing = async {
            if step == 3 || step == 8 {
                tokio::time::sleep(Duration::from_millis(5)).await;
                server.process.kill();
            }
        };
        let (read, ()) = tokio::join!(through.catch_up(), killing);
        match read {
            Ok(_) => {}
            Err(StoreError::Unreachable { .. } | StoreError::Backend { .. }) => failed += 1,
            Err(other) => panic!("{other}"),
        }
        if step == 5 || step == 9 {
            server.process.restart();
        }
    }
    assert!(failed >= 3, "it was away for five steps, and {failed} failed");
    // one that was just started takes its time
    let through = over(&store, &Neo4jOptions::parse(&server.url).unwrap());
    let begin = Instant::now();
    while let Err(error) = through.catch_up().await {
        assert!(begin.elapsed() < Duration::from_secs(180), "it does not recover: {error}");
    }
    assert_eq!(through.digest().await.unwrap(), samples::lineage_of(&store).await.unwrap());
}

#[tokio::test]
async fn a_server_that_is_killed_while_it_makes_a_constraint_makes_it_later() {
    let Some(mut server) = Neo4jServer::start() else { return };
    let options = Neo4jOptions { patience: Duration::from_secs(60), ..Neo4jOptions::parse(&server.url).unwrap() };
    // so many that the index under a constraint takes its time
    ask(&options, "UNWIND range(1, 60000) AS n CREATE (:Run {id: toString(n), written: 1})").await;
    let index = "SHOW INDEXES YIELD name, owningConstraint WHERE name = 'clade_run' \
                 RETURN owningConstraint IS NULL AS alone";
    let alone = |rows: Vec<neo4rs::Row>| rows.first().is_some_and(|row| row.get::<bool>("alone").unwrap());
    let begin = Instant::now();
    // the moment at which it has to be killed is short
    while !alone(ask(&options, index).await) {
        assert!(begin.elapsed() < Duration::from_secs(150), "nothing is left behind");
        ask(&options, "DROP CONSTRAINT clade_run IF EXISTS").await;
        let link = lineage(&options);
        let making = tokio::spawn(async move { link.prepare().await });
        while !alone(ask(&options, index).await) && !making.is_finished() {}
        server.process.kill();
        drop(making.await.unwrap());
        server.process.restart();
    }
    lineage(&options).prepare().await.unwrap();
    assert_eq!(lineage(&options).report().await.unwrap().warnings, Vec::<String>::new());
}

#[tokio::test]
async fn a_slow_way_only_takes_longer() {
    let Some((_turn, options)) = database() else { return };
    let proxy = Proxy::start(port(&options));
    lineage(&options).forget().await.unwrap();
    let (store, run) = samples::journals().await.unwrap();
    samples::grow(&store, &run, 0..20).await.unwrap();
    let url = format!("bolt://127.0.0.1:{}", proxy.port);
    let through = over(&store, &Neo4jOptions { url: url.clone(), ..options.clone() });
    through.digest().await.unwrap();
    proxy.delay(Duration::from_millis(500));
    through.catch_up().await.unwrap();
    assert_eq!(through.digest().await.unwrap(), samples::lineage_of(&store).await.unwrap());
    // a way that is too slow ends with the patience
    proxy.delay(Duration::from_secs(60));
    let hasty = over(&store, &Neo4jOptions { url, patience: Duration::from_millis(500), ..options });
    let begin = Instant::now();
    let error = hasty.catch_up().await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let Some((_turn, options)) = database() else { return };
    let (store, _) = samples::journals().await.unwrap();
    let wrong = Neo4jOptions { password: "wrong".into(), ..options.clone() };
    let error = over(&store, &wrong).catch_up().await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Denied { remedy, .. } if remedy.contains("password of user `neo4j`")),
        "{error}"
    );
    let nowhere = Neo4jOptions { database: Some("nowhere".into()), ..options.clone() };
    let error = over(&store, &nowhere).catch_up().await.unwrap_err();
    assert!(matches!(&error, StoreError::Denied { remedy, .. } if remedy.contains("CREATE DATABASE")), "{error}");
    let dead = Neo4jOptions { url: "bolt://127.0.0.1:1".into(), ..options.clone() };
    let error = over(&store, &dead).catch_up().await.unwrap_err();
    assert!(matches!(&error, StoreError::Unreachable { .. }), "{error}");
    let report = lineage(&options).report().await.unwrap();
    assert!(report.version.starts_with("5.") && report.version.ends_with("community"), "{report:?}");
}

#[tokio::test]
async fn a_password_that_has_to_be_changed_is_said() {
    let Some((_turn, options)) = database() else { return };
    let (store, _) = samples::journals().await.unwrap();
    ask(&options, "CREATE OR REPLACE USER lapsed SET PASSWORD 'first-password' CHANGE REQUIRED").await;
    let lapsed = Neo4jOptions { user: "lapsed".into(), password: "first-password".into(), ..options };
    let error = over(&store, &lapsed).catch_up().await.unwrap_err();
    assert!(matches!(&error, StoreError::Denied { remedy, .. } if remedy.contains("ALTER CURRENT USER")), "{error}");
}
