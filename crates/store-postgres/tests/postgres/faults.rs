use std::{sync::Arc, time::Duration};

use clade_domain::{RunId, Timestamp};
use clade_store::{AnswerLog, Journal, Store, StoreError, conformance::samples};
use clade_store_postgres::{PostgresOptions, PostgresStore};
use clade_test_servers::{PostgresServer, Proxy, postgres_url};

const APPENDS: u32 = 60;

async fn store(url: &str) -> PostgresStore {
    PostgresStore::open(PostgresOptions::new(url)).await.unwrap()
}

async fn create(store: &PostgresStore, name: &str) -> RunId {
    let run = samples::run(name).unwrap();
    let first = samples::started(&run, None).unwrap();
    store.create(samples::summary(&run, 1), Timestamp(1), vec![first]).await.unwrap();
    run
}

/// Appends to several runs at once, as fast as it goes, and buys answers meanwhile; then everything must be there once.
async fn appends(store: &Arc<PostgresStore>, runs: &[RunId]) {
    let each = runs.iter().cloned().map(|run| {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..APPENDS {
                let events = vec![samples::trial(2 * n), samples::trial(2 * n + 1)];
                let next = store.append(run.clone(), 1 + 2 * u64::from(n), Timestamp(i64::from(n)), events).await;
                assert_eq!(next.unwrap(), 3 + 2 * u64::from(n));
                store.put_answer(samples::answer(&run, n, clade_domain::ModelRole::Task)).await.unwrap();
            }
        })
    });
    for done in futures::future::join_all(each).await {
        done.unwrap();
    }
    for run in runs {
        let entries = store.read(run.clone(), 1, 1_000).await.unwrap();
        let expected: Vec<_> = (0..2 * APPENDS).map(samples::trial).collect();
        assert_eq!(entries.into_iter().map(|entry| entry.event).collect::<Vec<_>>(), expected, "{run}");
    }
    // the runs ask the same questions: each answer is kept once, for whoever was first
    let mut answers = 0;
    for run in runs {
        answers += store.answers_of(run.clone(), None, 1_000).await.unwrap().len();
    }
    assert_eq!(answers, APPENDS as usize);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_in_mid_way_loses_and_doubles_nothing() {
    let Some(mut server) = PostgresServer::start() else { return };
    let store = Arc::new(store(&server.url()).await);
    let runs = [create(&store, "killed-a").await, create(&store, "killed-b").await, create(&store, "killed-c").await];
    let appending = appends(&store, &runs);
    let killing = async {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(60)).await;
            server.kill();
            tokio::time::sleep(Duration::from_millis(200)).await;
            server.restart();
        }
    };
    tokio::join!(appending, killing);
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_in_mid_batch_lose_and_double_nothing() {
    let Some(server) = PostgresServer::start() else { return };
    // the first connections serve the opening
    let proxy = Proxy::start(server.port);
    proxy.cut_after(|n| if n < 2 { 0 } else { 400 + 331 * (n % 7) });
    let store = Arc::new(store(&postgres_url(proxy.port)).await);
    let runs = [create(&store, "cut-a").await, create(&store, "cut-b").await];
    let each = runs.iter().cloned().map(|run| {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..APPENDS {
                let events = vec![samples::trial(n)];
                store.append(run.clone(), 1 + u64::from(n), Timestamp(i64::from(n)), events).await.unwrap();
            }
        })
    });
    for done in futures::future::join_all(each).await {
        done.unwrap();
    }
    assert!(proxy.cuts() > 10, "{} connections were cut", proxy.cuts());
    let straight = PostgresStore::open(PostgresOptions::new(server.url())).await.unwrap();
    for run in &runs {
        let entries = straight.read(run.clone(), 1, 1_000).await.unwrap();
        let expected: Vec<_> = (0..APPENDS).map(samples::trial).collect();
        assert_eq!(entries.into_iter().map(|entry| entry.event).collect::<Vec<_>>(), expected, "{run}");
    }
    straight.close().await.unwrap();
}

#[tokio::test]
async fn a_slow_server_is_only_slow() {
    let Some(server) = PostgresServer::start() else { return };
    let proxy = Proxy::start(server.port);
    proxy.delay(Duration::from_millis(500));
    let store = store(&postgres_url(proxy.port)).await;
    let run = create(&store, "slow").await;
    assert_eq!(store.append(run.clone(), 1, Timestamp(2), vec![samples::trial(1)]).await.unwrap(), 2);
    assert_eq!(store.length(run).await.unwrap(), 2);
}

#[tokio::test]
async fn a_run_is_taken_over_when_its_owner_is_gone_and_the_owner_is_fenced_off() {
    let Some(server) = PostgresServer::start() else { return };
    let options = PostgresOptions { lease: Duration::from_millis(900), ..PostgresOptions::new(server.url()) };
    let (first, second) =
        (PostgresStore::open(options.clone()).await.unwrap(), PostgresStore::open(options).await.unwrap());
    let run = create(&first, "owned").await;
    let lock = first.lock(run.clone()).await.unwrap();
    first.append(run.clone(), 1, Timestamp(2), vec![samples::trial(1)]).await.unwrap();
    // as long as its owner is there it stays taken
    tokio::time::sleep(Duration::from_secs(2)).await;
    let refused = second.lock(run.clone()).await;
    assert!(
        matches!(&refused, Err(StoreError::Locked { holder, .. }) if holder.starts_with("process ")),
        "{refused:?}"
    );
    let foreign = second.append(run.clone(), 2, Timestamp(3), vec![samples::trial(2)]).await;
    assert!(matches!(foreign, Err(StoreError::Locked { .. })), "who does not hold it may not write: {foreign:?}");
    // its owner stands still, as a process does that is stopped: the row says whose it is until it expires
    server
        .psql("UPDATE promptclade.leases SET holder = 'process 1 on elsewhere', expires = now() - interval '1 second'");
    let taken = second.lock(run.clone()).await.unwrap();
    let late = first.append(run.clone(), 2, Timestamp(4), vec![samples::trial(3)]).await;
    assert!(matches!(late, Err(StoreError::Locked { .. })), "{late:?}");
    second.append(run.clone(), 2, Timestamp(5), vec![samples::trial(4)]).await.unwrap();
    drop((lock, taken));
    first.close().await.unwrap();
    second.close().await.unwrap();
}
