//! The family tree in the file: it survives restarts, another format, and people's tools read it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{path::Path, sync::Arc};

use clade_domain::Timestamp;
use clade_store::{Journal, Lineage, Projection, Store, conformance::samples};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use sqlx::{ConnectOptions, Row, SqliteConnection, sqlite::SqliteConnectOptions};

async fn open(path: &Path) -> (Arc<SqliteStore>, Lineage) {
    let store = Arc::new(SqliteStore::open(path, SqliteOptions::default()).await.unwrap());
    let lineage = Lineage::new(Arc::<SqliteStore>::clone(&store), Arc::<SqliteStore>::clone(&store));
    (store, lineage)
}

async fn tool(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

/// A closed store with a run of ten candidates, its tree read.
async fn made(path: &Path) -> clade_domain::ContentHash {
    let (store, lineage) = open(path).await;
    let run = samples::run("kept").unwrap();
    let mut events = vec![samples::started(&run, None).unwrap()];
    events.extend((0..10).map(samples::admitted));
    events.extend((0..500).map(samples::trial));
    store.create(samples::summary(&run, 1), Timestamp(1), events).await.unwrap();
    lineage.catch_up().await.unwrap();
    let digest = lineage.digest().await.unwrap();
    store.close().await.unwrap();
    digest
}

#[tokio::test]
async fn it_is_still_there_after_a_restart_and_the_same_after_a_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let digest = made(&path).await;
    let (store, lineage) = open(&path).await;
    assert_eq!(lineage.catch_up().await.unwrap(), 0);
    assert_eq!(lineage.digest().await.unwrap(), digest);
    assert_eq!(lineage.rebuild().await.unwrap(), 511);
    assert_eq!(lineage.digest().await.unwrap(), digest);
    store.close().await.unwrap();
    assert!(store.forget().await.is_err(), "a closed store says so");
}

#[tokio::test]
async fn another_format_is_dropped_and_read_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let digest = made(&path).await;
    let mut connection = tool(&path).await;
    for sql in ["UPDATE lineage_format SET format = 99", "DROP TABLE lineage_edges", "DROP TABLE lineage_nodes"] {
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
    let (store, lineage) = open(&path).await;
    assert_eq!(lineage.catch_up().await.unwrap(), 511);
    assert_eq!(lineage.digest().await.unwrap(), digest);
    store.close().await.unwrap();
}

#[tokio::test]
async fn people_read_it_with_their_own_tools() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    made(&path).await;
    let sql = "SELECT concat_ws('|', id, generation, operator, status, round(score, 2), trials, relation, parents) \
               FROM lineage_readable ORDER BY generation LIMIT 2";
    let rows = sqlx::query(sql).fetch_all(&mut tool(&path).await).await.unwrap();
    let shown: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        shown,
        ["kept@c0|0|open|0.5|100|seed|[]", "kept@c1|1|word-insertion|open|0.5|100|mutated_from|[\"kept@c0\"]"]
    );
}
