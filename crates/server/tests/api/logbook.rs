//! What the audit log tells of what people do with runs.

use clade_domain::Role;
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
    assert!(!removed[0].to_string().contains("a secret"), "what was removed stays removed: {removed:?}");

    let body = json!({ "role": "task", "model": "simulated:rough" });
    admin.post(&format!("/runs/{run}/model"), body, 204).await;
    let changed = told(&admin, "run.model").await;
    assert_eq!(changed[0]["before"], json!({ "role": "task", "model": "simulated:gentle" }), "{changed:?}");
    let body = json!({ "role": "task", "model": "simulated:gentle" });
    admin.post(&format!("/runs/{run}/model"), body, 204).await;
    let changed = told(&admin, "run.model").await;
    assert_eq!(changed[0]["before"]["model"], "simulated:rough", "{changed:?}");

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
