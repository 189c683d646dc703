//! Servers that die in the middle of a run and come back: the run ends as one that nobody disturbed, and nothing is missing afterwards.

use std::time::{Duration, Instant};

use clade_store::conformance::service;
use clade_test_servers::{DynamoServer, Neo4jServer, PostgresServer, RedisServer};
use serde_json::Value;

use crate::{
    backends::With,
    common::{Place, Ran, Served, Working, essence},
};

/// The run of this name that nobody disturbs, over nothing but a file.
fn undisturbed(latency_ms: u32, name: &str) -> (Place, Value) {
    let plain = Place::new();
    plain.slow(latency_ms);
    let result = plain.finished(name).result();
    (plain, essence(&result))
}

/// Waits for the end of a run that was disturbed.
fn ended(run: Working) -> Value {
    let (code, out, err) = run.end();
    assert!([Some(0), Some(3)].contains(&code), "{code:?} {out}{err}");
    let last: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    essence(&last["result"])
}

/// Nothing is missing in either server, at once or after `clade sync`.
fn caught_up(with: &With<'_>) {
    let status = || with.ok(&["sync", "--status"]).matches("nothing is missing").count();
    if status() < 2 {
        with.ok(&["sync"]);
        assert_eq!(status(), 2);
    }
}

#[test]
fn projections_that_die_in_mid_run_change_nothing_and_catch_up() {
    let (Some(mut neo4j), Some(mut redis)) = (Neo4jServer::start(), RedisServer::start(&[])) else { return };
    let place = Place::new();
    place.slow(150);
    let with = With {
        place: &place,
        variables: vec![("CLADE_LINEAGE_URL", neo4j.url.clone()), ("CLADE_GENERATIONS_URL", redis.url())],
    };
    let mut run = Working::start(with.command(&["run", "p.yaml", "--json", "--run-id", "disturbed", "-j", "8"]));
    run.until_trials(40);
    neo4j.process.kill();
    redis.process.kill();
    run.until_trials(60);
    redis.process.restart();
    neo4j.process.restart();
    let result = ended(run);
    let (plain, expected) = undisturbed(150, "disturbed");
    assert_eq!(result, expected);
    caught_up(&with);
    for arguments in [&["lineage", "disturbed", "--all"][..], &["lineage", "disturbed", "--of", "best"]] {
        assert_eq!(with.ok(arguments), plain.ok(arguments), "{arguments:?}");
    }
}

#[test]
fn a_server_that_is_silent_holds_no_other_up() {
    let (Some(neo4j), Some(redis)) = (Neo4jServer::start(), RedisServer::start(&[])) else { return };
    let place = Place::new();
    place.slow(150);
    let with = With {
        place: &place,
        variables: vec![("CLADE_LINEAGE_URL", neo4j.url.clone()), ("CLADE_GENERATIONS_URL", redis.url())],
    };
    let mut run = Working::start(with.command(&["run", "p.yaml", "--json", "--run-id", "silent", "-j", "4"]));
    run.until_trials(20);
    neo4j.process.signal("STOP");
    run.until_trials(20);
    // it is waited for longer than this
    let read = || redis.cli(&["HGET", "clade:{silent}:run", "next"]).parse().unwrap_or(0);
    let (begun, before): (_, u64) = (Instant::now(), read());
    while read() <= before {
        assert!(begun.elapsed() < Duration::from_secs(60), "Redis has {before} entries for a minute");
        run.until_trials(1);
    }
}

#[test]
fn a_table_that_dies_in_mid_run_changes_nothing_and_catches_up() {
    let Some(mut dynamodb) = DynamoServer::start() else { return };
    let place = Place::new();
    place.slow(100);
    let with = With {
        place: &place,
        variables: vec![
            ("CLADE_GENERATIONS_URL", dynamodb.url("disturbed")),
            ("AWS_ACCESS_KEY_ID", "local".into()),
            ("AWS_SECRET_ACCESS_KEY", "local".into()),
        ],
    };
    with.ok(&["migrate"]);
    let mut run = Working::start(with.command(&["run", "p.yaml", "--json", "--run-id", "disturbed", "-j", "8"]));
    run.until_trials(30);
    dynamodb.process.kill();
    run.until_trials(60);
    dynamodb.process.restart();
    let result = ended(run);
    assert_eq!(result, undisturbed(100, "disturbed").1);
    with.ok(&["sync"]);
    assert!(with.ok(&["sync", "--status"]).contains("nothing is missing"));
}

/// Nobody calls `clade sync`: a run went from its beginning to its end while Redis was away, and `clade serve` brings it later.
#[test]
fn a_server_carries_over_by_itself_what_came_while_redis_was_away() {
    let Some(mut redis) = RedisServer::start(&[]) else { return };
    redis.process.kill();
    let place = Place::new();
    let token = place.json(&["token", "add", "test"])["secret"].as_str().unwrap().to_owned();
    let with = With { place: &place, variables: vec![("CLADE_GENERATIONS_URL", redis.url())] };
    let served = Served::with(with.command(&["serve", "--port", "0", "--json"]), token);
    let ran = served.run(&place, &["run", "p.yaml", "--json", "--run-id", "away"]);
    assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
    assert!(with.run(&["sync", "--status"]).stderr.contains("cannot be reached"));
    redis.process.restart();
    let begun = Instant::now();
    while !with.ok(&["sync", "--status"]).contains("nothing is missing") {
        assert!(begun.elapsed() < Duration::from_secs(180), "it is as far behind as before");
        std::thread::sleep(Duration::from_millis(200));
    }
    served.stop();
}

#[test]
fn a_system_of_record_that_dies_in_mid_run_is_waited_for() {
    let Some(mut postgres) = PostgresServer::start() else { return };
    let place = Place::new();
    place.slow(40);
    let with = With { place: &place, variables: vec![("CLADE_STORE_URL", postgres.url())] };
    let mut run = Working::start(with.command(&["run", "p.yaml", "--json", "--run-id", "disturbed", "-j", "8"]));
    for trials in [30, 40] {
        run.until_trials(trials);
        postgres.kill();
        std::thread::sleep(Duration::from_millis(700));
        postgres.restart();
    }
    let result = ended(run);
    let (plain, expected) = undisturbed(40, "disturbed");
    assert_eq!(result, expected);
    assert_eq!(with.ok(&["lineage", "disturbed", "--all"]), plain.ok(&["lineage", "disturbed", "--all"]));
    // each answer was bought once: the account is that of the run alone
    let answers = postgres.psql("SELECT count(*) FROM promptclade.answers WHERE run = 'disturbed' AND role <> ''");
    assert_eq!(expected["spent"]["calls"].to_string(), answers);
}

#[test]
fn only_the_clock_of_the_server_counts_for_who_holds_a_run() {
    let (Some(url), Some(clock)) = (service("PROMPTCLADE_TEST_POSTGRES_URL"), service("PROMPTCLADE_TEST_FAKETIME"))
    else {
        return;
    };
    let place = Place::new();
    place.slow(150);
    let schema = format!("skewed_{}", std::process::id());
    place.write("promptclade.toml", format!("[store]\nurl = '{url}'\nschema = '{schema}'\n"));
    let with = With { place: &place, variables: Vec::new() };
    with.ok(&["migrate"]);
    let at = |skew: &str, arguments: &[&str]| {
        let mut command = with.command(arguments);
        command.envs([("LD_PRELOAD", clock.as_str()), ("FAKETIME", skew), ("DONT_FAKE_MONOTONIC", "1")]);
        command
    };
    // the holder's clock is five minutes behind, whoever wants the run five minutes ahead: its lease would be over for both
    let mut run = Working::start(at("-300s", &["run", "p.yaml", "--json", "--run-id", "skewed", "-j", "1"]));
    run.until_trials(4);
    let refused = Ran::of(at("+300s", &["resume", "skewed"]));
    assert!(refused.stderr.contains("is open in another process"), "{}", refused.stderr);
    run.signal("KILL");
    drop(run);
    let begun = Instant::now();
    let resumed = loop {
        let resumed = with.run(&["resume", "skewed", "--json", "-j", "64"]);
        if !resumed.stderr.contains("is open in another process") {
            break resumed;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{}", resumed.stderr);
        std::thread::sleep(Duration::from_secs(1));
    };
    assert_eq!(essence(&resumed.result()), undisturbed(150, "skewed").1);
}
