//! Who can come in, who let them in, and what changes that.

use clade_accounts::NewUser;
use clade_domain::{Role, UserId};
use clade_engine::now;
use clade_server::Mode;
use reqwest::Method;
use serde_json::json;

use crate::common::{PASSWORD, Person, Server, answer, client, problem, text};

async fn invited(by: &Person, role: &str) -> String {
    text(&by.post("/workspaces/north/invitations", json!({ "role": role }), 201).await["secret"])
}

#[tokio::test]
async fn an_invitation_lasts_no_longer_than_the_right_of_who_made_it() {
    let server = Server::start(Mode::Accounts).await;
    let (admin, other) = (server.person("admin", false).await, server.person("other", false).await);
    let north = server.workspace("north", &admin).await;
    server.join(&north, &other, Role::Admin, &admin).await;
    let at = |path: &str| client().post(format!("{}/api/v1{path}", server.url));
    let void = async |secret: &str, who: &str| {
        problem(at("/invitations/look").json(&json!({ "secret": secret })), 410, "link").await;
        let new = json!({ "secret": secret, "login": who, "password": PASSWORD });
        problem(at("/invitations/accept").json(&new), 410, "link").await;
        let listed = admin.get("/workspaces/north/invitations").await;
        assert_eq!(listed["items"], json!([]), "{listed}");
    };
    // who is an admin no more invites no admin, and no user either
    let (first, second) = (invited(&other, "admin").await, invited(&other, "user").await);
    let member = format!("/workspaces/north/members/{}", other.user);
    let demoted = admin.ask(Method::PATCH, &member).header("if-match", "\"1\"").json(&json!({ "role": "user" }));
    answer(demoted, 200).await;
    void(&first, "back1").await;
    void(&second, "back2").await;
    // who was removed cannot come back in by what they prepared
    let promoted = admin.ask(Method::PATCH, &member).header("if-match", "\"2\"").json(&json!({ "role": "admin" }));
    answer(promoted, 200).await;
    let third = invited(&other, "admin").await;
    answer(admin.ask(Method::DELETE, &member), 204).await;
    void(&third, "back3").await;
    problem(other.ask(Method::POST, "/invitations/accept").json(&json!({ "secret": third })), 410, "link").await;
    // one of somebody who may still invite is good
    let good = invited(&admin, "viewer").await;
    answer(other.ask(Method::POST, "/invitations/accept").json(&json!({ "secret": good })), 200).await;
    server.stop().await;
}

#[tokio::test]
async fn who_cannot_come_in_is_no_admin_that_is_left() {
    let server = Server::start(Mode::Accounts).await;
    let keeper = server.person("keeper", true).await;
    let admin = server.person("admin", false).await;
    let north = server.workspace("north", &admin).await;
    let unused = NewUser { login: "unused".into(), name: String::new(), password: None, instance_admin: true };
    let unused = server.accounts.add_user(unused, &keeper.user, now()).await.unwrap().id;
    let gone = server.person("gone", true).await;
    let change = async |user: &UserId, change: serde_json::Value| {
        let path = format!("/users/{user}");
        let revision = keeper.get(&path).await["revision"].to_string();
        keeper.ask(Method::PATCH, &path).header("if-match", format!("\"{revision}\"")).json(&change)
    };
    answer(change(&gone.user, json!({ "disabled": true })).await, 200).await;
    for user in [&unused, &gone.user] {
        server.accounts.add_member(&north, user, Role::Admin, (&admin.user, Role::Admin), now()).await.unwrap();
    }
    let me = format!("/workspaces/north/members/{}", admin.user);
    let demote = || admin.ask(Method::PATCH, &me).header("if-match", "\"1\"").json(&json!({ "role": "user" }));
    problem(admin.ask(Method::DELETE, &me), 409, "conflict").await;
    problem(admin.ask(Method::DELETE, "/workspaces/north/membership"), 409, "conflict").await;
    problem(demote(), 409, "conflict").await;
    // nor may they be shut out, who is the last of a workspace or of the installation
    let refused = problem(change(&admin.user, json!({ "disabled": true })).await, 409, "conflict").await;
    assert!(text(&refused["detail"]).contains("`north`"), "{refused}");
    for last in [json!({ "disabled": true }), json!({ "instance_admin": false })] {
        let refused = problem(change(&keeper.user, last).await, 409, "conflict").await;
        assert!(text(&refused["detail"]).contains("the installation"), "{refused}");
    }
    // with somebody else who can come in, all of it goes
    let second = server.person("second", true).await;
    server.join(&north, &second, Role::Admin, &admin).await;
    answer(change(&admin.user, json!({ "disabled": true })).await, 200).await;
    server.stop().await;
}

#[tokio::test]
async fn a_token_touches_nothing_that_opens_more_than_itself() {
    let server = Server::start(Mode::Accounts).await;
    let zoe = server.person("zoe", false).await;
    server.workspace("north", &zoe).await;
    server.workspace("south", &zoe).await;
    let other = server.person("other", false).await;
    server.join(&"north".parse().unwrap(), &other, Role::Admin, &zoe).await;
    let viewer = server.token(zoe.user.clone(), Role::Viewer).await;
    let made = async |ceiling: &str, workspace: Option<&str>| {
        let wanted = json!({ "name": "x", "ceiling": ceiling, "workspace": workspace });
        zoe.post("/tokens", wanted, 201).await
    };
    let (admin, peer) = (made("admin", None).await, made("viewer", None).await);
    let path = |made: &serde_json::Value| format!("/tokens/{}", text(&made["token"]["id"]));
    problem(viewer.ask(Method::DELETE, &path(&admin)), 403, "above").await;
    let passwords = json!({ "old": PASSWORD, "new": "an entirely new password" });
    problem(viewer.ask(Method::POST, "/session/password").json(&passwords), 403, "above").await;
    // nor does it take its owner out of what they are more in
    problem(viewer.ask(Method::DELETE, "/workspaces/north/membership"), 403, "above").await;
    answer(viewer.ask(Method::DELETE, &path(&peer)), 204).await;
    // one that opens a single workspace knows none of another
    let (north, south) = (made("admin", Some("north")).await, made("viewer", Some("south")).await);
    let bound = client().delete(format!("{}/api/v1{}", server.url, path(&south))).bearer_auth(text(&north["secret"]));
    problem(bound, 403, "above").await;
    let bound = client().post(format!("{}/api/v1/session/password", server.url)).bearer_auth(text(&north["secret"]));
    problem(bound.json(&passwords), 403, "above").await;
    // one that may do all that its owner may does it
    answer(zoe.ask(Method::DELETE, &path(&admin)), 204).await;
    answer(zoe.ask(Method::POST, "/session/password").json(&passwords), 204).await;
    server.stop().await;
}

#[tokio::test]
async fn what_others_try_keeps_nobody_out() {
    let server = Server::start(Mode::Accounts).await;
    server.person("zoe", true).await;
    server.person("max", false).await;
    let enter = |login: &str, password: &str, from: &str| {
        let body = json!({ "login": login, "password": password });
        client().post(format!("{}/api/v1/session", server.url)).header("x-forwarded-for", from).json(&body)
    };
    let mut held_up = false;
    for n in 0..8 {
        // what anybody may write into a header is no address
        let response = enter("zoe", "a wrong guess", &format!("198.51.100.{n}")).send().await.unwrap();
        held_up |= response.status() == 429;
    }
    assert!(held_up);
    answer(enter("max", PASSWORD, "198.51.100.1"), 200).await;
    server.stop().await;
}

#[tokio::test]
async fn the_log_has_before_and_after_of_what_people_did() {
    let server = Server::start(Mode::Accounts).await;
    let zoe = server.person("zoe", true).await;
    server.workspace("north", &zoe).await;
    let mut file = crate::common::run_file(60);
    file["start"] = json!(false);
    let run = text(&zoe.post("/workspaces/north/runs", file, 201).await["run"]);
    let tag = |revision: &serde_json::Value| format!("\"{revision}\"");
    let view = zoe.get(&format!("/runs/{run}")).await;
    let name = zoe.ask(Method::PATCH, &format!("/runs/{run}")).header("if-match", tag(&view["revision"]));
    answer(name.json(&json!({ "description": "the new name" })), 200).await;
    let limits = format!("/runs/{run}/budget");
    let read = zoe.get(&limits).await;
    let lift = zoe.ask(Method::PUT, &limits).header("if-match", tag(&read["revision"]));
    answer(lift.json(&json!({ "calls": 70 })), 200).await;
    zoe.post(&format!("/runs/{run}/snapshots"), json!({ "name": "here" }), 201).await;
    zoe.post(&format!("/runs/{run}/feedback"), json!({ "text": "be brief" }), 204).await;
    let library = "/workspaces/north/library/prompt";
    zoe.post(library, json!({ "name": "ask", "text": "Do: {{x}}" }), 201).await;
    let label = zoe.ask(Method::PUT, &format!("{library}/ask/labels/live")).header("if-match", "\"1\"");
    answer(label.json(&json!({ "version": 1 })), 200).await;
    answer(zoe.ask(Method::DELETE, &format!("/runs/{run}")), 204).await;
    let log = zoe.get("/workspaces/north/audit?limit=100").await;
    let entry = |action: &str| {
        let found = log["items"].as_array().unwrap().iter().find(|entry| entry["action"] == action);
        found.unwrap_or_else(|| panic!("{action} is not in {log}")).clone()
    };
    assert_eq!(entry("run.create")["after"]["budget"]["calls"], 60);
    assert_eq!(entry("run.describe")["after"], "the new name");
    assert_eq!(entry("run.describe")["before"], view["run"]["description"]);
    let budget = entry("run.budget");
    assert_eq!((&budget["before"]["calls"], &budget["after"]["calls"]), (&json!(60), &json!(70)));
    assert_eq!(entry("run.snapshot")["after"]["name"], "here");
    assert_eq!(entry("run.feedback")["after"]["text"], "be brief");
    assert_eq!(entry("library.version")["after"]["version"], 1);
    assert_eq!(entry("library.label")["target"], "prompt ask@live");
    assert_eq!(entry("run.delete")["before"]["description"], "the new name");
    // what belongs to no workspace is for who keeps the installation
    let path = format!("/users/{}", zoe.user);
    let user = zoe.get(&path).await;
    let change = zoe.ask(Method::PATCH, &path).header("if-match", tag(&user["revision"]));
    answer(change.json(&json!({ "name": "Zoë" })), 200).await;
    for n in 0..3 {
        zoe.post("/tokens", json!({ "name": format!("t{n}"), "ceiling": "viewer" }), 201).await;
    }
    let first = zoe.get("/audit?limit=3").await;
    let actions = |page: &serde_json::Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|entry| text(&entry["action"])).collect()
    };
    assert_eq!(actions(&first), ["token.add"; 3]);
    let second = zoe.get(&format!("/audit?limit=3&cursor={}", text(&first["next"]).replace(' ', "%20"))).await;
    assert_eq!(actions(&second)[0], "user.change");
    assert_eq!(second["items"][0]["after"]["name"], "Zoë");
    // what is asked for alone, and page by page
    let asked = async |query: &str| actions(&zoe.get(query).await);
    assert_eq!(asked("/audit?what=user.change").await, ["user.change"]);
    assert_eq!(asked("/audit?what=user&who=zoe").await, ["user.change"]);
    assert_eq!(asked(&format!("/audit?what=user.add&who={}", UserId::default())).await, ["user.add"]);
    assert_eq!(asked("/audit?who=nobody").await, [""; 0]);
    assert_eq!(asked("/audit?who=a%00b").await, [""; 0]);
    assert_eq!(asked("/audit?since=99999999999999").await, [""; 0]);
    assert_eq!(asked("/audit?what=token.add&limit=3&since=0").await, ["token.add"; 3]);
    assert_eq!(asked(&format!("/workspaces/north/audit?run={run}&what=run.budget")).await, ["run.budget"]);
    assert_eq!(asked("/workspaces/north/audit?run=no-such-run").await, [""; 0]);
    let one = zoe.get("/workspaces/north/audit?what=library&limit=1").await;
    assert_eq!(actions(&one), ["library.label"]);
    let next = text(&one["next"]).replace(' ', "%20");
    let two = zoe.get(&format!("/workspaces/north/audit?what=library&limit=1&cursor={next}")).await;
    assert_eq!((actions(&two), &two["next"]), (vec!["library.version".to_owned()], &serde_json::Value::Null));
    problem(zoe.ask(Method::GET, "/audit?whom=zoe"), 400, "bad_request").await;
    let exported = zoe.ask(Method::GET, "/audit.jsonl").send().await.unwrap().text().await.unwrap();
    assert!(exported.contains("user.add") && !exported.contains("run.create"), "{exported}");
    let other = server.person("other", false).await;
    problem(other.ask(Method::GET, "/audit"), 403, "forbidden").await;
    server.stop().await;
}

#[tokio::test]
async fn small_things_are_refused_with_words_that_help() {
    let server = Server::start(Mode::Accounts).await;
    let zoe = server.person("zoe", true).await;
    let north = server.workspace("north", &zoe).await;
    let viewer = server.person("viewer", false).await;
    server.join(&north, &viewer, Role::Viewer, &zoe).await;
    let other = problem(zoe.ask(Method::DELETE, "/workspaces/north/runs"), 405, "method").await;
    assert_eq!(other["status"], 405);
    let person = |login: &str| {
        let body = json!({ "login": login, "password": PASSWORD });
        zoe.ask(Method::POST, "/users").json(&body)
    };
    let taken = problem(person("Viewer"), 409, "exists").await;
    assert!(text(&taken["detail"]).contains("`viewer`"), "{taken}");
    for unseen in ["zo\u{202e}e", "zo\u{200b}e"] {
        problem(person(unseen), 422, "invalid").await;
    }
    let invite = |hours: u32| {
        zoe.ask(Method::POST, "/workspaces/north/invitations").json(&json!({ "role": "viewer", "hours": hours }))
    };
    for hours in [0, 721] {
        let refused = problem(invite(hours), 422, "invalid").await;
        assert!(text(&refused["detail"]).contains("1 to 720 hours"), "{refused}");
    }
    let lines = json!({ "name": "data", "text": "{\"a\": 1}\nno JSON\n" });
    let refused =
        problem(zoe.ask(Method::POST, "/workspaces/north/library/dataset").json(&lines), 422, "dataset").await;
    assert!(text(&refused["detail"]).contains("line 2"), "{refused}");
    answer(zoe.ask(Method::GET, "/workspaces/north/runs?text=clade_demo"), 200).await;
    let mut file = crate::common::run_file(60);
    file["start"] = json!(false);
    let run = text(&zoe.post("/workspaces/north/runs", file.clone(), 201).await["run"]);
    problem(viewer.ask(Method::POST, &format!("/runs/{run}/clone")).json(&json!({})), 403, "forbidden").await;
    let elsewhere = viewer.ask(Method::POST, &format!("/runs/{run}/clone")).json(&json!({ "workspace": "local" }));
    problem(elsewhere, 404, "not_found").await;
    for said in [String::new(), "x".repeat(4_001)] {
        let words = zoe.ask(Method::POST, &format!("/runs/{run}/feedback")).json(&json!({ "text": said }));
        problem(words, 422, "invalid").await;
    }
    // a model whose key is not there is the workspace's to set
    file["file"] = json!(text(&file["file"]).replace("simulated:gentle", "openai:gpt-5-mini"));
    file["start"] = json!(true);
    let unready = problem(zoe.ask(Method::POST, "/workspaces/north/runs").json(&file), 422, "not_runnable").await;
    assert!(unready.to_string().contains("workspace's keys") && !unready.to_string().contains(".env"), "{unready}");
    server.stop().await;
}

#[tokio::test]
async fn a_workspace_calls_no_private_address_without_the_keepers_word() {
    let server = Server::start(Mode::Accounts).await;
    let zoe = server.person("zoe", false).await;
    server.workspace("north", &zoe).await;
    for url in [
        "http://169.254.169.254/v1",
        "http://127.0.0.1:11434",
        "http://localhost:11434",
        "http://[::1]/v1",
        "https://10.0.0.7",
    ] {
        let change = zoe.ask(Method::PATCH, "/workspaces/north").header("if-match", "\"1\"");
        let refused = problem(change.json(&json!({ "base_urls": [url] })), 422, "base_url").await;
        assert!(text(&refused["detail"]).contains("--allow-private-addresses"), "{url}: {refused}");
    }
    let change = zoe.ask(Method::PATCH, "/workspaces/north").header("if-match", "\"1\"");
    answer(change.json(&json!({ "base_urls": ["https://8.8.8.8/v1"] })), 200).await;
    server.stop().await;
}

#[tokio::test]
async fn a_preview_does_not_use_the_printed_link_up() {
    let server = Server::start(Mode::Single).await;
    let secret = server.app.start_link().unwrap();
    let at = format!("{}/start?token={}", server.url, secret.reveal());
    assert_eq!(client().head(&at).send().await.unwrap().status(), 200);
    assert_eq!(client().get(&at).send().await.unwrap().status(), 303);
    server.stop().await;
}
