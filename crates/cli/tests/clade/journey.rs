//! The whole way of a person through an installation in which every part is a real server: PostgreSQL holds it, Neo4j the family tree, Redis and then
//! DynamoDB the generations. Sign-in alone goes through a stand-in, for Supabase Auth.

use std::{collections::BTreeMap, time::Duration};

use clade_auth_standin::{AuthSettings, StandInAuth};
use clade_store::conformance::service;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::{
    backends::{With, redis},
    common::{Place, Served},
};

/// What a browser holds between pages.
struct Browser {
    server: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    async fn send(&mut self, request: RequestBuilder) -> Response {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        for set in response.headers().get_all("set-cookie") {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        response
    }

    async fn get(&mut self, path: &str) -> Value {
        let request = client().get(format!("{}/api/v1{path}", self.server));
        self.send(request).await.json().await.unwrap()
    }

    async fn post(&mut self, path: &str, body: Value, status: u16) -> Value {
        let csrf = self.get("/session").await["csrf"].as_str().unwrap_or_default().to_owned();
        let request = client().request(Method::POST, format!("{}/api/v1{path}", self.server));
        let response = self.send(request.header("x-csrf-token", csrf).json(&body)).await;
        let (found, text) = (response.status().as_u16(), response.text().await.unwrap());
        assert_eq!(found, status, "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Follows redirects from an address to a page of the server.
    async fn follow(&mut self, url: &str) -> String {
        let mut at = url.to_owned();
        loop {
            let answer = self.send(client().get(&at).header("sec-fetch-site", "cross-site")).await;
            match answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()) {
                Some(to) if to.starts_with("http") => at = to,
                Some(to) => return to,
                None => panic!("{at} leads nowhere: {}", answer.text().await.unwrap()),
            }
        }
    }

    async fn finished(&mut self, run: &str) -> Value {
        for _ in 0..1_200 {
            let view = self.get(&format!("/runs/{run}")).await;
            if view["run"]["status"] == "finished" {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("run {run} did not finish within a minute");
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn run_file(place: &Place) -> Value {
    let read = |name: &str| std::fs::read_to_string(place.path(name)).unwrap();
    json!({
        "file": read("p.yaml"),
        "files": { "prompt.txt": read("prompt.txt"), "data.jsonl": read("data.jsonl") },
        "run": "whole-journey",
    })
}

#[test]
fn somebody_signs_up_works_and_takes_their_run_along() {
    let names = ["POSTGRES", "NEO4J", "REDIS", "DYNAMODB"].map(|name| format!("PROMPTCLADE_TEST_{name}_URL"));
    let [Some(postgres), Some(neo4j), Some(redis_url), Some(dynamodb)] = names.each_ref().map(|name| service(name))
    else {
        return;
    };
    let _turn = clade_test_servers::turn_at(&neo4j);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let auth = runtime.block_on(StandInAuth::start(AuthSettings::default())).unwrap();
    let place = Place::new();
    let table = format!("journey-{}", std::process::id());
    let configured = |generations: &str| {
        place.write(
            "data/promptclade.toml",
            format!(
                "[store]\nurl = '{postgres}'\nschema = 'journey_{}'\n[generations]\nurl = '{generations}'\n\
                 [accounts.supabase]\nurl = '{}'\npublishable_key = 'sb_publishable_test'\n",
                std::process::id(),
                auth.url(),
            ),
        );
    };
    let with = With {
        place: &place,
        variables: vec![
            ("CLADE_LINEAGE_URL", neo4j),
            ("AWS_ACCESS_KEY_ID", "local".into()),
            ("AWS_SECRET_ACCESS_KEY", "local".into()),
        ],
    };
    configured(&redis_url);
    with.ok(&["migrate"]);
    with.ok(&["rebuild", "lineage", "--everything"]);
    with.ok(&["rebuild", "generations", "--everything"]);
    let doctor = with.ok(&["doctor"]);
    for server in ["PostgreSQL at", "Neo4j at", "Redis at", "ok   supabase"] {
        assert!(doctor.contains(server), "{doctor}");
    }
    with.ok(&["user", "add", "zoe@example.org", "--admin", "--elsewhere"]);

    // signing up, with the link of the mail; then a workspace and a run
    let server = Served::with(with.command(&["serve", "--port", "0", "--json"]), String::new());
    let mut browser = Browser { server: server.url.clone(), cookies: BTreeMap::new() };
    runtime.block_on(async {
        let new = json!({ "email": "zoe@example.org", "password": "correct horse battery", "name": "Zoë" });
        browser.post("/session/supabase/people", new, 200).await;
        assert!(browser.get("/session").await["user"].is_null(), "the address is not confirmed yet");
        assert_eq!(browser.follow(&auth.mails()[0].link).await, "/");
        assert_eq!(browser.get("/session").await["user"]["login"], "zoe@example.org");
        browser.post("/workspaces", json!({ "id": "north", "name": "North" }), 201).await;
        browser.post("/workspaces/north/runs", run_file(&place), 201).await;
        browser.finished("whole-journey").await;
    });

    // the family tree is in Neo4j, the generations are in Redis, and both are what PostgreSQL's journal says
    let status = || {
        let said = with.ok(&["sync", "--status"]);
        said.matches("nothing is missing").count()
    };
    let waited = std::time::Instant::now();
    while status() < 2 {
        // a feed that failed once, as on a busy machine, rests longer and longer before it tries again
        assert!(waited.elapsed() < Duration::from_secs(120), "{}", with.ok(&["sync", "--status"]));
    }
    let (view, best, tree) = runtime.block_on(async {
        let of = |path: &str| format!("/runs/whole-journey{path}");
        (browser.get(&of("")).await, browser.get(&of("/candidates/best")).await, browser.get(&of("/lineage")).await)
    });
    let number = best["node"]["id"].as_str().unwrap().trim_start_matches("whole-journey@c").parse::<u32>().unwrap();
    assert_eq!(redis(&["HGET", "clade:{whole-journey}:run", "best"]), format!("{number:010}"));
    assert_eq!(tree["total"], view["run"]["candidates"], "{tree}");
    let plain = Place::new();
    plain.finished("whole-journey");
    let arguments = &["lineage", "whole-journey", "--all"];
    assert_eq!(with.ok(arguments), plain.ok(arguments), "the same run in a file");
    server.stop();

    // the same installation with DynamoDB instead of Redis: what was there is carried over, and a branch goes on from it
    configured(&format!("dynamodb://us-east-1/{table}?endpoint={dynamodb}"));
    with.ok(&["migrate"]);
    with.ok(&["sync"]);
    let server = Served::with(with.command(&["serve", "--port", "0", "--json"]), String::new());
    browser.server = server.url.clone();
    runtime.block_on(async {
        let from = json!({ "from": "best", "run": "whole-branch", "budget": { "calls": 200 }, "seed": 3 });
        browser.post("/runs/whole-journey/branches", from, 201).await;
        browser.finished("whole-branch").await;
    });
    let waited = std::time::Instant::now();
    while status() < 2 {
        // a feed that failed once, as on a busy machine, rests longer and longer before it tries again
        assert!(waited.elapsed() < Duration::from_secs(120), "{}", with.ok(&["sync", "--status"]));
    }
    let ancestors = with.ok(&["lineage", "whole-branch", "--ancestors", "seed"]);
    assert!(ancestors.contains("whole-journey"), "a branch descends from its trunk, in Neo4j too: {ancestors}");
    let rebuilt: Value = serde_json::from_str(&with.ok(&["rebuild", "generations", "--json"])).unwrap();
    assert!(rebuilt["entries"].as_u64().unwrap() > 100, "{rebuilt}");

    // and away with it
    let bundle = runtime.block_on(async {
        let export = client().get(format!("{}/api/v1/runs/whole-branch/export?format=bundle", browser.server));
        let answer = browser.send(export).await;
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap()
    });
    server.stop();
    let home = Place::new();
    home.write("run.clade", &bundle);
    home.ok(&["import", "run.clade"]);
    assert_eq!(home.ok(&["best", "whole-branch"]), with.ok(&["best", "whole-branch"]));
}
