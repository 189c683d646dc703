//! Questions about family trees come in pages, whoever asks.

use clade_domain::{Role, UserId};
use clade_server::Mode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Person, Server, answer, problem, run_file, text};

/// A server with a run that has ended.
async fn with_run() -> (Server, Person, String) {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(300), 201).await["run"]);
    me.ended(&run).await;
    (server, me, run)
}

/// All items of a list, asked for `limit` at a time.
async fn by_pages(me: &Person, path: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = me.get(&format!("{path}&limit={limit}{cursor}")).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit, "{path}: {} items", items.len());
        all.extend(items.iter().cloned());
        let Some(next) = page["next"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn each_question_is_answered_in_pages() {
    let (server, me, run) = with_run().await;
    let candidates = by_pages(&me, &format!("/runs/{run}/candidates?"), 500).await;
    assert!(candidates.len() > 5, "{} candidates", candidates.len());
    let youngest = text(&candidates.last().unwrap()["id"]);
    let tree = format!("/runs/{run}/lineage");
    for question in [
        "ancestors?of=best".to_owned(),
        "descendants?of=seed".to_owned(),
        format!("path?from=seed&to={youngest}"),
        "families?".to_owned(),
    ] {
        let path = format!("{tree}/{question}");
        let whole = by_pages(&me, &path, 500).await;
        assert!(!whole.is_empty(), "{question}");
        assert_eq!(by_pages(&me, &path, 1).await, whole, "{question}");
        for wrong in ["limit=0", "limit=501", "cursor=x"] {
            problem(me.ask(Method::GET, &format!("{path}&{wrong}")), 400, "bad_request").await;
        }
    }
    // the best of a run by the run's name, from another run's tree too
    let other = text(&me.post("/workspaces/local/runs", run_file(60), 201).await["run"]);
    me.ended(&other).await;
    let whole = by_pages(&me, &format!("{tree}/ancestors?of=best"), 500).await;
    for asked in [&run, &other] {
        let path = format!("/runs/{asked}/lineage/ancestors?of={run}@best");
        assert_eq!(by_pages(&me, &path, 500).await, whole, "{asked}");
    }
    let some = me.get(&format!("{tree}/descendants?of=seed&limit=2")).await;
    assert_eq!((some["items"].as_array().unwrap().len(), &some["next"]), (2, &json!("2")), "{some}");
    // a run that is not there, and one of this server that has no such candidate
    for name in ["zzzzzzz9@c1", &format!("{run}@c99999"), "c99999"] {
        for question in
            [format!("ancestors?of={name}"), format!("path?from=seed&to={name}"), format!("common?a=seed&b={name}")]
        {
            problem(me.ask(Method::GET, &format!("{tree}/{question}")), 404, "not_found").await;
        }
    }
    for wrong in ["limit=0", "most=0"] {
        problem(me.ask(Method::GET, &format!("{tree}?{wrong}")), 400, "bad_request").await;
    }
    server.stop().await;
}

/// Whoever deletes a run takes its candidates out of the trees of its kin, until it is restored.
#[tokio::test]
async fn a_branch_that_was_deleted_is_in_no_tree() {
    let (server, me, run) = with_run().await;
    let wanted = json!({ "from": "best", "budget": { "calls": 100 }, "seed": 5 });
    let branch = text(&me.post(&format!("/runs/{run}/branches"), wanted, 201).await["run"]);
    me.ended(&branch).await;
    let tree = |of: &str, question: &str| format!("/runs/{of}/lineage{question}");
    let questions = ["?branches=true&fold=false", "/descendants?of=seed&limit=500", "/families?limit=500"];
    let shown = async |of: &str, other: &str| {
        let mut times = Vec::new();
        for question in questions {
            times.push(me.get(&tree(of, question)).await.to_string().matches(other).count());
        }
        times
    };
    let whole = shown(&run, &branch).await;
    assert!(whole[0] > 0 && whole[1] > 0, "{whole:?}");
    answer(me.ask(Method::DELETE, &format!("/runs/{branch}")), 204).await;
    assert_eq!(shown(&run, &branch).await, [0; 3]);
    problem(me.ask(Method::GET, &tree(&run, &format!("/ancestors?of={branch}@best"))), 404, "not_found").await;
    problem(me.ask(Method::GET, &tree(&run, &format!("/ancestors?of={branch}@c0"))), 404, "not_found").await;
    // it is still looked at by itself
    assert!(me.get(&tree(&branch, "?fold=false")).await["total"].as_u64() > Some(0));
    answer(me.ask(Method::POST, &format!("/runs/{branch}/restore")), 204).await;
    assert_eq!(shown(&run, &branch).await, whole);
    answer(me.ask(Method::DELETE, &format!("/runs/{run}")), 204).await;
    let above = me.get(&tree(&branch, "/ancestors?of=best")).await["items"].clone();
    let others = above.as_array().unwrap().iter().filter(|node| !text(&node["id"]).starts_with(&branch));
    assert_eq!(others.count(), 0, "nor is one that was branched from: {above}");
    server.stop().await;
}

/// What a filter keeps is told of the marks on a page; how many it keeps in all, on each.
#[tokio::test]
async fn what_a_filter_keeps_comes_with_its_page() {
    let (server, me, run) = with_run().await;
    let path = format!("/runs/{run}/lineage?fold=0&filter=generation>=0");
    let whole = me.get(&path).await;
    let (marks, matched) = (whole["marks"].as_array().unwrap().len(), whole["matched"].as_u64().unwrap() as usize);
    assert_eq!((marks, matched, whole["matching"].as_array().unwrap().len()), (matched, marks, marks));
    let page = me.get(&format!("{path}&limit=2&from=1")).await;
    let seen: Vec<&Value> = page["marks"].as_array().unwrap().iter().map(|mark| &mark["id"]).collect();
    assert_eq!((seen.len(), &page["matched"]), (2, &json!(matched)), "{page}");
    assert_eq!(page["matching"].as_array().unwrap().iter().collect::<Vec<_>>(), seen);
    server.stop().await;
}

/// Calls a tool as an agent does, and gives what it is told.
async fn tool(server: &Server, me: &Person, name: &str, arguments: Value) -> Value {
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": name, "arguments": arguments } });
    let asked = crate::common::client().post(format!("{}/mcp", server.url)).bearer_auth(&me.token);
    let asked = asked.header("accept", "application/json, text/event-stream").json(&call);
    answer(asked, 200).await["result"].take()
}

#[tokio::test]
async fn an_agent_is_given_as_many_as_it_asked_for_and_the_rest_when_it_asks_on() {
    let (server, me, run) = with_run().await;
    for question in ["candidates", "ancestors", "descendants", "path", "families"] {
        let ask = json!({ "run": run, "question": question, "of": "best", "limit": 1 });
        let ask = match question {
            "descendants" => json!({ "run": run, "question": question, "of": "seed", "limit": 1 }),
            _ => ask,
        };
        let told = tool(&server, &me, "lineage", ask).await;
        assert_eq!(told["structuredContent"]["items"].as_array().unwrap().len(), 1, "{question}: {told}");
    }
    let first = json!({ "run": run, "question": "descendants", "of": "seed", "limit": 1 });
    let mut second = first.clone();
    second["cursor"] = tool(&server, &me, "lineage", first.clone()).await["structuredContent"]["next"].take();
    let (first, second) = (tool(&server, &me, "lineage", first).await, tool(&server, &me, "lineage", second).await);
    assert_ne!(first["structuredContent"]["items"], second["structuredContent"]["items"], "{second}");
    // a word that is none of them is told which there are
    let wrong = tool(&server, &me, "lineage", json!({ "run": run, "question": "bogus" })).await;
    let said = text(&wrong["content"][0]["text"]);
    assert!(said.contains("candidates, ancestors, descendants, path, common, families"), "{said}");
    server.stop().await;
}

/// Which candidates a run of another workspace has is told by none of the questions.
#[tokio::test]
async fn candidates_of_other_workspaces_look_like_none() {
    let server = Server::start(Mode::Accounts).await;
    let (ada, ben) = (server.person("ada", false).await, server.person("ben", false).await);
    server.workspace("north", &ada).await;
    server.workspace("south", &ben).await;
    let own = text(&ada.post("/workspaces/north/runs", run_file(100), 201).await["run"]);
    let theirs = text(&ben.post("/workspaces/south/runs", run_file(100), 201).await["run"]);
    ada.ended(&own).await;
    ben.ended(&theirs).await;
    let there = format!("{theirs}@c1");
    ben.get(&format!("/runs/{theirs}/lineage/ancestors?of={there}")).await;
    let said = async |question: &str, name: &str| {
        let path = format!("/runs/{own}/lineage/{}", question.replace("NAME", name));
        let mut said = problem(ada.ask(Method::GET, &path), 404, "not_found").await;
        said.as_object_mut().unwrap().remove("request_id");
        said
    };
    ben.get(&format!("/runs/{theirs}/lineage/ancestors?of={theirs}@best")).await;
    assert_eq!(
        said("ancestors?of=NAME", &format!("{theirs}@best")).await,
        said("ancestors?of=NAME", "zzzzzzz9@best").await
    );
    let questions = [
        "ancestors?of=NAME",
        "descendants?of=NAME",
        "common?a=seed&b=NAME",
        "path?from=seed&to=NAME",
        "path?from=NAME&to=seed",
    ];
    for question in questions {
        let told = said(question, &there).await;
        for none in [format!("{theirs}@c99999"), "zzzzzzz9@c1".to_owned()] {
            assert_eq!(said(question, &none).await, told, "{question}");
        }
    }
    server.stop().await;
}

/// A run says of itself how far it is as its list of generations does, whether candidates came from them or not.
#[tokio::test]
async fn a_run_is_in_the_last_of_its_generations() {
    let (server, me, run) = with_run().await;
    let rest = slow_run(&me).await;
    for run in [&run, &rest] {
        let row = me.get(&format!("/runs/{run}")).await["run"]["generation"].as_u64().unwrap();
        let all = me.get(&format!("/runs/{run}/generations")).await;
        let all = all["items"].as_array().unwrap();
        let numbers: Vec<u64> = all.iter().map(|one| one["generation"].as_u64().unwrap()).collect();
        assert!(numbers.len() as u64 == row + 1 || numbers.len() as u64 == row + 2, "{row}: {numbers:?}");
        assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>(), "each, in order");
        let with_some = all.iter().rfind(|one| one["candidates"] != 0).unwrap();
        let latest = me.get(&format!("/runs/{run}/generations/latest")).await;
        assert_eq!(json!(latest["items"].as_array().unwrap().len()), with_some["candidates"]);
        me.get(&format!("/runs/{run}/generations/{}", numbers.len() - 1)).await;
        problem(me.ask(Method::GET, &format!("/runs/{run}/generations/{}", numbers.len())), 404, "not_found").await;
    }
    server.stop().await;
}

/// A run that was put down in the middle of a generation.
pub async fn slow_run(me: &Person) -> String {
    let mut file = run_file(400);
    let models = "[{id: 'simulated:gentle', config: {latency_ms: 10}}]";
    file["file"] = json!(text(&file["file"]).replace("[simulated:gentle]", models));
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    while me.get(&format!("/runs/{run}/candidates")).await["items"].as_array().unwrap().len() < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    answer(me.ask(Method::POST, &format!("/runs/{run}/pause")), 202).await;
    me.ended(&run).await;
    run
}
