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
    problem(label("\"3\"", 9), 400, "bad_request").await;
    let whole = me.get(&format!("{path}/greeting")).await;
    assert_eq!((&whole["history"][0]["version"], &whole["history"][1]["note"]), (&json!(2), &json!("why")));
    assert_eq!(me.get(&format!("{path}/greeting/versions/1")).await["text"], "first {{x}}");
    assert!(me.get("/workspaces/local/library/dataset").await["items"].as_array().unwrap().is_empty());
    problem(me.ask(Method::POST, path).json(&json!({ "name": "../x", "text": "" })), 400, "bad_request").await;
    problem(me.ask(Method::GET, &format!("{path}/nothing")), 404, "not_found").await;
    server.stop().await;
}
