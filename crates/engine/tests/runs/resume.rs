//! A run that is killed, dropped, drained or abandoned at random ends as one that is not, and buys nothing twice.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use clade_domain::{ContentHash, RunSpec};
use clade_engine::{Control, EngineError, RunOutcome};
use clade_store::{RunStatus, Store};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio_util::sync::CancellationToken;

use crate::{
    clients::{Act, Asked, SimulatedTrouble},
    common::{Rig, assertion, calls, result, spec},
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kill {
    /// The future is dropped where it stands.
    Drop,
    Drain,
    Abandon,
}

/// Runs to the end with a kill after every few calls, as `order` draws them.
async fn with_kills(rig: &Rig, order: u64) -> u32 {
    let mut rng = ChaCha8Rng::seed_from_u64(order);
    let mut kills = 0;
    loop {
        let kill = [Kill::Drop, Kill::Drain, Kill::Abandon][rng.random_range(0..3usize)];
        let after = rng.random_range(0..160usize);
        let now = CancellationToken::new();
        let trigger = now.clone();
        let mut rig = rig.clone().wrapped(SimulatedTrouble::wrap(move |number, _, _| {
            if number == after {
                trigger.cancel();
            }
            Act::Answer
        }));
        rig.concurrency = rng.random_range(1..40);
        let mut runner = rig.open().await.unwrap();
        let control = Control::default();
        let outcome = {
            let going = runner.run(&control);
            tokio::pin!(going);
            tokio::select! {
                biased;
                () = now.cancelled() => match kill {
                    Kill::Drop => None,
                    Kill::Drain => { control.drain.cancel(); Some(going.await) }
                    Kill::Abandon => { control.abandon.cancel(); Some(going.await) }
                },
                outcome = &mut going => Some(outcome),
            }
        };
        drop(runner);
        match outcome {
            Some(RunOutcome::Finished) => return kills,
            Some(RunOutcome::Interrupted) => {
                let row = rig.store.summary(rig.run.to_string()).await.unwrap();
                assert_eq!((row.status, row.detail.as_str()), (RunStatus::Paused, "interrupted"));
            }
            None => {}
            Some(other) => panic!("{other:?}"),
        }
        kills += 1;
    }
}

/// Says where two results part.
fn same(found: &str, expected: &str, name: &str) {
    if let Some((found, expected)) = found.lines().zip(expected.lines()).find(|(a, b)| a != b) {
        panic!("{name}:\n found {found}\nwanted {expected}");
    }
    assert_eq!(found, expected, "{name}");
}

async fn equal_under_kills(name: &str, spec: impl Fn() -> RunSpec, judged: bool, orders: std::ops::Range<u64>) {
    let rig = |spec| async move { if judged { Rig::judged(spec).await } else { Rig::new(spec).await } };
    let whole = rig(spec()).await;
    let expected_report = whole.finish().await;
    let expected = result(&whole.state().await);
    let mut kills = 0;
    for order in orders {
        let rig = rig(spec()).await;
        kills += with_kills(&rig, order).await;
        let state = rig.state().await;
        same(&result(&state), &expected, &format!("{name}, order {order}"));
        assert_eq!(rig.asked.repeated(), 0, "{name}, order {order}: an answer that was stored was bought again");
        let logged: BTreeSet<ContentHash> = rig.answers().await.iter().map(|answer| answer.key).collect();
        let stored = rig.asked.stored.lock().unwrap().clone();
        assert!(stored.is_subset(&logged), "{name}, order {order}: an answer that was stored is lost");
        let paid = rig.store.paid(rig.run.clone()).await.unwrap();
        assert_eq!(paid.calls, expected_report.spent.calls, "{name}, order {order}");
    }
    assert!(kills > 5, "{name}: {kills} kills show nothing");
}

#[tokio::test]
async fn kills_change_nothing() {
    equal_under_kills("rough", || spec("simulated:rough", calls(600)), false, 0..8).await;
}

#[tokio::test]
async fn kills_change_nothing_with_judges_and_repeats() {
    let repeated = || {
        let mut spec = spec("simulated:noisy", calls(1_500));
        spec.options.repeat = 2;
        spec
    };
    equal_under_kills("judged", repeated, true, 20..23).await;
}

#[tokio::test]
async fn kills_change_nothing_where_models_change() {
    let changing = || crate::models::changing(1_200);
    equal_under_kills("changing models", changing, false, 40..46).await;
}

const PATH: &str = "CLADE_TEST_RUN";
const CHILD: &str = "resume::child_goes_on";

fn tell(what: &str, key: ContentHash) {
    let line = format!("{what} {key} end\n");
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).unwrap();
    out.flush().unwrap();
}

async fn opened(path: &Path) -> Rig {
    let store = SqliteStore::open(path, SqliteOptions::default()).await.unwrap();
    let mut rig = Rig::existing(Arc::new(store), "run-one");
    rig.asked = Arc::new(Asked { tell: Some(tell), ..Asked::default() });
    rig
}

/// In the child: goes on with the run and says what it asks and what is stored. In the parent: nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_goes_on() {
    let Ok(path) = std::env::var(PATH) else { return };
    println!();
    let rig = opened(Path::new(&path)).await;
    rig.finish().await;
    println!("\nfinished");
}

#[tokio::test]
async fn a_killed_process_loses_and_repeats_nothing() {
    let whole = Rig::new(spec("simulated:rough", calls(500))).await;
    whole.finish().await;
    let expected = result(&whole.state().await);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clade.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, SqliteOptions::default()).await.unwrap());
    let checks = [assertion("numeric", "{{answer}}")];
    Rig::with(store.clone(), spec("simulated:rough", calls(500)), &checks, 0).await;
    store.close().await.unwrap();
    let stored = Mutex::new(BTreeSet::new());
    let (mut repeated, mut kills) = (0, 0);
    // lines that each child lives for; the kill then comes at whatever it is doing
    for lines in [1, 9, 40, 3, 77, 130, 22, 61, 5, 95, usize::MAX] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", CHILD, "--nocapture"])
            .env(PATH, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut finished = false;
        // what was written before the kill is still in the pipe
        for (number, line) in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).enumerate() {
            if number == lines {
                child.kill().unwrap();
                kills += 1;
            }
            finished |= line == "finished";
            let words: Vec<&str> = line.split(' ').collect();
            if let [what, key, "end"] = words[..] {
                match what {
                    "ack" => drop(stored.lock().unwrap().insert(key.to_owned())),
                    _ => repeated += usize::from(stored.lock().unwrap().contains(key)),
                }
            }
        }
        child.wait().unwrap();
        assert!(finished || lines < usize::MAX, "the last child ends the run");
    }
    assert!(kills >= 5, "{kills}");
    assert_eq!(repeated, 0);
    let rig = opened(&path).await;
    assert_eq!(result(&rig.state().await), expected);
    let logged: BTreeSet<String> = rig.answers().await.iter().map(|answer| answer.key.to_string()).collect();
    assert!(stored.lock().unwrap().is_subset(&logged));
    rig.store.close().await.unwrap();
}

#[tokio::test]
async fn a_run_killed_between_its_last_entry_and_its_row_is_listed_as_finished() {
    let rig = Rig::new(spec("simulated:gentle", calls(400))).await;
    let before = rig.store.summary(rig.run.to_string()).await.unwrap();
    rig.finish().await;
    let after = rig.store.summary(rig.run.to_string()).await.unwrap();
    rig.store.put_summary(before).await.unwrap();
    assert!(matches!(rig.open().await.err(), Some(EngineError::Finished { .. })));
    let row = rig.store.summary(rig.run.to_string()).await.unwrap();
    assert_eq!((row.status, row.best_score, row.improved), (RunStatus::Finished, after.best_score, after.improved));
    assert_eq!(row.spent.calls, after.spent.calls);
}
