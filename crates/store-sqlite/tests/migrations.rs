//! Files of every earlier format are taken over with everything in them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;

use clade_domain::{Timestamp, WorkspaceId};
use clade_store::{Change, Journal, Records, RunFilter, RunSummary, Store, conformance::samples};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row, SqliteConnection, sqlite::SqliteConnectOptions};

/// The steps as they were released, oldest first.
const STEPS: [&str; 2] =
    [include_str!("../migrations/0001_initial.sql"), include_str!("../migrations/0002_records.sql")];

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap()
}

/// A file as a program of this format left it: a run with two entries and a row without what came later.
async fn of_format(path: &Path, format: usize) -> RunSummary {
    let mut connection = raw(path).await;
    for step in &STEPS[..format] {
        sqlx::raw_sql(*step).execute(&mut connection).await.unwrap();
    }
    let marks = format!("PRAGMA application_id = {}; PRAGMA user_version = {format}", 0x636c_6164);
    sqlx::raw_sql(AssertSqlSafe(marks)).execute(&mut connection).await.unwrap();
    let summary = samples::summary(&samples::run("aged").unwrap(), 7);
    let mut row = serde_json::to_value(&summary).unwrap();
    for later in ["workspace", "by", "wanted"] {
        row.as_object_mut().unwrap().remove(later);
    }
    connection.execute("INSERT INTO run_ids (no, id) VALUES (1, 'aged')").await.unwrap();
    let insert = sqlx::query("INSERT INTO runs (no, id, status, created, summary) VALUES (1, 'aged', 'running', 7, ?)");
    insert.bind(row.to_string()).execute(&mut connection).await.unwrap();
    for (seq, event) in [samples::admitted(0), samples::trial(1)].iter().enumerate() {
        let event = serde_json::to_value(event).unwrap();
        let insert = sqlx::query("INSERT INTO events (id, at, kind, body) VALUES (?, 7, ?, ?)")
            .bind((1_i64 << 32) | i64::try_from(seq).unwrap())
            .bind(event["event"].as_str().unwrap().to_owned())
            .bind(event.to_string());
        insert.execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    summary
}

#[tokio::test]
async fn every_earlier_format_is_taken_over() {
    for format in 1..=STEPS.len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clade.db");
        let summary = of_format(&path, format).await;
        let store = SqliteStore::open(&path, SqliteOptions::default()).await.unwrap();
        assert_eq!(store.summary("aged".into()).await.unwrap(), summary, "format {format}");
        let run = summary.run.clone();
        let events: Vec<_> = store.read(run.clone(), 0, 10).await.unwrap().into_iter().map(|e| e.event).collect();
        assert_eq!(events, [samples::admitted(0), samples::trial(1)], "format {format}");
        assert_eq!(store.append(run, 2, Timestamp(8), vec![samples::trial(2)]).await.unwrap(), 3);
        let local = RunFilter { workspace: Some(WorkspaceId::default()), ..RunFilter::default() };
        assert_eq!(store.summaries(local).await.unwrap(), [summary], "format {format}");
        store.commit(vec![Change::add(&samples::user("new-1", "new").unwrap(), Timestamp(1)).unwrap()]).await.unwrap();
        store.integrity().await.unwrap();
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn nobody_changes_the_audit_log_with_the_sqlite_tool() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clade.db");
    let store = SqliteStore::open(&path, SqliteOptions::default()).await.unwrap();
    store.commit(vec![Change::add(&samples::audit("a-1"), Timestamp(1)).unwrap()]).await.unwrap();
    store.close().await.unwrap();
    let mut connection = raw(&path).await;
    for forgery in ["UPDATE records SET body = '{}'", "DELETE FROM records WHERE kind = 'audit entry'"] {
        let refused = connection.execute(forgery).await.unwrap_err();
        assert!(refused.to_string().contains("it is never"), "{forgery}: {refused}");
    }
    let rows = connection.fetch_all("SELECT action, target FROM audit").await.unwrap();
    assert_eq!(rows.iter().map(|row| row.get::<String, _>("action")).collect::<Vec<_>>(), ["member.role"]);
}

#[tokio::test]
async fn a_backup_is_whole_and_of_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("clade.db"), SqliteOptions::default()).await.unwrap();
    let run = samples::run("saved").unwrap();
    let events: Vec<_> = (0..500).map(samples::trial).collect();
    store.create(samples::summary(&run, 1), Timestamp(1), events.clone()).await.unwrap();
    let copy = folder.path().join("copy.db");
    let (backup, later) =
        tokio::join!(store.backup(&copy), store.append(run.clone(), 500, Timestamp(2), vec![samples::trial(500)]));
    backup.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600, "as the file itself");
    }
    later.unwrap();
    let again = store.backup(&copy).await;
    assert!(again.is_err(), "a file that is there is not overwritten");
    store.close().await.unwrap();
    let saved = SqliteStore::open(&copy, SqliteOptions::default()).await.unwrap();
    saved.integrity().await.unwrap();
    let entries = saved.read(run, 0, 1_000).await.unwrap();
    assert!(entries.len() >= 500, "what was there when it began is in it");
    assert!(entries.into_iter().map(|entry| entry.event).take(500).eq(events));
    saved.close().await.unwrap();
}
