//! Several `clade serve` on one PostgreSQL: the death of one, and messages that are sent once.

use std::{
    collections::BTreeMap,
    io::Write,
    net::TcpListener,
    sync::mpsc::{Sender, channel},
    time::{Duration, Instant},
};

use clade_store::conformance::service;
use futures::StreamExt;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::common::{Place, Ran, Served};

/// A place whose system of record is a schema that it shares with others of that name. Each has a data folder of its own.
fn place(url: &str, name: &str) -> Place {
    let place = Place::new();
    let schema = format!("{name}_{}", std::process::id());
    place.write("data/promptclade.toml", format!("[store]\nurl = '{url}'\nschema = '{schema}'\n"));
    place.write("secret", "0123456789abcdef".repeat(4));
    place
}

fn serve(place: &Place) -> Served {
    let secret = place.path("secret");
    Served::start(place, &["--secret-key-file", secret.to_str().unwrap(), "--allow-private-webhooks"])
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn request((url, token): (&str, &str), method: Method, path: &str) -> RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.request(method, format!("{url}/api/v1{path}")).bearer_auth(token)
}

/// What a listener hears of the run `journey`, with the number of each entry, until the stream ends.
async fn heard(url: String, token: String, sender: Sender<(Option<u64>, Value)>) {
    let listen = request((&url, &token), Method::GET, "/runs/journey/events?after=-1");
    let response = listen.send().await.unwrap();
    let (mut stream, mut text) = (response.bytes_stream(), String::new());
    while let Some(Ok(part)) = stream.next().await {
        text.push_str(std::str::from_utf8(&part).unwrap());
        while let Some(end) = text.find("\n\n") {
            let event: String = text.drain(..end + 2).collect();
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            if let (Some("entry" | "end"), Some(data)) = (field("event:"), field("data:")) {
                let number = field("id:").map(|id| id.parse().unwrap());
                sender.send((number, serde_json::from_str(data).unwrap())).unwrap();
            }
        }
    }
}

/// The owner of a run is killed in the middle. The other server takes it over, its listener hears every entry once and to the end, and the run ends as
/// one that nobody disturbed.
#[test]
fn a_run_whose_server_is_killed_goes_on_at_the_other() {
    let Some(url) = service("PROMPTCLADE_TEST_POSTGRES_URL") else { return };
    let (first, second, plain) = (place(&url, "killed"), place(&url, "killed"), Place::new());
    for place in [&first, &plain] {
        place.slow(100);
        let file = std::fs::read_to_string(place.path("p.yaml")).unwrap();
        place.write("p.yaml", format!("{file}evaluateOptions: {{maxConcurrency: 8}}\n"));
    }
    let (owner, other) = (serve(&first), serve(&second));
    let told = std::thread::spawn({
        let mut command = owner.clade(&first, &["run", "p.yaml", "--quiet", "--run-id", "journey"]);
        // whoever watches it at the owner loses it with the owner
        move || command.output().unwrap()
    });
    let (sender, hears) = channel();
    let runtime = runtime();
    let created = Instant::now();
    let runs = |shown: Ran| shown.code == 0 && shown.result()["status"] == "running";
    while !runs(other.run(&second, &["show", "journey", "--json"])) {
        assert!(created.elapsed() < Duration::from_secs(180), "it does not begin");
    }
    let listening = runtime.spawn(heard(other.url.clone(), other.token.clone(), sender));
    let (mut entries, mut end) = (Vec::new(), Value::Null);
    let mut owner = Some(owner);
    let mut killed = None;
    while let Ok((number, entry)) = hears.recv_timeout(Duration::from_secs(90)) {
        match number {
            Some(number) => entries.push((number, entry)),
            None => end = entry,
        }
        let trials = entries.iter().filter(|(_, entry)| entry["event"] == "trial_finished").count();
        if trials >= 60
            && let Some(owner) = owner.take()
        {
            owner.kill();
            killed = Some((Instant::now(), entries.len()));
        }
        if let Some((at, length)) = killed
            && entries.last().unwrap().1["event"] == "session_started"
            && entries.len() > length
        {
            println!("it went on {:.1} s after the kill", at.elapsed().as_secs_f64());
            killed = None;
        }
    }
    runtime.block_on(listening).unwrap();
    drop(told.join().unwrap());
    assert_eq!(end["status"], "finished", "{end}");
    let numbers: Vec<u64> = entries.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>(), "every entry once, in order");
    let sessions = entries.iter().filter(|(_, entry)| entry["event"] == "session_started").count();
    assert_eq!(sessions, 2);

    let expected = plain.finished("journey").result();
    for arguments in [&["lineage", "journey", "--all", "--rejected"][..], &["best", "journey"]] {
        assert_eq!(second.ok(arguments), plain.ok(arguments), "{arguments:?}");
    }
    // what was bought before the kill was not bought again
    let shown = second.json(&["show", "journey"]);
    let spent = |of: &Value| of["spent"]["calls"].clone();
    assert_eq!(spent(&shown["result"]), spent(&expected), "{shown}");
    other.stop();
}

/// Each message is sent by one of the servers.
#[test]
fn webhooks_are_told_once_by_two_servers() {
    let Some(url) = service("PROMPTCLADE_TEST_POSTGRES_URL") else { return };
    const MESSAGES: usize = 40;
    let (first, second) = (place(&url, "hooks"), place(&url, "hooks"));
    let servers = [serve(&first), serve(&second)];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    let runtime = runtime();
    let made: Value = runtime.block_on(async {
        let wanted = json!({ "url": hook, "events": ["run.finished"] });
        let made =
            request((&servers[0].url, &servers[0].token), Method::POST, "/workspaces/local/webhooks").json(&wanted);
        made.send().await.unwrap().json().await.unwrap()
    });
    let hook = made["webhook"]["id"].as_str().unwrap().to_owned();
    let (sender, messages) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                let mut part = [0; 4096];
                let read = std::io::Read::read(&mut stream, &mut part).unwrap();
                head.extend_from_slice(&part[..read]);
            }
            let head = String::from_utf8_lossy(&head).to_lowercase();
            let id = head.lines().find_map(|line| line.strip_prefix("x-clade-delivery: ")).unwrap().to_owned();
            drop(stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"));
            if sender.send(id).is_err() {
                return;
            }
        }
    });
    let pings = runtime.block_on(async {
        let path = format!("/workspaces/local/webhooks/{hook}/test");
        let ping = |n: usize| request((&servers[n % 2].url, &servers[n % 2].token), Method::POST, &path).send();
        futures::future::join_all((0..MESSAGES).map(ping)).await
    });
    assert!(pings.iter().all(|ping| ping.as_ref().unwrap().status() == 202), "{pings:?}");
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    // until nothing comes for longer than a server waits before it looks again
    while let Ok(id) = messages.recv_timeout(Duration::from_secs(12)) {
        *times.entry(id).or_default() += 1;
    }
    assert_eq!(times.len(), MESSAGES);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    for server in servers {
        server.stop();
    }
}
