use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clade_domain::{RunEvent, Timestamp};
use clade_store::{Generations, Journal, MemoryStore, StoreError, conformance::samples};
use clade_store_redis::{RedisAnswers, RedisGenerations, RedisOptions};
use clade_test_servers::{Proxy, RedisServer, SmallDisk};

fn over(store: &Arc<MemoryStore>, url: &str, patience: Duration) -> Generations {
    let options = RedisOptions { patience, ..RedisOptions::new(url) };
    Generations::new(Arc::<MemoryStore>::clone(store), Arc::new(RedisGenerations::new(options).unwrap()))
}

#[tokio::test]
async fn a_server_that_is_killed_in_mid_way_loses_and_doubles_nothing() {
    let Some(mut server) = RedisServer::start(&[]) else { return };
    let (store, run) = samples::journals().await.unwrap();
    let generations = over(&store, &server.url(), Duration::from_secs(1));
    let mut failed = 0;
    for step in 0..60 {
        samples::grow(&store, &run, step * 5..step * 5 + 5).await.unwrap();
        if step % 20 == 10 {
            server.process.kill();
        }
        if step % 20 == 12 {
            server.process.restart();
        }
        match generations.projector().catch_up().await {
            Ok(_) => {}
            Err(StoreError::Unreachable { server, .. }) => {
                assert!(server.starts_with("Redis at 127.0.0.1:"), "{server}");
                failed += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(failed >= 3, "it was down three times, and {failed} calls failed");
    generations.projector().catch_up().await.unwrap();
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
}

#[tokio::test]
async fn data_that_is_gone_is_read_anew() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, run) = samples::journals().await.unwrap();
    samples::grow(&store, &run, 0..40).await.unwrap();
    let generations = over(&store, &server.url(), Duration::from_secs(2));
    generations.projector().catch_up().await.unwrap();
    let whole = samples::generations_of(&store).await.unwrap();
    // evicted in part, evicted whole, and everything flushed
    for words in [
        vec!["HDEL", "clade:{faulty}:candidates", "0000000003"],
        vec!["DEL", "clade:{faulty}:run"],
        vec!["HDEL", "clade:{faulty}:run", "fold"],
        vec!["DEL", "clade:{faulty}:candidates"],
        vec!["DEL", "clade:{faulty}:prompts"],
        vec!["HDEL", "clade:{faulty}:prompts", "0000000003"],
        vec!["DEL", "clade:{faulty}:fitness"],
        vec!["DEL", "clade:{faulty}:generations"],
        vec!["DEL", "clade:{faulty}:events"],
        vec!["FLUSHALL"],
    ] {
        server.cli(&words);
        assert!(generations.projector().catch_up().await.unwrap() > 100, "after {words:?}");
        assert_eq!(generations.digest().await.unwrap(), whole, "after {words:?}");
    }
    // the list of runs alone: the run is whole, and listed again
    server.cli(&["SREM", "clade:runs", "faulty"]);
    assert_eq!(generations.projector().catch_up().await.unwrap(), 0);
    assert_eq!(server.cli(&["SMEMBERS", "clade:runs"]), "faulty");
}

#[tokio::test]
async fn a_run_whose_keys_are_damaged_is_left_out_by_name_and_made_anew() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, run) = samples::journals().await.unwrap();
    let other = samples::run("other").unwrap();
    let first = samples::started(&other, None).unwrap();
    store.create(samples::summary(&other, 1), Timestamp(1), vec![first]).await.unwrap();
    let generations = over(&store, &server.url(), Duration::from_secs(2));
    generations.projector().catch_up().await.unwrap();
    let damages = [
        vec![vec!["DEL", "clade:{faulty}:run"], vec!["SET", "clade:{faulty}:run", "theirs"]],
        vec![vec!["DEL", "clade:{faulty}:candidates"], vec!["SADD", "clade:{faulty}:candidates", "theirs"]],
        vec![vec!["HSET", "clade:{faulty}:run", "fold", "{"]],
        vec![vec!["HSET", "clade:{faulty}:run", "next", "many"]],
    ];
    for (step, words) in (0..).zip(damages) {
        for words in &words {
            server.cli(words);
        }
        for run in [&run, &other] {
            samples::grow(&store, run, step * 5..step * 5 + 5).await.unwrap();
        }
        let held = generations.projector().held().await.unwrap();
        let carried = generations.projector().carry_over().await.unwrap();
        assert!(carried.entries > 0, "the other one goes on");
        for held in [held, carried.held] {
            let [(run, why)] = &held[..] else { panic!("{words:?}: {held:?}") };
            assert_eq!(run.as_str(), "faulty");
            assert!(why.to_string().contains("`clade rebuild generations` makes it anew"), "{why}");
        }
        assert!(generations.projector().rebuild().await.unwrap().held.is_empty(), "{words:?}");
        let (after, expected) = (generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
        assert_eq!(after, expected, "{words:?}");
    }
}

#[tokio::test]
async fn a_full_memory_is_said_and_mended() {
    let Some(server) = RedisServer::start(&["--maxmemory", "2500kb", "--maxmemory-policy", "noeviction"]) else {
        return;
    };
    let (store, run) = samples::journals().await.unwrap();
    let large = (0..40).map(|id| {
        let mut candidate = samples::candidate(id);
        candidate.note = "much ".repeat(20_000);
        RunEvent::CandidateAdmitted { candidate: Box::new(candidate), bill: Default::default() }
    });
    let next = store.append(run.clone(), 1, Timestamp(2), large.take(30).collect()).await.unwrap();
    let generations = over(&store, &server.url(), Duration::from_secs(2));
    // the memory is looked at before a batch, which is then kept whole
    generations.projector().catch_up().await.unwrap();
    store.append(run.clone(), next, Timestamp(2), vec![samples::admitted(30)]).await.unwrap();
    let full = generations.projector().catch_up().await.unwrap_err();
    assert!(matches!(&full, StoreError::Denied { remedy, .. } if remedy.contains("maxmemory")), "{full}");
    assert_eq!(server.cli(&["CONFIG", "SET", "maxmemory", "100mb"]), "OK");
    generations.projector().catch_up().await.unwrap();
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
}

#[tokio::test]
async fn a_wrong_password_and_missing_rights_are_said() {
    let Some(server) = RedisServer::start(&["--requirepass", "right"]) else { return };
    let (store, _) = samples::journals().await.unwrap();
    let url = |user: &str| format!("redis://{user}@127.0.0.1:{}", server.port);
    for wrong in [url(":wrong"), server.url(), url(":wrong").replace("redis://", "redis+cluster://")] {
        let begin = Instant::now();
        let error = over(&store, &wrong, Duration::from_secs(20)).projector().catch_up().await.unwrap_err();
        assert!(begin.elapsed() < Duration::from_secs(5), "no other try helps: {:?}", begin.elapsed());
        assert!(matches!(&error, StoreError::Denied { remedy, .. } if remedy.contains("password")), "{error:?}");
        assert!(!error.to_string().contains("wrong@"), "{error}");
    }
    server.cli(&["-a", "right", "ACL", "SETUSER", "reader", "on", ">pw", "~clade:*", "+@read", "+@connection"]);
    let error = over(&store, &url("reader:pw"), Duration::from_secs(2)).projector().catch_up().await.unwrap_err();
    assert!(matches!(&error, StoreError::Denied { remedy, .. } if remedy.contains("ACL SETUSER")), "{error:?}");
    // whoever may read and ask for the version is told before a run, with the keys that this installation has
    server.cli(&["-a", "right", "ACL", "SETUSER", "reader", "~team:*", "+info", "+config|get", "+@scripting"]);
    let team = RedisOptions { prefix: "team".into(), ..RedisOptions::new(url("reader:pw")) };
    let told = [
        RedisGenerations::new(team.clone()).unwrap().report().await.map(drop).unwrap_err(),
        RedisAnswers::new(team).unwrap().report().await.map(drop).unwrap_err(),
    ];
    for error in told {
        assert!(error.to_string().contains("ACL SETUSER reader ~team:* "), "{error}");
    }
    // the rights that the message asks for are enough
    let rights = "ACL SETUSER reader ~clade:* +@read +@write +@scripting +@connection +info +config|get";
    let words: Vec<&str> = ["-a", "right"].into_iter().chain(rights.split(' ')).collect();
    assert!(server.cli(&words).ends_with("OK"));
    let options = RedisOptions::new(url("reader:pw"));
    let redis = Arc::new(RedisGenerations::new(options).unwrap());
    let generations = Generations::new(Arc::<MemoryStore>::clone(&store), Arc::<RedisGenerations>::clone(&redis));
    assert_eq!(generations.projector().catch_up().await.unwrap(), 1);
    let report = redis.report().await.unwrap();
    assert!(report.version.starts_with('7') && report.warnings.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_costs_no_more_than_the_patience() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, _) = samples::journals().await.unwrap();
    let generations = over(&store, &server.url(), Duration::from_millis(600));
    generations.projector().catch_up().await.unwrap();
    server.process.signal("STOP");
    let begin = Instant::now();
    let error = generations.projector().behind().await.unwrap_err();
    let took = begin.elapsed();
    server.process.signal("CONT");
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(generations.projector().behind().await.is_ok(), "and goes on afterwards");
}

#[tokio::test]
async fn a_slow_way_only_takes_longer() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let proxy = Proxy::start(server.port);
    let (store, run) = samples::journals().await.unwrap();
    samples::grow(&store, &run, 0..20).await.unwrap();
    let generations = over(&store, &format!("redis://127.0.0.1:{}", proxy.port), Duration::from_secs(5));
    generations.projector().catch_up().await.unwrap();
    proxy.delay(Duration::from_millis(500));
    samples::grow(&store, &run, 20..40).await.unwrap();
    generations.projector().catch_up().await.unwrap();
    proxy.delay(Duration::ZERO);
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
}

#[tokio::test]
async fn a_connection_that_is_cut_in_mid_batch_loses_and_doubles_nothing() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let proxy = Proxy::start(server.port);
    let (store, run) = samples::journals().await.unwrap();
    let generations = over(&store, &format!("redis://127.0.0.1:{}", proxy.port), Duration::from_secs(5));
    // behind a few answers, at another place each time: what was asked has happened then, and nobody knows
    proxy.cut_after(|n| 30 + 97 * (n % 11));
    let mut failed = 0;
    for step in 0..30 {
        samples::grow(&store, &run, step * 5..step * 5 + 5).await.unwrap();
        failed += u32::from(generations.projector().catch_up().await.is_err());
    }
    assert!(proxy.cuts() > 10, "{} connections were cut, {failed} batches failed", proxy.cuts());
    proxy.cut_after(|_| 0);
    // the last connection is still one that is cut
    drop(generations.projector().catch_up().await);
    generations.projector().catch_up().await.unwrap();
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
}

#[tokio::test]
async fn a_full_disk_is_said_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::at(folder.path(), "size=400k") else { return };
    let Some(server) = RedisServer::at(folder.path(), &[]) else { return };
    let (store, run) = samples::journals().await.unwrap();
    let generations = over(&store, &server.url(), Duration::from_secs(2));
    let mut full = None;
    for step in 0..40 {
        samples::grow(&store, &run, step * 20..step * 20 + 20).await.unwrap();
        if let Err(error) = generations.projector().catch_up().await {
            full = Some(error);
            break;
        }
    }
    let full = full.unwrap();
    assert!(matches!(&full, StoreError::Denied { remedy, .. } if remedy.contains("disk")), "{full}");
    disk.again("size=50m");
    // it tries its file again every second
    let begin = Instant::now();
    while generations.projector().catch_up().await.is_err() {
        assert!(begin.elapsed() < Duration::from_secs(120), "it does not recover");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
}

#[tokio::test]
async fn a_replica_is_refused_with_what_to_do() {
    let Some(primary) = RedisServer::start(&[]) else { return };
    let Some(replica) = RedisServer::start(&["--replicaof", "127.0.0.1", &primary.port.to_string()]) else { return };
    let (store, _) = samples::journals().await.unwrap();
    let generations = over(&store, &replica.url(), Duration::from_secs(2));
    let error = generations.projector().catch_up().await.unwrap_err();
    assert!(matches!(&error, StoreError::Denied { remedy, .. } if remedy.contains("primary")), "{error:?}");
    // and is the one to write to once the primary is gone and somebody says so
    assert_eq!(replica.cli(&["REPLICAOF", "NO", "ONE"]), "OK");
    generations.projector().catch_up().await.unwrap();
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
}
