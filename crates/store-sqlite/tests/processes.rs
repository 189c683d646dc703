//! Processes that are killed, and processes that meet. A child is this test binary again, told by a variable what to do.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use clade_domain::{ContentHash, ModelRole, RunEvent, Timestamp};
use clade_store::{AnswerLog, Journal, PaidAnswer, Store, StoreError, conformance::samples};
use clade_store_sqlite::{SqliteOptions, SqliteStore};

const PATH: &str = "CLADE_TEST_STORE";
const START: &str = "CLADE_TEST_START";
const RUN: &str = "killed";

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, SqliteOptions::default()).await.unwrap()
}

/// A large text now and then makes transactions that spill out of the page cache.
fn answer(n: u32) -> PaidAnswer {
    let run = samples::run(RUN).unwrap();
    let mut answer = samples::answer(&run, n, ModelRole::Task);
    if n % 50 == 7 {
        answer.body = format!("{n} ").repeat(200_000);
    }
    answer
}

fn child(test: &str, path: &Path, start: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(PATH, path)
        .env(START, start.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// In the child: stores answers and entries for ever, and says after each what is acknowledged. In the parent: nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_appends() {
    let Ok(path) = std::env::var(PATH) else { return };
    let store = open(Path::new(&path)).await;
    let run = samples::run(RUN).unwrap();
    let _lock = store.lock(run.clone()).await.unwrap();
    let mut next: u64 = std::env::var(START).unwrap().parse().unwrap();
    loop {
        let n = u32::try_from(next).unwrap();
        let answers: Vec<PaidAnswer> = (n..n + 1 + n % 9).map(answer).collect();
        let events: Vec<RunEvent> = (n..n + 1 + n % 9).map(samples::trial).collect();
        futures::future::try_join_all(answers.into_iter().map(|answer| store.put_answer(answer))).await.unwrap();
        next = store.append(run.clone(), next, Timestamp(1), events).await.unwrap();
        println!("ack {next} end");
    }
}

/// What the child acknowledged in whole lines.
fn acknowledged(line: &str) -> Option<u64> {
    line.trim().strip_prefix("ack ")?.strip_suffix(" end")?.parse().ok()
}

#[tokio::test]
async fn a_killed_process_loses_nothing_it_was_told_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let run = samples::run(RUN).unwrap();
    let store = open(&path).await;
    store.create(samples::summary(&run, 1), Timestamp(1), Vec::new()).await.unwrap();
    store.close().await.unwrap();
    let mut length = 0;
    // how many acknowledgements each child lives for; the kill then comes at whatever it is doing
    for acks in [1, 2, 3, 5, 8, 13, 40, 90, 17, 4, 200] {
        let mut child = child("child_appends", &path, length);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acked = length;
        for _ in 0..acks {
            let seen = lines.by_ref().map_while(Result::ok).find_map(|line| acknowledged(&line));
            acked = seen.expect("the child ended by itself");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // what it said before it died counts too
        acked = lines.map_while(Result::ok).filter_map(|line| acknowledged(&line)).last().unwrap_or(acked);

        let store = open(&path).await;
        store.integrity().await.unwrap();
        drop(store.lock(run.clone()).await.expect("a killed process holds no lock"));
        let journal = store.read(run.clone(), 0, u32::MAX).await.unwrap();
        length = journal.len() as u64;
        assert!(length >= acked, "{acked} entries were acknowledged, {length} are there");
        assert!(journal.iter().map(|entry| entry.seq).eq(0..length), "no gap");
        for (n, entry) in (0..).zip(&journal) {
            assert_eq!(entry.event, samples::trial(n));
        }
        let keys: Vec<ContentHash> = (0..u32::try_from(acked).unwrap()).map(|n| answer(n).key).collect();
        let answers = store.answers(keys).await.unwrap();
        for (n, found) in (0..).zip(answers) {
            assert!(found == Some(answer(n)), "answer {n} was acknowledged");
        }
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn the_second_process_on_a_run_is_refused_and_told_by_whom() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let run = samples::run(RUN).unwrap();
    let store = open(&path).await;
    store.create(samples::summary(&run, 1), Timestamp(1), Vec::new()).await.unwrap();
    let mut child = child("child_appends", &path, 0);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.by_ref().map_while(Result::ok).find_map(|line| acknowledged(&line)).expect("the child works");
    let refused = store.lock(run.clone()).await;
    let named = matches!(&refused, Err(StoreError::Locked { run, holder })
        if run == RUN && holder.contains(&format!("process {}", child.id())));
    assert!(named, "{refused:?}");
    // even one that ignores locks cannot write between: the number it expects is taken
    let stale = store.append(run.clone(), 0, Timestamp(1), vec![samples::trial(0)]).await;
    assert!(matches!(stale, Err(StoreError::Conflict { expected: 0, actual: 1.., .. })), "{stale:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    store.lock(run).await.expect("the holder is dead");
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_process_that_was_overtaken_notices() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let run = samples::run(RUN).unwrap();
    let (one, two) = (open(&path).await, open(&path).await);
    one.create(samples::summary(&run, 1), Timestamp(1), vec![samples::trial(0)]).await.unwrap();
    assert_eq!(two.append(run.clone(), 1, Timestamp(1), vec![samples::trial(1)]).await.unwrap(), 2);
    // `one` remembers a journal of one entry; an innocent write in the same batch goes through
    let innocent = one.put_answer(answer(1));
    let (stale, innocent) = futures::join!(one.append(run.clone(), 1, Timestamp(1), vec![samples::trial(9)]), innocent);
    assert!(matches!(stale, Err(StoreError::Conflict { expected: 1, actual: 2, .. })), "{stale:?}");
    innocent.unwrap();
    assert_eq!(one.append(run.clone(), 2, Timestamp(1), vec![samples::trial(2)]).await.unwrap(), 3);
    assert_eq!(two.answers(vec![answer(1).key]).await.unwrap(), [Some(answer(1))], "answers are shared at once");
    let journal = two.read(run, 0, 10).await.unwrap();
    assert!(journal.iter().map(|entry| &entry.event).eq(&[samples::trial(0), samples::trial(1), samples::trial(2)]));
    one.close().await.unwrap();
    two.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_open_a_new_database_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let opened = futures::future::join_all((0..12).map(|_| open(&path))).await;
    for (n, store) in (0..).zip(&opened) {
        let run = samples::run(&format!("opener-{n}")).unwrap();
        store.create(samples::summary(&run, 1), Timestamp(1), vec![samples::trial(n)]).await.unwrap();
    }
    for store in opened {
        store.close().await.unwrap();
    }
    let store = open(&path).await;
    assert_eq!(store.summaries(Default::default()).await.unwrap().len(), 12);
    store.close().await.unwrap();
}
