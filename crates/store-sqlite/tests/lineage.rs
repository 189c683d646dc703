//! The family tree in the file: it survives restarts, another format, and people's tools read it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{path::Path, sync::Arc};

use clade_domain::Timestamp;
use clade_store::{Journal, Lineage, MemoryStore, Projection, Store, StoreError, conformance::samples};
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

/// A store with two runs of three entries each.
async fn two_runs(path: &Path) -> (Arc<SqliteStore>, Lineage) {
    let (store, lineage) = open(path).await;
    for name in ["bad-run", "good-run"] {
        let run = samples::run(name).unwrap();
        let events = vec![samples::started(&run, None).unwrap(), samples::admitted(0), samples::trial(1)];
        store.create(samples::summary(&run, 1), Timestamp(1), events).await.unwrap();
    }
    (store, lineage)
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_holds_no_other_up_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (store, _) = two_runs(&path).await;
    store.close().await.unwrap();
    let mut connection = tool(&path).await;
    // as a newer version may write it
    let newer = "UPDATE events SET body = '{\"event\":\"dreamt\"}', kind = 'dreamt' WHERE id = (SELECT min(id) + 1 FROM events)";
    sqlx::query(newer).execute(&mut connection).await.unwrap();
    let (_store, lineage) = open(&path).await;
    let carried = lineage.carry_over().await.unwrap();
    let (bad, good) = (samples::run("bad-run").unwrap(), samples::run("good-run").unwrap());
    assert_eq!((carried.entries, carried.held.len()), (3, 1));
    assert_eq!(carried.held[0].0, bad);
    let told = carried.whole().unwrap_err().to_string();
    for words in ["run `bad-run` is left out", "journal entry 1", "update `clade`", "dreamt"] {
        assert!(told.contains(words), "{told}");
    }
    // the others are there, also in questions about several, and with a tree at hand that cannot go on
    assert_eq!(lineage.runs(std::slice::from_ref(&good)).await.unwrap().nodes().len(), 1);
    assert!(lineage.run(&bad).await.is_err());
    assert!(lineage.runs(&[bad]).await.is_err());
    assert_eq!(lineage.run(&good).await.unwrap().nodes().len(), 1);
}

#[tokio::test]
async fn a_backup_that_was_put_back_is_told_from_what_was_kept_since() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("store.db"), folder.path().join("copy.db"));
    let (store, _) = two_runs(&path).await;
    store.backup(&copy).await.unwrap();
    let run = samples::run("good-run").unwrap();
    store.append(run.clone(), 3, Timestamp(2), vec![samples::admitted(1)]).await.unwrap();
    // a server beside the store, which outlives it
    let server = Arc::new(MemoryStore::new());
    assert_eq!(Lineage::new(store.clone(), server.clone()).catch_up().await.unwrap(), 7);
    store.close().await.unwrap();
    drop(store);
    for end in ["", "-wal", "-shm"] {
        drop(std::fs::remove_file(format!("{}{end}", path.display())));
    }
    std::fs::rename(&copy, &path).unwrap();
    let (store, _) = open(&path).await;
    let lineage = Lineage::new(store.clone(), server);
    let held = lineage.projector().held().await.unwrap();
    assert!(matches!(held.as_slice(), [(held, StoreError::Outdated { .. })] if *held == run), "{held:?}");
    let told = lineage.run(&run).await.unwrap_err();
    assert!(matches!(&told, StoreError::Outdated { .. }) && told.to_string().contains("clade rebuild"), "{told}");
    assert_eq!(lineage.carry_over().await.unwrap().held.len(), 1);
    assert_eq!(lineage.rebuild().await.unwrap(), 6);
    assert_eq!(lineage.run(&run).await.unwrap().nodes().len(), 1);
}

#[tokio::test]
async fn a_backup_that_was_put_back_at_another_place_takes_over_what_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("store.db"), folder.path().join("copy.db"));
    let (store, _) = two_runs(&path).await;
    store.backup(&copy).await.unwrap();
    let run = samples::run("good-run").unwrap();
    store.append(run.clone(), 3, Timestamp(2), vec![samples::admitted(1)]).await.unwrap();
    let server = Arc::new(MemoryStore::new());
    assert_eq!(Lineage::new(store.clone(), server.clone()).catch_up().await.unwrap(), 7);
    store.close().await.unwrap();
    let (store, _) = open(&copy).await;
    let lineage = Lineage::new(store.clone(), server);
    let told = lineage.run(&run).await.unwrap_err();
    assert!(matches!(&told, StoreError::Foreign { .. }) && told.to_string().contains("--take-over"), "{told}");
    assert_eq!(lineage.projector().held().await.unwrap().len(), 1);
    assert_eq!(lineage.projector().rebuild().await.unwrap().held.len(), 1, "what seems to be another one's stays");
    assert!(lineage.projector().rebuild_taking_over().await.unwrap().held.is_empty());
    assert!(lineage.projector().held().await.unwrap().is_empty());
    assert_eq!(lineage.run(&run).await.unwrap().nodes().len(), 1);
}
