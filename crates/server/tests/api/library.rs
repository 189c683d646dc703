use clade_domain::{Role, UserId};
use clade_server::Mode;
use reqwest::Method;
use serde_json::json;

use crate::common::{Server, answer, problem};

#[tokio::test]
async fn texts_are_kept_in_versions_and_labels_point_at_them() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let path = "/workspaces/local/library/prompt";
    for (text, versions) in [("first {{x}}", 1), ("second {{x}}", 2)] {
        let kept = me.post(path, json!({ "name": "greeting", "text": text, "note": "why" }), 201).await;
        assert_eq!(kept["versions"], versions);
    }
    let label = |revision: &str, version: u32| {
        let path = format!("{path}/greeting/labels/production");
        me.ask(Method::PUT, &path).header("if-match", revision.to_owned()).json(&json!({ "version": version }))
    };
    let labelled = answer(label("\"2\"", 1), 200).await;
    assert_eq!(labelled["labels"]["production"], 1);
    let refused = problem(label("\"2\"", 2), 412, "stale").await;
    assert_eq!(refused["current"]["labels"]["production"], 1);
    assert_eq!(refused["sent"], json!({ "revision": 2, "body": { "version": 2 } }));
    let unlabel = me.ask(Method::DELETE, &format!("{path}/greeting/labels/production")).header("if-match", "\"1\"");
    assert_eq!(problem(unlabel, 412, "stale").await["sent"], json!({ "revision": 1, "body": null }));
    problem(label("\"3\"", 9), 400, "bad_request").await;
    // whoever adds to what they have read is told where somebody else was first
    let add = |revision: &str| {
        let add = me.ask(Method::POST, path).header("if-match", revision.to_owned());
        add.json(&json!({ "name": "greeting", "text": "from the second {{x}}" }))
    };
    let refused = problem(add("\"2\""), 412, "stale").await;
    assert_eq!((&refused["current"]["versions"], &refused["current"]["revision"]), (&json!(2), &json!(3)));
    assert_eq!(refused["sent"]["body"]["text"], "from the second {{x}}");
    problem(add("nonsense"), 400, "bad_request").await;
    let whole = me.get(&format!("{path}/greeting")).await;
    assert_eq!((&whole["history"][0]["version"], &whole["history"][1]["note"]), (&json!(2), &json!("why")));
    assert_eq!(me.get(&format!("{path}/greeting/versions/1")).await["text"], "first {{x}}");
    assert!(me.get("/workspaces/local/library/dataset").await["items"].as_array().unwrap().is_empty());
    problem(me.ask(Method::POST, path).json(&json!({ "name": "../x", "text": "" })), 400, "bad_request").await;
    problem(me.ask(Method::GET, &format!("{path}/nothing")), 404, "not_found").await;
    server.stop().await;
}

#[tokio::test]
async fn texts_that_several_people_add_at_once_are_all_kept() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let path = "/workspaces/local/library/prompt";
    let texts: Vec<String> = (0..8).map(|n| format!("text {n} {{{{x}}}}")).collect();
    let adding = texts.iter().map(|text| me.post(path, json!({ "name": "greeting", "text": text }), 201));
    let mut versions: Vec<u64> =
        futures::future::join_all(adding).await.iter().map(|kept| kept["versions"].as_u64().unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=8).collect::<Vec<u64>>());
    let mut kept = Vec::new();
    for version in versions {
        kept.push(crate::common::text(&me.get(&format!("{path}/greeting/versions/{version}")).await["text"]));
    }
    kept.sort();
    assert_eq!(kept, texts);
    server.stop().await;
}

#[tokio::test]
async fn run_files_name_what_the_workspace_keeps_and_runs_hold_on_to_the_version() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let keep = async |kind: &str, name: &str, text: &str| {
        let path = format!("/workspaces/local/library/{kind}");
        me.post(&path, json!({ "name": name, "text": text }), 201).await
    };
    keep("prompt", "ask", "First: {{question}}").await;
    keep("prompt", "ask", "Second: {{question}}").await;
    let sums = |from: u32, to: u32| {
        let line = |n: u32| json!({ "question": format!("What is {n} + {n}?"), "answer": (2 * n).to_string() });
        (from..to).map(|n| format!("{}\n", line(n))).collect::<String>()
    };
    keep("dataset", "sums", &sums(0, 40)).await;
    let label = "/workspaces/local/library/prompt/ask/labels/production";
    answer(me.ask(Method::PUT, label).header("if-match", "\"2\"").json(&json!({ "version": 1 })), 200).await;
    let file = |prompts: serde_json::Value, tests: &str| {
        let file = json!({
            "prompts": prompts, "tests": tests, "providers": ["simulated:gentle"],
            "defaultTest": { "assert": [{ "type": "numeric", "value": "{{answer}}" }] },
        });
        json!({ "file": file.to_string(), "mode": "evaluate", "start": false })
    };
    let wanted = file(json!(["library://ask", { "id": "library://ask@production", "label": "old" }]), "library://sums");
    let checked = me.post("/workspaces/local/runs/check", wanted.clone(), 200).await;
    assert_eq!(checked["examples"]["test"], 40, "{checked}");
    let run = me.post("/workspaces/local/runs", wanted, 201).await["run"].as_str().unwrap().to_owned();
    keep("prompt", "ask", "Third: {{question}}").await;
    keep("dataset", "sums", &sums(40, 50)).await;
    let spec = me.get(&format!("/runs/{run}/spec")).await;
    let pinned = |kind: &str, name: &str, version: u32, text: &str| json!({ "kind": kind, "name": name, "version": version, "content": clade_domain::ContentHash::of(text.as_bytes()) });
    let expected = [
        pinned("prompt", "ask", 2, "Second: {{question}}"),
        pinned("prompt", "ask", 1, "First: {{question}}"),
        pinned("dataset", "sums", 1, &sums(0, 40)),
    ];
    assert_eq!(spec["library"], json!(expected));
    let prompts = spec["prompts"].as_array().unwrap();
    let labels: Vec<&str> = prompts.iter().map(|prompt| prompt["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["ask@2", "old"]);
    assert!(prompts[0].to_string().contains("Second: ") && prompts[1].to_string().contains("First: "), "{spec}");
    answer(me.ask(Method::POST, &format!("/runs/{run}/start")), 202).await;
    assert_eq!(me.ended(&run).await["run"]["spent"]["calls"], 80);

    for (prompts, tests, words) in [
        (json!(["library://nobody"]), "library://sums", "keeps no prompt `nobody`"),
        (json!(["library://ask@7"]), "library://sums", "no version 7"),
        (json!(["library://ask@latest"]), "library://sums", "no label `latest`"),
        (json!(["library://ask"]), "library://ask", "keeps no dataset `ask`"),
        (json!(["library://"]), "library://sums", "keeps no prompt ``"),
    ] {
        let asked = me.ask(Method::POST, "/workspaces/local/runs/check").json(&file(prompts, tests));
        let refused = problem(asked, 422, "run_file").await;
        assert!(refused["problems"].to_string().contains(words), "{words}: {refused}");
        assert_eq!(refused["problems"][0]["line"], 1, "{refused}");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_another_workspace_keeps_is_not_found() {
    let server = Server::start(Mode::Accounts).await;
    let (one, two) = (server.person("one", true).await, server.person("two", false).await);
    server.workspace("ours", &one).await;
    server.workspace("theirs", &two).await;
    two.post("/workspaces/theirs/library/prompt", json!({ "name": "secret", "text": "Do: {{x}}" }), 201).await;
    let file = json!({ "prompts": ["library://secret"], "tests": [{ "vars": { "x": "1" } }], "providers": ["simulated:gentle"] });
    let wanted = json!({ "file": file.to_string(), "mode": "evaluate" });
    let refused = problem(one.ask(Method::POST, "/workspaces/ours/runs/check").json(&wanted), 422, "run_file").await;
    assert!(refused["problems"].to_string().contains("keeps no prompt `secret`"), "{refused}");
    two.post("/workspaces/theirs/runs/check", wanted, 200).await;
    server.stop().await;
}

#[tokio::test]
async fn names_that_mean_a_version_and_texts_without_anything_are_refused() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let library = "/workspaces/local/library";
    me.post(&format!("{library}/prompt"), json!({ "name": "greeting", "text": "Hello {{x}}" }), 201).await;
    for label in ["3", "1", "0", "007", "4294967295"] {
        let path = format!("{library}/prompt/greeting/labels/{label}");
        let set = me.ask(Method::PUT, &path).header("if-match", "\"1\"").json(&json!({ "version": 1 }));
        let refused = problem(set, 400, "bad_request").await;
        assert!(refused["detail"].as_str().unwrap().contains("version"), "{refused}");
    }
    let kinds = [("dataset", ""), ("dataset", "\n \n"), ("prompt", ""), ("prompt", " \n")];
    for (kind, text) in kinds {
        let add = me.ask(Method::POST, &format!("{library}/{kind}")).json(&json!({ "name": "x", "text": text }));
        let refused = problem(add, 422, "invalid").await;
        assert!(refused["detail"].as_str().unwrap().contains("nothing"), "{refused}");
    }
    assert!(me.get(&format!("{library}/dataset")).await["items"].as_array().unwrap().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_neither_edited_nor_taken_away() {
    let server = Server::start(Mode::Anonymous).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Instance).await;
    let path = "/workspaces/local/library/prompt";
    let version = json!({ "name": "greeting", "text": "Hello" });
    // whoever names what a version is made from does not make the first one
    let add = me.ask(Method::POST, path).header("if-match", "\"1\"").json(&version);
    answer(add, 412).await;
    answer(me.ask(Method::GET, &format!("{path}/greeting")), 404).await;
    let made = me.post(path, version, 201).await;
    let tag = format!("\"{}\"", made["revision"]);
    let away = me.ask(Method::DELETE, &format!("{path}/greeting/labels/nobodys")).header("if-match", tag);
    assert_eq!(answer(away, 200).await["revision"], made["revision"]);
    let away = me.ask(Method::DELETE, &format!("{path}/greeting/labels/nobodys")).header("if-match", "\"77\"");
    answer(away, 412).await;
    server.stop().await;
}
