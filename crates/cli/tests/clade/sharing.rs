//! Answers that processes with stores of their own share through Redis.

use std::{collections::BTreeSet, time::Duration};

use clade_domain::ContentHash;
use clade_store::{AnswerLog, Journal, Store};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use clade_test_servers::RedisServer;

use crate::common::{Place, Simulator, Working, essence};

/// Two places with stores of their own that ask the same server the same.
fn places(simulator: &Simulator, shared: &str) -> [Place; 2] {
    [(); 2].map(|()| {
        let place = Place::new();
        place.run_file(&simulator.providers(""), "{calls: 300}");
        place.write("promptclade.toml", format!("[answers]\nurl = '{shared}'\n"));
        place
    })
}

fn running(place: &Place) -> Working {
    let mut command = place.clade();
    command.args(["run", "p.yaml", "--json", "-j", "16"]);
    Working::start(command)
}

#[test]
fn what_two_processes_ask_at_once_is_bought_once() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let home = Place::new();
    let simulator = Simulator::start(&home, &["--latency-ms", "60"]);
    let places = places(&simulator, &redis.url());
    assert!(places[0].ok(&["doctor"]).contains("ok   answers"));
    let both = places.each_ref().map(running);
    for run in both {
        let (code, out, err) = run.end();
        assert!([Some(0), Some(3)].contains(&code), "{out}{err}");
    }
    let stats = simulator.stop()["result"].take();
    let [first, second] = places.each_ref().map(bought);
    assert!(first.len() > 50 && second.len() > 50, "both bought: {} and {}", first.len(), second.len());
    assert_eq!(first.intersection(&second).count(), 0, "{stats}");
    assert_eq!(stats["answered"], first.len() + second.len(), "{stats}");
}

/// The keys of the answers that the only run of a place bought itself.
fn bought(place: &Place) -> BTreeSet<ContentHash> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(&place.path("data/clade.db"), SqliteOptions::default()).await.unwrap();
        let run = store.summary("last".into()).await.unwrap().run;
        let answers = store.answers_of(run, None, 10_000).await.unwrap();
        store.close().await.unwrap();
        answers.into_iter().map(|answer| answer.key).collect()
    })
}

/// What one run alone asks twice on purpose, to know how much answers vary.
fn repeats_of_one() -> u64 {
    let home = Place::new();
    let simulator = Simulator::start(&home, &[]);
    home.run_file(&simulator.providers(""), "{calls: 300}");
    let ran = home.finished("alone");
    assert!([0, 3].contains(&ran.code));
    simulator.stop()["result"]["repeated_bodies"].as_u64().unwrap()
}

#[test]
fn whoever_dies_while_buying_lets_the_other_buy() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let home = Place::new();
    let simulator = Simulator::start(&home, &["--latency-ms", "100"]);
    let places = places(&simulator, &redis.url());
    let mut first = running(&places[0]);
    first.until_trials(20);
    let second = running(&places[1]);
    std::thread::sleep(Duration::from_millis(700));
    first.signal("KILL");
    drop(first);
    let (code, out, err) = second.end();
    assert!([Some(0), Some(3)].contains(&code), "{out}{err}");
    // what was under way when it died is bought again, and nothing else
    let stats = simulator.stop()["result"].take();
    assert!(stats["repeated_bodies"].as_u64().unwrap() <= repeats_of_one() + 16, "{stats}");
}

#[test]
fn a_run_goes_on_without_the_server_that_shares() {
    let Some(mut redis) = RedisServer::start(&[]) else { return };
    let (place, plain) = (Place::new(), Place::new());
    for place in [&place, &plain] {
        place.slow(20);
    }
    place.write("promptclade.toml", format!("[answers]\nurl = '{}'\n", redis.url()));
    let mut run = Working::start({
        let mut command = place.clade();
        command.args(["run", "p.yaml", "--json", "--run-id", "alone"]);
        command
    });
    run.until_trials(30);
    redis.process.kill();
    let (code, out, err) = run.end();
    assert!([Some(0), Some(3)].contains(&code), "{out}{err}");
    let last: serde_json::Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(essence(&last["result"]), essence(&plain.finished("alone").result()));
    let doctor = place.run(&["doctor"]);
    assert!(doctor.code == 1 && doctor.stdout.contains("FAIL answers"), "{}", doctor.stdout);
}
