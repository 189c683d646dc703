//! Redis's own client reads what we keep: the keys are a format for other programs.

use std::sync::Arc;

use clade_domain::{RunEvent, Timestamp};
use clade_store::{Generations, Journal, MemoryStore, conformance::samples};
use clade_store_redis::{RedisGenerations, RedisOptions};
use clade_test_servers::RedisServer;

#[tokio::test]
async fn other_programs_read_the_keys() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, run) = (Arc::new(MemoryStore::new()), samples::run("shown").unwrap());
    let mut events = vec![samples::started(&run, None).unwrap()];
    events.extend((0..5).map(samples::admitted));
    // c3 has two right answers, c1 one
    events.extend([101, 300, 301, 303].map(samples::trial));
    let next = store.create(samples::summary(&run, 1), Timestamp(1), events).await.unwrap();
    let options = RedisOptions { expire: Some(std::time::Duration::from_secs(900)), ..RedisOptions::new(server.url()) };
    let redis = RedisGenerations::new(options).unwrap();
    let generations = Generations::new(Arc::<MemoryStore>::clone(&store), Arc::new(redis));
    generations.projector().catch_up().await.unwrap();
    assert_eq!(server.cli(&["SMEMBERS", "clade:runs"]), "shown");
    assert_eq!(server.cli(&["ZRANGE", "clade:{shown}:fitness", "0", "0"]), "0000000003");
    assert_eq!(server.cli(&["ZRANGE", "clade:{shown}:generations", "-1", "-1"]), "0000000004");
    assert_eq!(server.cli(&["HMGET", "clade:{shown}:run", "next", "best", "count"]), "10\n0000000003\n5");
    let fitness: f64 = server.cli(&["HGET", "clade:{shown}:run", "best_fitness"]).parse().unwrap();
    let best = generations.best(&run).await.unwrap().unwrap();
    assert_eq!(best.node.fitness(), Some(fitness));
    let record: serde_json::Value =
        serde_json::from_str(&server.cli(&["HGET", "clade:{shown}:candidates", "0000000003"])).unwrap();
    assert_eq!(
        (&record["node"]["operator"], &record["node"]["score"]["trials"]),
        (&"word-insertion".into(), &3.into())
    );
    // what the client prints for people is escaped; raw it is the prompt
    assert!(server.cli(&["--raw", "HGET", "clade:{shown}:prompts", "0000000003"]).contains("Question 3: {{question}}"));
    let chosen = RunEvent::CandidateChosen { candidate: clade_domain::CandidateId(1) };
    store.append(run, next, Timestamp(2), vec![chosen]).await.unwrap();
    generations.projector().catch_up().await.unwrap();
    let events = server.cli(&["XRANGE", "clade:{shown}:events", "-", "+"]);
    let kinds: Vec<&str> = events.lines().filter(|line| ["candidate", "best", "progress"].contains(line)).collect();
    // each `kind` candidate and best is followed by a field of that name
    assert_eq!(kinds.iter().filter(|kind| **kind == "progress").count(), 2, "{events}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "best").count(), 2, "{events}");
    for name in ["run", "candidates", "prompts", "fitness", "generations", "events"] {
        let left: i64 = server.cli(&["TTL", &format!("clade:{{shown}}:{name}")]).parse().unwrap();
        assert!((1..=900).contains(&left), "{name}: {left}");
    }
}
