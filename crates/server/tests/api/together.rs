//! What people of a workspace see of one another, and what they try out on its budgets.

use clade_domain::Role;
use clade_server::Mode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Person, Server, answer, problem, run_file, text};

fn names(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect()
}

#[tokio::test]
async fn members_see_who_is_here_and_are_named_in_comments() {
    let server = Server::start(Mode::Accounts).await;
    let (ada, ben, eve) =
        (server.person("ada", false).await, server.person("ben.b", false).await, server.person("eve", false).await);
    let north = server.workspace("north", &ada).await;
    server.workspace("south", &eve).await;
    server.join(&north, &ben, Role::Viewer, &ada).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&ada.post("/workspaces/north/runs", file.clone(), 201).await["run"]);
    let foreign = text(&eve.post("/workspaces/south/runs", file, 201).await["run"]);

    let here = "/workspaces/north/presence";
    let first = ada.post(here, json!({ "run": run }), 200).await;
    assert_eq!((names(&first), &first["items"][0]["run"]), (vec!["ada".to_owned()], &json!(run)));
    assert_eq!(names(&ben.post(here, json!({}), 200).await).len(), 2);
    problem(ada.ask(Method::POST, here).json(&json!({ "run": foreign })), 404, "not_found").await;
    answer(ada.ask(Method::DELETE, here), 204).await;
    assert_eq!(names(&ben.post(here, json!({}), 200).await), ["ben.b"]);

    let comments = format!("/runs/{run}/comments");
    let said = ada.post(&comments, json!({ "text": "@ben.b, is c0 fine? @eve is not here" }), 201).await;
    assert_eq!(said["mentions"], json!([ben.user]), "only members are named: {said}");
    let mentions = ben.get("/workspaces/north/mentions").await;
    assert_eq!((&mentions["items"][0]["run"], &mentions["items"][0]["comment"]["id"]), (&json!(run), &said["id"]));
    assert_eq!(ada.get("/workspaces/north/mentions").await["items"], json!([]));
    server.stop().await;
}

async fn tried(person: &Person, models: &[&str]) -> Vec<Value> {
    let prompt = json!({ "components": [{ "name": "user", "role": "user", "text": "Add: {{question}}" }] });
    let body =
        json!({ "prompt": prompt, "vars": { "question": "What is 31 plus 62?" }, "models": models, "expected": "93" });
    let answers = person.post("/workspaces/north/playground", body, 200).await;
    assert_eq!(answers["messages"][0]["content"], "Add: What is 31 plus 62?");
    answers["answers"].as_array().unwrap().clone()
}

/// The playground spends from the same budgets as runs do, and a server that starts anew still knows what was spent.
#[tokio::test]
async fn what_is_tried_out_counts_in_the_budgets_of_member_and_workspace() {
    let server = Server::start(Mode::Accounts).await;
    let (ada, ben) = (server.person("ada", false).await, server.person("ben", false).await);
    let north = server.workspace("north", &ada).await;
    server.join(&north, &ben, Role::User, &ada).await;
    let workspace = ada.ask(Method::GET, "/workspaces/north").send().await.unwrap();
    let tag = workspace.headers()["etag"].to_str().unwrap().to_owned();
    let limit = ada.ask(Method::PUT, "/workspaces/north/budget").header("if-match", tag).json(&json!({ "calls": 5 }));
    answer(limit, 200).await;

    let both = tried(&ada, &["simulated:rough", "simulated:gentle", "nobody:knows"]).await;
    assert_eq!(both.len(), 3);
    for simulated in &both[..2] {
        assert!(simulated["error"].is_null() && !text(&simulated["text"]).is_empty(), "{simulated}");
        assert!(simulated["tokens_in"].as_u64() > Some(0), "{simulated}");
    }
    assert!(text(&both[2]["error"]).contains("nobody"), "{}", both[2]);
    // ada took two; ben may take three more of the workspace's five
    let answered = |answers: &[Value]| answers.iter().filter(|one| one["error"].is_null()).count();
    assert_eq!(answered(&tried(&ben, &["simulated:rough"; 2]).await), 2);

    // which the log tells of, without what was asked
    let log = ada.get("/workspaces/north/audit").await["items"].clone();
    let trials: Vec<&serde_json::Value> =
        log.as_array().unwrap().iter().filter(|entry| entry["action"] == "prompt.try").collect();
    assert_eq!(trials.len(), 2, "{log}");
    assert_eq!(trials[1]["target"], "simulated:rough, simulated:gentle, nobody:knows", "{log}");
    assert!(trials[1].to_string().contains("\"calls\":2") && !log.to_string().contains("plus"), "{log}");

    // which an admin sees before giving more
    let used = ada.get("/workspaces/north/spent").await;
    assert_eq!(used["all"]["calls"], 4, "{used}");
    assert!(used["all"]["tokens"].as_u64() > Some(0), "{used}");
    for person in [&ada, &ben] {
        let own =
            used["members"].as_array().unwrap().iter().find(|member| member["user"] == json!(person.user)).unwrap();
        assert_eq!(own["used"]["calls"], 2, "{used}");
    }

    let folder = server.stop().await;
    let server = Server::in_folder(Mode::Accounts, folder).await;
    let ben = server.token(ben.user, Role::Instance).await;
    let last = tried(&ben, &["simulated:rough"; 3]).await;
    assert_eq!(answered(&last), 1, "one call is left after the restart: {last:?}");
    assert!(
        last.iter().any(|one| one["error"].as_str().is_some_and(|why| why.contains("the workspace's limit on calls"))),
        "{last:?}"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_prompt_that_cannot_be_tried_is_said_so_before_anything_is_spent() {
    let server = Server::start(Mode::Accounts).await;
    let ada = server.person("ada", false).await;
    server.workspace("north", &ada).await;
    let user = |text: &str| json!({ "components": [{ "name": "user", "role": "user", "text": text }] });
    let models = json!(["simulated:rough"]);
    let table = [
        (json!({ "prompt": user("{{a}}"), "models": models }), 422, "prompt"),
        (json!({ "prompt": user("{{a"), "models": models }), 422, "prompt"),
        (json!({ "prompt": user("a"), "models": [] }), 400, "bad_request"),
        (json!({ "prompt": user("a"), "models": vec!["simulated:rough"; 7] }), 400, "bad_request"),
        (json!({ "prompt": { "components": [] }, "models": models }), 400, "bad_request"),
        (json!({ "prompt": user("a"), "models": models, "temperature": 3 }), 400, "bad_request"),
        (json!({ "prompt": user("a"), "models": ["http://127.0.0.1:1/v1#m"] }), 422, "not_runnable"),
    ];
    for (body, status, kind) in table {
        problem(ada.ask(Method::POST, "/workspaces/north/playground").json(&body), status, kind).await;
    }
    server.stop().await;
}
