use std::time::{Duration, Instant};

use clade_domain::{ContentHash, ModelRole, Timestamp, Usage, Usd};
use clade_store::{Lookup, PaidAnswer, SharedAnswers, StoreError, conformance::samples};
use clade_store_redis::{RedisAnswers, RedisOptions};
use clade_test_servers::RedisServer;

fn process(server: &RedisServer) -> RedisAnswers {
    let options = RedisOptions { patience: Duration::from_millis(500), ..RedisOptions::new(server.url()) };
    RedisAnswers::new(options).unwrap()
}

fn answer(key: ContentHash, body: &str) -> PaidAnswer {
    PaidAnswer {
        key,
        run: samples::run("buyer").unwrap(),
        role: Some(ModelRole::Task),
        model: "openai:chat:m".into(),
        body: body.into(),
        usage: Usage { input: 10, output: 5, ..Usage::default() },
        cost: Some(Usd(0.001)),
        latency_ms: 7,
        finish: "stop".into(),
        at: Timestamp(1),
    }
}

#[tokio::test]
async fn one_of_many_buys_and_all_have_the_answer() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let processes = [(); 8].map(|()| process(&server));
    let key = ContentHash::of(b"a request");
    let found = futures::future::join_all(processes.iter().map(|process| process.find(key))).await;
    let buyers: Vec<usize> = (0..8).filter(|n| matches!(found[*n], Ok(Lookup::Yours))).collect();
    let others = found.iter().filter(|found| matches!(found, Ok(Lookup::Elsewhere))).count();
    assert_eq!((buyers.len(), others), (1, 7), "{found:?}");
    let bought = answer(key, "größer\0 \u{1f600}");
    processes[buyers[0]].share(bought.clone()).await.unwrap();
    for process in &processes {
        assert_eq!(process.find(key).await.unwrap(), Lookup::Answer(Box::new(bought.clone())));
    }
    // both keys of an answer are on one node of a cluster, and neither stays for ever
    let tag = format!("clade:{{{key}}}");
    assert_eq!(server.cli(&["EXISTS", &format!("{tag}:buyer")]), "0");
    assert!(server.cli(&["TTL", &format!("{tag}:answer")]).parse::<u64>().unwrap() > 29 * 24 * 3_600);
    // what another version wrote is bought anew
    server.cli(&["SET", &format!("{tag}:answer"), "{}"]);
    assert_eq!(processes[0].find(key).await.unwrap(), Lookup::Yours);
}

#[tokio::test]
async fn the_right_to_buy_goes_with_who_holds_it_and_stays_while_they_do() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let [first, second] = [(); 2].map(|()| process(&server));
    let [given_up, held, left] = [b"1", b"2", b"3"].map(|text| ContentHash::of(text));
    for key in [given_up, held, left] {
        assert_eq!(first.find(key).await.unwrap(), Lookup::Yours);
    }
    // a right that one does not have is neither prolonged nor given back
    second.give_up(given_up).await.unwrap();
    assert_eq!(second.find(given_up).await.unwrap(), Lookup::Elsewhere);
    first.give_up(given_up).await.unwrap();
    assert_eq!(second.find(given_up).await.unwrap(), Lookup::Yours);
    let start = Instant::now();
    loop {
        first.hold(held).await.unwrap();
        if second.find(left).await.unwrap() == Lookup::Yours {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "nobody may ever buy it");
        tokio::time::sleep(first.every() / 10).await;
    }
    assert!(start.elapsed() > Duration::from_secs(8), "it went too soon: {:?}", start.elapsed());
    assert_eq!(second.find(held).await.unwrap(), Lookup::Elsewhere);
}

#[tokio::test]
async fn a_server_that_is_full_or_away_says_so_and_lets_nobody_wait() {
    let Some(mut server) = RedisServer::start(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]) else {
        return;
    };
    let [first, second] = [(); 2].map(|()| process(&server));
    assert!(first.report().await.unwrap().warnings[0].contains("volatile-lru"));
    let large = "x".repeat(200_000);
    let mut full = None;
    for n in 0..100_u32 {
        let key = ContentHash::of(&n.to_le_bytes());
        match first.find(key).await {
            Ok(found) => assert_eq!(found, Lookup::Yours),
            Err(error) => {
                full = Some((key, error));
                break;
            }
        }
        if let Err(error) = first.share(answer(key, &large)).await {
            full = Some((key, error));
            break;
        }
    }
    let (key, error) = full.unwrap();
    assert!(error.to_string().contains("maxmemory"), "{error}");
    assert_ne!(second.find(key).await.ok(), Some(Lookup::Elsewhere), "the right was given back");
    server.process.kill();
    let away = first.find(key).await;
    assert!(matches!(&away, Err(StoreError::Unreachable { .. })), "{away:?}");
}
