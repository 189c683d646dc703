//! Two servers on one PostgreSQL: whichever is asked, the answer is the installation's.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clade_server::{Mode, Outside};
use clade_store::conformance::service;
use clade_store_postgres::{PostgresOptions, PostgresStore};
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    common::{PASSWORD, Person, Server, answer, client, cookie, problem, run_file, text},
    watching::{events, slow},
};

/// Two servers over a schema of their own, each with a store of its own.
async fn pair(name: &str) -> Option<[Server; 2]> {
    let url = service("PROMPTCLADE_TEST_POSTGRES_URL")?;
    let schema = format!("replicas_{name}_{}", std::process::id());
    let server = async || {
        let options = PostgresOptions { schema: schema.clone(), ..PostgresOptions::new(&url) };
        let store = Arc::new(PostgresStore::open(options).await.unwrap());
        let server = Server::over(store, Mode::Accounts, tempfile::tempdir().unwrap(), Outside::default()).await;
        assert_eq!(server.app.resume().await.unwrap(), 0);
        server
    };
    Some([server().await, server().await])
}

/// Somebody with a workspace, as both servers know them.
async fn admin(servers: &[Server; 2]) -> [Person; 2] {
    let ada = servers[0].person("ada", true).await;
    servers[0].workspace("north", &ada).await;
    let there = Person { url: servers[1].url.clone(), ..ada.clone() };
    [ada, there]
}

async fn started(person: &Person, file: Value) -> String {
    text(&person.post("/workspaces/north/runs", file, 201).await["run"])
}

async fn status(person: &Person, run: &str, wanted: &str) -> Value {
    for _ in 0..600 {
        let view = person.get(&format!("/runs/{run}")).await;
        if view["run"]["status"] == wanted {
            return view;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("run {run} is not {wanted} after half a minute: {}", person.get(&format!("/runs/{run}")).await);
}

#[tokio::test]
async fn people_are_signed_in_on_both_and_out_on_both() {
    let Some(servers) = pair("sessions").await else { return };
    let [ada, _] = admin(&servers).await;
    let sign_in = client().post(format!("{}/api/v1/session", servers[0].url));
    let answered = sign_in.json(&json!({ "login": "ada", "password": PASSWORD })).send().await.unwrap();
    let session = cookie(&answered);
    let csrf = text(&answered.json::<Value>().await.unwrap()["csrf"]);
    let there = |method: Method, path: &str| {
        client().request(method, format!("{}/api/v1{path}", servers[1].url)).header("cookie", &session)
    };
    let shown = answer(there(Method::GET, "/session"), 200).await;
    assert_eq!((text(&shown["csrf"]), text(&shown["user"]["id"])), (csrf.clone(), ada.user.to_string()));
    let mut file = run_file(60);
    file["start"] = json!(false);
    problem(there(Method::POST, "/workspaces/north/runs").json(&file), 403, "csrf").await;
    answer(there(Method::POST, "/workspaces/north/runs").header("x-csrf-token", &csrf).json(&file), 201).await;
    answer(there(Method::DELETE, "/session").header("x-csrf-token", &csrf), 204).await;
    let here = client().get(format!("{}/api/v1/tokens", servers[0].url)).header("cookie", &session);
    problem(here, 401, "unauthenticated").await;
    for server in servers {
        server.stop().await;
    }
}

#[tokio::test]
async fn a_request_with_a_key_is_carried_out_once_however_many_servers_hear_it() {
    let Some(servers) = pair("keys").await else { return };
    let both = admin(&servers).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let create = |person: &Person| {
        person.ask(Method::POST, "/workspaces/north/runs").header("idempotency-key", "k-1").json(&file).send()
    };
    let at_once = futures::future::join_all((0..12).map(|n| create(&both[n % 2]))).await;
    let mut made = Vec::new();
    for response in at_once {
        let response = response.unwrap();
        match response.status().as_u16() {
            201 => made.push(text(&response.json::<Value>().await.unwrap()["run"])),
            other => assert_eq!(other, 409, "{:?}", response.text().await),
        }
    }
    made.dedup();
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(both[0].get("/workspaces/north/runs").await["items"].as_array().unwrap().len(), 1);
    for server in servers {
        server.stop().await;
    }
}

/// What is asked of one server reaches a run of the other.
#[tokio::test]
async fn a_run_obeys_whichever_server_is_asked() {
    let Some(servers) = pair("orders").await else { return };
    let [here, there] = admin(&servers).await;
    // slow enough to go on until it is paused: an order takes up to a second to be heard
    let mut file = slow(5_000);
    file["file"] = json!(text(&file["file"]).replace("latency_ms: 20", "latency_ms: 300"));
    let run = started(&here, file).await;
    let at = |path: &str| format!("/runs/{run}{path}");
    // whoever starts with the others looks for runs to go on with, and leaves this one alone
    assert_eq!(servers[1].app.resume().await.unwrap(), 0);
    let view = status(&there, &run, "running").await;
    assert!(view["run"]["detail"] == "" && servers[0].app.running().len() == 1, "{view}");
    problem(there.ask(Method::POST, &at("/start")), 409, "conflict").await;
    problem(there.ask(Method::DELETE, &at("")), 409, "conflict").await;
    while there.get(&at("")).await["run"]["candidates"].as_u64().unwrap() < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let limits = there.ask(Method::GET, &at("/budget")).send().await.unwrap();
    let tag = limits.headers()["etag"].to_str().unwrap().to_owned();
    let larger = there.ask(Method::PUT, &at("/budget")).header("if-match", &tag).json(&json!({ "calls": 4_000 }));
    assert_eq!(answer(larger, 200).await["budget"]["calls"], 4_000);
    let again = here.ask(Method::PUT, &at("/budget")).header("if-match", tag).json(&json!({ "calls": 9 }));
    problem(again, 412, "stale").await;
    answer(there.ask(Method::POST, &at("/feedback")).json(&json!({ "text": "Be kind." })), 204).await;
    let wrote = json!({ "parent": "seed", "components": { "user": "By hand. Answer: {{question}}" }, "note": "mine" });
    let mine = text(&there.post(&at("/candidates"), wrote, 201).await["candidate"]);
    let refused = problem(there.ask(Method::POST, &at("/candidates/c0/reject")), 409, "conflict").await;
    assert!(text(&refused["detail"]).contains("it stays"), "{refused}");
    let model = json!({ "role": "reflection", "model": "simulated:gentle" });
    let refused = problem(there.ask(Method::POST, &at("/model")).json(&model), 409, "conflict").await;
    assert!(text(&refused["detail"]).contains("pause it first"), "{refused}");
    answer(there.ask(Method::POST, &at("/pause")), 202).await;
    status(&here, &run, "paused").await;
    problem(there.ask(Method::POST, &at("/pause")), 409, "conflict").await;
    // nobody takes over what was paused
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(there.get(&at("")).await["run"]["status"], "paused");
    // and it goes on where it is started
    answer(there.ask(Method::POST, &at("/start")), 202).await;
    assert_eq!((servers[0].app.running().len(), servers[1].app.running().len()), (0, 1));
    answer(here.ask(Method::POST, &at("/stop")), 202).await;
    let ended = status(&here, &run, "finished").await;
    assert!(!ended["run"]["improved"].is_null(), "{ended}");
    let journal = here.ask(Method::GET, &at("/journal")).send().await.unwrap().text().await.unwrap();
    let events = |kind: &str| journal.lines().filter(|line| line.contains(&format!("\"event\":\"{kind}\""))).count();
    assert_eq!((events("budget_changed"), events("steered")), (1, 1), "each once");
    assert_eq!(journal.matches("By hand. Answer").count(), 1, "{mine}");
    for server in servers {
        server.stop().await;
    }
}

/// A listener hears of a run that the other server carries out, every entry once, and soon.
#[tokio::test]
async fn events_reach_the_listeners_of_the_other_server_once_and_within_a_second() {
    let Some(servers) = pair("events").await else { return };
    let [here, there] = admin(&servers).await;
    let mut file = slow(600);
    file["start"] = json!(false);
    let run = started(&here, file).await;
    answer(here.ask(Method::POST, &format!("/runs/{run}/start")), 202).await;
    let path = format!("/runs/{run}/events?after=-1");
    let lags = async {
        let response = there.ask(Method::GET, &path).send().await.unwrap();
        let (mut stream, mut text, mut lags) = (response.bytes_stream(), String::new(), Vec::new());
        while let Some(Ok(part)) = stream.next().await {
            let now = clade_engine::now().0;
            text.push_str(std::str::from_utf8(&part).unwrap());
            while let Some(end) = text.find("\n\n") {
                let event: String = text.drain(..end + 2).collect();
                let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: {\"seq\"")) else { continue };
                let entry: Value = serde_json::from_str(&format!("{{\"seq\"{data}")).unwrap();
                lags.push(now - entry["at"].as_i64().unwrap());
            }
        }
        lags
    };
    let (heard, mut lags) = tokio::join!(events(&there, &path, None, usize::MAX), lags);
    let seqs: Vec<u64> = heard.iter().filter_map(|(_, id, _)| *id).collect();
    assert_eq!(seqs, (0..seqs.len() as u64).collect::<Vec<_>>());
    assert_eq!(heard.last().unwrap().2["status"], "finished", "{:?}", heard.last());
    // what was there before anybody listened is left out
    let mut lags = lags.split_off(10);
    lags.sort_unstable();
    let p95 = lags[lags.len() * 95 / 100];
    println!("lag of {} entries at the other server: median {} ms, p95 {p95} ms", lags.len(), lags[lags.len() / 2]);
    assert!(p95 <= 1_000, "p95 is {p95} ms");
    for server in servers {
        server.stop().await;
    }
}

/// A server that goes down in order leaves its runs to the others, and their listeners hear on.
#[tokio::test]
async fn runs_of_a_server_that_goes_down_go_on_at_the_other() {
    let Some([first, second]) = pair("down").await else { return };
    let servers = [first, second];
    let [here, there] = admin(&servers).await;
    let run = started(&here, slow(800)).await;
    let path = format!("/runs/{run}/events?after=-1");
    let [first, second] = servers;
    let listening = events(&there, &path, None, usize::MAX);
    let going = async {
        status(&there, &run, "running").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        first.stop().await;
        let gone = Instant::now();
        while second.app.running().is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        println!("taken over after {:?}", gone.elapsed());
    };
    let (heard, ()) = tokio::join!(listening, going);
    let seqs: Vec<u64> = heard.iter().filter_map(|(_, id, _)| *id).collect();
    assert_eq!(seqs, (0..seqs.len() as u64).collect::<Vec<_>>());
    let sessions = heard.iter().filter(|(_, _, data)| data["event"] == "session_started").count();
    assert_eq!((sessions, &heard.last().unwrap().2["status"]), (2, &json!("finished")));
    assert_eq!(there.get(&format!("/runs/{run}")).await["run"]["status"], "finished");
    second.stop().await;
}
