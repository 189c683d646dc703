//! Pages of lists: a cursor is of its list, and what comes or goes meanwhile makes no page skip anything.

use clade_domain::{Role, UserId};
use clade_server::Mode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::*;

fn resting(name: &str) -> Value {
    let mut file = run_file(60);
    file["start"] = json!(false);
    file["run"] = json!(name);
    file
}

#[tokio::test]
async fn a_cursor_of_another_list_is_none() {
    let server = Server::start(Mode::Accounts).await;
    let (admin, other) = (server.person("admin", false).await, server.person("other", false).await);
    server.workspace("north", &admin).await;
    server.workspace("south", &other).await;
    other.post("/workspaces/south/runs", resting("theirs"), 201).await;
    for name in ["first", "second", "third"] {
        admin.post("/workspaces/north/runs", resting(name), 201).await;
    }
    for cursor in ["theirs", "nobodys", "secon", ""] {
        let list = admin.ask(Method::GET, &format!("/workspaces/north/runs?cursor={cursor}"));
        let found = problem(list, 400, "bad_request").await;
        assert!(text(&found["detail"]).contains("cursor"), "{cursor}: {found}");
    }
    let page = admin.get("/workspaces/north/runs?cursor=third").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 2, "{page}");
    let wrong = admin.ask(Method::GET, "/runs/first/candidates?sort=score&cursor=7");
    problem(wrong, 400, "bad_request").await;
    server.stop().await;
}

/// All pages of a list, two at a time; `meanwhile` is done after each with what it gave.
async fn pages(who: &Person, path: &str, meanwhile: impl AsyncFn(&Value)) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("{path}limit=2{cursor}")).await;
        meanwhile(&page).await;
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={}", crate::attacks::urlencode(next)),
            None => return all,
        }
    }
}

#[tokio::test]
async fn what_goes_while_a_list_is_read_hides_nothing_else() {
    let server = Server::start(Mode::Anonymous).await;
    let me = server.token(UserId::default(), Role::Instance).await;
    me.post("/workspaces/local/runs", resting("shown"), 201).await;
    let path = "/runs/shown/shares";
    let mut made = Vec::new();
    for number in 0..6 {
        let share = me.post(path, json!({ "note": number.to_string() }), 201).await;
        made.push(text(&share["share"]["id"]));
    }
    // each that was seen is taken back before the next page is asked for
    let seen = pages(&me, &format!("{path}?"), async |page| {
        for share in page["items"].as_array().unwrap() {
            answer(me.ask(Method::DELETE, &format!("{path}/{}", text(&share["id"]))), 204).await;
        }
    })
    .await;
    let mut seen: Vec<String> = seen.iter().map(|share| text(&share["id"])).collect();
    seen.sort();
    made.sort();
    assert_eq!(seen, made);
    server.stop().await;
}

#[tokio::test]
async fn pages_of_sorted_candidates_hold_each_once() {
    let server = Server::start(Mode::Anonymous).await;
    let me = server.token(UserId::default(), Role::Instance).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(400), 201).await["run"]);
    me.ended(&run).await;
    for sort in ["id", "score", "low", "generation", "cost"] {
        for desc in [0, 1] {
            let path = format!("/runs/{run}/candidates?sort={sort}&desc={desc}&");
            let whole = me.get(&format!("{path}limit=500")).await;
            let paged = pages(&me, &path, async |_| {}).await;
            let ids = |nodes: &[Value]| nodes.iter().map(|node| text(&node["id"])).collect::<Vec<_>>();
            assert_eq!(ids(&paged), ids(whole["items"].as_array().unwrap()), "{sort} {desc}");
            assert!(paged.len() > 2, "{sort}");
            // where a page goes on is a value, not a place that others shift
            let next = me.get(&format!("{path}limit=2")).await["next"].clone();
            assert!(text(&next).ends_with(&text(&paged[1]["id"])), "{sort}: {next}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn comments_come_in_pages() {
    let server = Server::start(Mode::Anonymous).await;
    let me = server.token(UserId::default(), Role::Instance).await;
    me.post("/workspaces/local/runs", resting("talked-about"), 201).await;
    let path = "/runs/talked-about/comments";
    for number in 0..5 {
        me.post(path, json!({ "text": number.to_string() }), 201).await;
    }
    let mut said: Vec<String> =
        pages(&me, &format!("{path}?"), async |_| {}).await.iter().map(|comment| text(&comment["text"])).collect();
    assert_eq!(me.get(&format!("{path}?limit=2")).await["items"].as_array().unwrap().len(), 2);
    said.sort();
    assert_eq!(said, ["0", "1", "2", "3", "4"]);
    server.stop().await;
}
