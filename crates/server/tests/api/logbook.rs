//! What the audit log tells of what people do with runs.

use clade_accounts::NewToken;
use clade_domain::{Role, UserId};
use clade_engine::now;
use clade_server::Mode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::*;

async fn told(who: &Person, action: &str) -> Vec<Value> {
    let log = who.get("/workspaces/north/audit?limit=500").await;
    let all = log["items"].as_array().unwrap().iter().filter(|entry| entry["action"] == action);
    all.cloned().collect()
}

#[tokio::test]
async fn the_log_tells_what_happened_and_nothing_else() {
    let server = Server::start(Mode::Accounts).await;
    let (admin, ben) = (server.person("admin", false).await, server.person("ben", false).await);
    let north = server.workspace("north", &admin).await;
    server.join(&north, &ben, Role::User, &admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&admin.post("/workspaces/north/runs", file, 201).await["run"]);

    let comment = ben.post(&format!("/runs/{run}/comments"), json!({ "text": "a secret" }), 201).await;
    answer(admin.ask(Method::DELETE, &format!("/runs/{run}/comments/{}", text(&comment["id"]))), 204).await;
    let removed = told(&admin, "comment.remove").await;
    assert_eq!(removed.len(), 1);
    assert_eq!((&removed[0]["before"]["by"], &removed[0]["after"]), (&json!(ben.user), &Value::Null), "{removed:?}");
    assert_eq!(removed[0]["before"]["text"], "a secret", "what was removed, for whoever has to look into it");

    let body = json!({ "role": "task", "model": "simulated:rough" });
    admin.post(&format!("/runs/{run}/model"), body, 204).await;
    let changed = told(&admin, "run.model").await;
    assert_eq!(changed[0]["before"], json!({ "role": "task", "model": "simulated:gentle" }), "{changed:?}");
    let body = json!({ "role": "task", "model": "simulated:gentle" });
    admin.post(&format!("/runs/{run}/model"), body, 204).await;
    let changed = told(&admin, "run.model").await;
    assert_eq!(changed[0]["before"]["model"], "simulated:rough", "{changed:?}");

    let joined = told(&admin, "member.add").await;
    assert_eq!(joined[0]["after"], json!({ "role": "user", "budget": {} }), "{joined:?}");

    let path = format!("/runs/{run}");
    answer(admin.ask(Method::POST, &format!("{path}/restore")), 204).await;
    assert_eq!(told(&admin, "run.restore").await.len(), 0, "it was never deleted");
    for _ in 0..2 {
        answer(admin.ask(Method::DELETE, &path), 204).await;
    }
    assert_eq!(told(&admin, "run.delete").await.len(), 1, "it was deleted once");
    for _ in 0..2 {
        answer(admin.ask(Method::POST, &format!("{path}/restore")), 204).await;
    }
    assert_eq!(told(&admin, "run.restore").await.len(), 1);
    server.stop().await;
}

/// Who keeps an installation sees to people and limits, and reads nothing that a workspace writes.
#[tokio::test]
async fn who_is_no_member_reads_no_texts_in_the_log() {
    let server = Server::start(Mode::Accounts).await;
    let (root, admin) = (server.person("root", true).await, server.person("admin", false).await);
    server.workspace("north", &admin).await;
    let mut file = run_file(200);
    file["start"] = json!(false);
    let run = text(&admin.post("/workspaces/north/runs", file, 201).await["run"]);
    let at = |rest: &str| format!("/runs/{run}{rest}");
    let tag = format!("\"{}\"", admin.get(&at("")).await["revision"]);
    let describe = admin.ask(Method::PATCH, &at("")).header("if-match", tag);
    answer(describe.json(&json!({ "description": "the hush deal" })), 200).await;
    admin.post(&at("/feedback"), json!({ "text": "hush, be kind" }), 204).await;
    let comment = admin.post(&at("/comments"), json!({ "text": "hush" }), 201).await;
    answer(admin.ask(Method::DELETE, &at(&format!("/comments/{}", text(&comment["id"])))), 204).await;
    let hook = json!({ "url": "https://hush.example.org/x", "events": ["run.finished"] });
    admin.post("/workspaces/north/webhooks", hook, 201).await;
    let place = admin.get("/workspaces/north").await;
    let change = admin.ask(Method::PATCH, "/workspaces/north").header("if-match", format!("\"{}\"", place["revision"]));
    answer(change.json(&json!({ "base_urls": ["https://hush.example.org/v1"] })), 200).await;
    answer(admin.ask(Method::DELETE, &at("")), 204).await;

    for path in ["audit?limit=500", "audit.jsonl"] {
        let read = async |who: &Person| {
            let asked = who.ask(Method::GET, &format!("/workspaces/north/{path}")).send().await.unwrap();
            asked.text().await.unwrap()
        };
        let (theirs, ours) = (read(&root).await, read(&admin).await);
        assert_eq!(ours.matches("hush").count(), 6, "{ours}");
        assert!(!theirs.contains("hush"), "{theirs}");
        for kept in ["run.describe", "run.feedback", "comment.remove", "webhook.add", "workspace.change", run.as_str()]
        {
            assert_eq!(theirs.matches(kept).count(), ours.matches(kept).count(), "{kept}: {theirs}");
        }
        assert!(theirs.contains("simulated:gentle"), "{theirs}");
    }
    server.stop().await;
}

/// Whoever is at the machine makes tokens for others, and it is them who did.
#[tokio::test]
async fn a_token_that_somebody_else_made_is_told_as_theirs() {
    let server = Server::start(Mode::Accounts).await;
    let (root, ben) = (server.person("root", true).await, server.person("ben", false).await);
    let new = NewToken { name: "t".into(), ceiling: Role::User, workspace: None, expires: None, made_with: None };
    let machine = UserId::default();
    let (_, token) = server.accounts.add_token(&ben.user, new, &machine, now()).await.unwrap();
    server.accounts.remove_token(&ben.user, &token.id, &machine, now()).await.unwrap();
    let log = root.get("/audit?what=token&who=local").await;
    let shown = json!({ "user": ben.user, "hint": token.hint });
    // both may be of one millisecond
    let entry = |action| log["items"].as_array().unwrap().iter().find(|entry| entry["action"] == action).unwrap();
    let [removed, added] = ["token.remove", "token.add"].map(entry);
    assert_eq!((&added["action"], &added["by"], &added["after"]), (&json!("token.add"), &json!(machine), &shown));
    assert_eq!(
        (&removed["action"], &removed["by"], &removed["before"]),
        (&json!("token.remove"), &json!(machine), &shown)
    );
    server.stop().await;
}
