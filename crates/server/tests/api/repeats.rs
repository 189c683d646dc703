//! Creations that are sent twice with one `Idempotency-Key`.

use clade_domain::Role;
use clade_server::{Mode, Reachable};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::*;

async fn north() -> (Server, Person) {
    let server = Server::reaching(Reachable::Private, clade_models::HostNames::default()).await;
    let admin = server.person("admin", true).await;
    server.workspace("north", &admin).await;
    (server, admin)
}

#[tokio::test]
async fn what_creates_something_creates_it_once() {
    let (server, admin) = north().await;
    server.person("ben", false).await;
    let trying = json!({ "prompt": { "components": [{ "name": "user", "role": "user", "text": "Hello" }] }, "vars": {},
        "models": ["simulated:gentle"] });
    let demo = admin.ask(Method::POST, "/workspaces/north/runs/demo").header("idempotency-key", "demo");
    let run = text(&answer(demo, 201).await["run"]);
    let table: [(&str, Value, u16); 4] = [
        ("/workspaces/north/runs/demo", Value::Null, 201),
        ("/workspaces/north/members", json!({ "login": "ben", "role": "user" }), 201),
        ("/workspaces/north/playground", trying, 200),
        (&format!("/runs/{run}/feedback"), json!({ "text": "Be brief." }), 204),
    ];
    for (path, body, status) in table {
        let ask = || {
            let asked = admin.ask(Method::POST, path).header("idempotency-key", path.replace('/', "-"));
            if body.is_null() { asked } else { asked.json(&body) }
        };
        let first = answer(ask(), status).await;
        let again = ask().send().await.unwrap();
        assert_eq!(again.status().as_u16(), status, "{path}");
        assert_eq!(again.headers().get("idempotent-replayed").map(|it| it.as_bytes()), Some(&b"true"[..]), "{path}");
        let again = again.text().await.unwrap();
        let again: Value = if again.is_empty() { Value::Null } else { serde_json::from_str(&again).unwrap() };
        assert_eq!(first, again, "{path}");
    }
    let runs = admin.get("/workspaces/north/runs").await;
    assert_eq!(runs["items"].as_array().unwrap().len(), 2, "{runs}");
    server.stop().await;
}

/// The secret is kept nowhere, so it is not told again; and nothing is made twice.
#[tokio::test]
async fn what_shows_a_secret_once_is_made_once_and_told_once() {
    let (server, admin) = north().await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&admin.post("/workspaces/north/runs", file, 201).await["run"]);
    let table = [
        ("/tokens".to_owned(), json!({ "name": "ci", "ceiling": "user" })),
        ("/workspaces/north/invitations".into(), json!({ "role": "user" })),
        ("/workspaces/north/webhooks".into(), json!({ "url": "http://127.0.0.1:9/", "events": ["run.finished"] })),
        (format!("/runs/{run}/shares"), json!({ "note": "for ben" })),
    ];
    for (path, body) in table {
        let count = || async { admin.get(&path).await["items"].as_array().unwrap().len() };
        let before = count().await;
        let ask = || admin.ask(Method::POST, &path).header("idempotency-key", path.replace('/', "-")).json(&body);
        let made = answer(ask(), 201).await;
        let again = problem(ask(), 409, "told_once").await;
        assert_eq!(count().await, before + 1, "{path}: {again}");
        let secret = made["secret"].as_str();
        let secret = secret.map(str::to_owned).unwrap_or_else(|| text(&made["link"]));
        assert!(!again.to_string().contains(&secret));
        // nor is it in the database
        let kept =
            std::fs::read_dir(server.folder()).unwrap().filter_map(|file| std::fs::read(file.unwrap().path()).ok());
        let secret = secret.rsplit('#').next().unwrap().to_owned();
        for bytes in kept {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{path}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_bundle_is_taken_in_once() {
    let server = Server::start(Mode::Anonymous).await;
    let me = server.token(clade_domain::UserId::default(), Role::Instance).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    let bundle =
        me.ask(Method::GET, &format!("/runs/{run}/export?format=bundle")).send().await.unwrap().bytes().await.unwrap();
    let take = || {
        let asked = me.ask(Method::POST, "/workspaces/local/runs/import?run=taken-in").header("idempotency-key", "i-1");
        asked.body(bundle.clone())
    };
    let first = answer(take(), 201).await;
    assert_eq!(answer(take(), 201).await, first);
    server.stop().await;
}
