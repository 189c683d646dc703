//! People can read the file with their own tools, and the store's queries use the indices made for them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use clade_domain::{ContentHash, ModelRole, Timestamp};
use clade_store::{AnswerLog, Journal, PaidAnswer, Store, conformance::samples};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use sqlx::{ConnectOptions, Row, SqliteConnection, sqlite::SqliteConnectOptions};

/// A closed store with trials 0 to 2, a failed trial 3, and the answers of the first two.
async fn made(path: &std::path::Path) -> SqliteConnection {
    let store = SqliteStore::open(path, SqliteOptions::default()).await.unwrap();
    let run = samples::run("shown").unwrap();
    let events = (0..3).map(samples::trial).chain([samples::failed_trial(3)]).collect();
    store.create(samples::summary(&run, 1), Timestamp(1_790_000_000_000), events).await.unwrap();
    for n in 0..2 {
        store.put_answer(samples::answer(&run, n, ModelRole::Task)).await.unwrap();
    }
    store.close().await.unwrap();
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

#[tokio::test]
async fn views_show_trials_events_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = made(&folder.path().join("store.db")).await;
    // view, columns to show, the rows as text
    let table = [
        (
            "SELECT concat_ws('|', run, seq, candidate, example, score, pass, ifnull(answer, '-'), ifnull(error, '-')) \
             FROM trials ORDER BY seq",
            vec![
                "shown|0|0|0|0.0|0|answer 0|-",
                "shown|1|0|1|1.0|1|answer 1|-",
                "shown|2|0|2|0.0|0|-|-",
                "shown|3|0|3|-|content refused: «политика» 🙅",
            ],
        ),
        (
            "SELECT concat_ws('|', run, seq, at, kind) FROM events_readable WHERE seq = 2",
            vec!["shown|2|2026-09-21 14:13:20|trial_finished"],
        ),
        (
            "SELECT concat_ws('|', run, role, model, answer, input, output, cost, finish) FROM answers_readable ORDER BY input",
            vec!["shown|task|simulated:rough|answer 0|10|2|0.25|stop", "shown|task|simulated:rough|answer 1|11|2|stop"],
        ),
    ];
    for (sql, expected) in table {
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        let shown: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(shown, expected, "{sql}");
    }
}

#[tokio::test]
async fn frequent_questions_have_their_index() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = made(&folder.path().join("store.db")).await;
    // question, the index that answers it
    let table = [
        (
            "SELECT body FROM events WHERE kind = 'candidate_admitted' AND id >= 1 AND id < 2 ORDER BY id",
            "events_candidates",
        ),
        ("SELECT summary FROM runs ORDER BY created DESC, no DESC LIMIT 5", "runs_by_age"),
        ("SELECT count(*) FROM answers WHERE run = 1", "answers_by_run"),
        ("SELECT 1 FROM answers WHERE +run = 1 AND key > x'00' ORDER BY key LIMIT 5", "sqlite_autoindex_answers_1"),
    ];
    for (question, index) in table {
        let plan = format!("EXPLAIN QUERY PLAN {question}");
        let rows = sqlx::query(sqlx::AssertSqlSafe(plan)).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{question}: {plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{question} sorts: {plan:?}");
    }
}

#[tokio::test]
async fn the_same_text_is_stored_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut connection = made(&path).await;
    let store = SqliteStore::open(&path, SqliteOptions::default()).await.unwrap();
    let run = samples::run("shown").unwrap();
    let same = |n: u32| PaidAnswer { body: "the same".into(), ..samples::answer(&run, n, ModelRole::Judge) };
    futures::future::try_join_all((100..200).map(|n| store.put_answer(same(n)))).await.unwrap();
    store.close().await.unwrap();
    let hash = ContentHash::of(b"the same").0.to_vec();
    let count = sqlx::query("SELECT count(*) FROM texts WHERE hash = ? OR body = 'the same'").bind(hash);
    assert_eq!(count.fetch_one(&mut connection).await.unwrap().get::<i64, _>(0), 1);
}
