use clade_domain::{Role, UserId};
use clade_server::Mode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Person, Server, answer, problem, run_file, text};

/// A run that rests after some of its search, so that what is asked of it meets a known state.
async fn resting(me: &Person) -> String {
    let mut file = run_file(400);
    file["file"] =
        json!(text(&file["file"]).replace("[simulated:gentle]", "[{id: 'simulated:rough', config: {latency_ms: 10}}]"));
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    while me.get(&format!("/runs/{run}")).await["run"]["candidates"].as_u64().unwrap() < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    answer(me.ask(Method::POST, &format!("/runs/{run}/pause")), 202).await;
    assert_eq!(me.ended(&run).await["run"]["status"], "paused");
    run
}

async fn events(me: &Person, run: &str, kind: &str) -> Vec<Value> {
    let journal = me.ask(Method::GET, &format!("/runs/{run}/journal")).send().await.unwrap().text().await.unwrap();
    let entries = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.filter(|entry| entry["event"] == kind).collect()
}

#[tokio::test]
async fn people_steer_a_search_and_it_heeds_them() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let run = resting(&me).await;
    let at = |path: &str| format!("/runs/{run}{path}");

    let lost = json!({ "parent": "seed", "components": { "user": "Answer." } });
    problem(me.ask(Method::POST, &at("/candidates")).json(&lost), 409, "conflict").await;
    let wrote = json!({ "parent": "seed", "components": { "user": "By hand. Answer: {{question}}" }, "note": "mine" });
    let mine = text(&me.post(&at("/candidates"), wrote.clone(), 201).await["candidate"]);
    problem(me.ask(Method::POST, &at("/candidates")).json(&wrote), 409, "conflict").await;
    let log = me.get(&format!("/workspaces/local/audit?what=run.write&run={run}")).await["items"][0]["after"].clone();
    let by_hand = json!({ "user": "By hand. Answer: {{question}}" });
    assert_eq!((&log["candidate"], &log["components"]), (&json!(mine), &by_hand), "{log}");
    let frozen = json!({ "text": "Answer: {{question}}" });
    answer(me.ask(Method::POST, &at("/freeze")).json(&frozen), 204).await;
    problem(me.ask(Method::POST, &at("/freeze")).json(&json!({ "text": "not in the prompt" })), 409, "conflict").await;
    answer(me.ask(Method::POST, &at("/feedback")).json(&json!({ "text": "Be kind." })), 204).await;
    let best = text(&me.get(&at("/candidates/best")).await["node"]["id"]);
    let best = best.split('@').nth(1).unwrap().to_owned();
    if best != "c0" {
        answer(me.ask(Method::POST, &at(&format!("/candidates/{best}/reject"))), 204).await;
    }
    problem(me.ask(Method::POST, &at("/candidates/c0/reject")), 409, "conflict").await;
    problem(me.ask(Method::POST, &at("/candidates/c77777/pin")), 404, "not_found").await;
    answer(
        me.ask(Method::POST, &at("/model")).json(&json!({ "role": "reflection", "model": "simulated:gentle" })),
        204,
    )
    .await;
    problem(
        me.ask(Method::POST, &at("/model")).json(&json!({ "role": "task", "model": "nobody:x" })),
        400,
        "bad_request",
    )
    .await;

    let length = me.get(&at("")).await["length"].as_u64().unwrap();
    answer(me.ask(Method::POST, &at("/start")), 202).await;
    assert_eq!(me.ended(&run).await["run"]["status"], "finished");
    let finalists = events(&me, &run, "search_ended").await[0]["finalists"].to_string();
    assert!(finalists.contains(mine.trim_start_matches('c')), "{finalists}");
    assert!(
        best == "c0" || !finalists.split(['[', ',', ']']).any(|id| id == best.trim_start_matches('c')),
        "{finalists} {best}"
    );
    let written = me.get(&at(&format!("/candidates/{mine}"))).await;
    assert_eq!((&written["node"]["operator"], &written["node"]["note"]), (&json!("by-hand"), &json!("mine")));
    let scores = written["node"]["scores"].as_object().unwrap();
    assert!(scores.contains_key("train") && scores.contains_key("validation"), "{scores:?}");
    for admitted in events(&me, &run, "candidate_admitted").await {
        if admitted["seq"].as_u64().unwrap() > length && admitted["candidate"]["operator"] != "by-hand" {
            let prompt = admitted["candidate"]["prompt"].to_string();
            assert!(prompt.contains("Answer: {{question}}"), "{prompt}");
        }
    }
    let models = me.get(&at("/spec")).await["models"]["generations"].clone();
    assert_eq!(models[0]["reflection"]["id"], "simulated:gentle");
    // the search is over
    problem(me.ask(Method::POST, &at("/feedback")).json(&json!({ "text": "Too late." })), 409, "conflict").await;
    server.stop().await;
}

#[tokio::test]
async fn a_search_that_goes_on_is_steered_without_being_stopped() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let mut file = run_file(400);
    file["file"] =
        json!(text(&file["file"]).replace("[simulated:gentle]", "[{id: 'simulated:rough', config: {latency_ms: 20}}]"));
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    while me.get(&format!("/runs/{run}")).await["run"]["candidates"].as_u64().unwrap() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let wrote = json!({ "parent": "seed", "components": { "user": "By hand. Answer: {{question}}" } });
    let mine = text(&me.post(&format!("/runs/{run}/candidates"), wrote, 201).await["candidate"]);
    answer(me.ask(Method::POST, &format!("/runs/{run}/feedback")).json(&json!({ "text": "Be kind." })), 204).await;
    let models = me
        .ask(Method::POST, &format!("/runs/{run}/model"))
        .json(&json!({ "role": "task", "model": "simulated:gentle" }));
    problem(models, 409, "conflict").await;
    assert_eq!(me.ended(&run).await["run"]["status"], "finished");
    assert!(me.get(&format!("/runs/{run}/candidates/{mine}")).await["node"]["scores"]["train"].is_object());
    assert_eq!(events(&me, &run, "steered").await.len(), 1);
    server.stop().await;
}

/// Whoever ends a search early keeps what people wished: pinned prompts meet validation, rejected ones do not.
#[tokio::test]
async fn a_search_that_is_stopped_proves_what_was_pinned_and_not_what_was_rejected() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let mut file = run_file(3_000);
    file["file"] = json!(
        text(&file["file"]).replace("[simulated:gentle]", "[{id: 'simulated:gentle', config: {latency_ms: 20}}]")
    );
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    let at = |rest: &str| format!("/runs/{run}{rest}");
    let leader = loop {
        let closed = events(&me, &run, "generation_closed").await;
        if let Some(leader) = closed.last().and_then(|closed| closed["survivors"][0].as_u64()).filter(|id| *id > 0) {
            break leader;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let wrote = json!({ "parent": "seed", "components": { "user": "By hand. Answer: {{question}}" } });
    let mine = text(&me.post(&at("/candidates"), wrote, 201).await["candidate"]);
    answer(me.ask(Method::POST, &at(&format!("/candidates/{mine}/pin"))), 204).await;
    // more than the search has places for
    let all = me.get(&at("/candidates?limit=20")).await["items"].clone();
    let ids = all.as_array().unwrap().iter().map(|row| text(&row["id"]).split_once("@c").unwrap().1.to_owned());
    let wanted: Vec<u64> = ids.map(|id| id.parse().unwrap()).filter(|id| *id != 0 && *id != leader).take(8).collect();
    for id in &wanted {
        answer(me.ask(Method::POST, &at(&format!("/candidates/c{id}/pin"))), 204).await;
    }
    answer(me.ask(Method::POST, &at(&format!("/candidates/c{leader}/reject"))), 204).await;
    answer(me.ask(Method::POST, &at("/stop")), 202).await;
    assert_eq!(me.ended(&run).await["run"]["status"], "finished");
    let ended = events(&me, &run, "search_ended").await;
    assert_eq!(ended[0]["reason"]["why"], "stopped", "{ended:?}");
    let finalists = ended[0]["finalists"].as_array().unwrap();
    let mine: u64 = mine.trim_start_matches('c').parse().unwrap();
    assert!(finalists.contains(&json!(mine)) && finalists.contains(&json!(0)), "{finalists:?}");
    assert!(wanted.iter().all(|id| finalists.contains(&json!(id))), "{finalists:?} with {wanted:?}");
    assert!(!finalists.contains(&json!(leader)), "{finalists:?} without {leader}");
    server.stop().await;
}

/// Whoever pauses a search and then wants its result need not search on for it.
#[tokio::test]
async fn a_run_that_rests_ends_with_what_it_has() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let run = resting(&me).await;
    let at = |rest: &str| format!("/runs/{run}{rest}");
    let candidates = me.get(&at("")).await["run"]["candidates"].clone();
    answer(me.ask(Method::POST, &at("/stop")), 202).await;
    let ended = me.ended(&run).await["run"].clone();
    assert_eq!((&ended["status"], &ended["candidates"]), (&json!("finished"), &candidates), "{ended}");
    assert_eq!(events(&me, &run, "search_ended").await[0]["reason"]["why"], "stopped");
    assert_eq!(events(&me, &run, "evidence_measured").await.len(), 1);
    // and one that is over says so, whatever is wanted of it
    for deed in ["/stop", "/pause"] {
        let refused = problem(me.ask(Method::POST, &at(deed)), 409, "conflict").await;
        assert!(text(&refused["detail"]).contains("is finished"), "{deed}: {refused}");
    }
    // one that has not begun has nothing to choose from
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    problem(me.ask(Method::POST, &format!("/runs/{run}/stop")), 409, "conflict").await;
    server.stop().await;
}

/// A run whose task model is changed while it rests: what is shown of it, and what begins there, goes by the model that answered.
#[tokio::test]
async fn a_run_whose_model_was_changed_names_who_answered() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let mut file = run_file(600);
    let slow = "[{id: 'simulated:gentle', config: {latency_ms: 30}}]";
    file["file"] = json!(text(&file["file"]).replace("[simulated:gentle]", slow));
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    let at = |rest: &str| format!("/runs/{run}{rest}");
    while me.get(&at("")).await["run"]["candidates"].as_u64().unwrap() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    answer(me.ask(Method::POST, &at("/pause")), 202).await;
    assert_eq!(me.ended(&run).await["run"]["status"], "paused");
    me.post(&at("/snapshots"), json!({ "name": "before" }), 201).await;
    let task = |model: &str| me.ask(Method::POST, &at("/model")).json(&json!({ "role": "task", "model": model }));
    // who could not be asked is refused at once, and who was replaced before it served is forgotten
    let refused = problem(task("openai:gpt-5"), 422, "not_runnable").await;
    assert!(text(&refused["detail"]).contains("API key"), "{refused}");
    answer(task("simulated:null"), 204).await;
    answer(task("simulated:rough"), 204).await;
    let later = me.get(&at("/spec")).await["models"]["generations"].clone();
    assert_eq!(later.as_array().unwrap().len(), 1, "{later}");
    answer(me.ask(Method::POST, &at("/start")), 202).await;
    assert_eq!(me.ended(&run).await["run"]["status"], "finished");

    let rough = "simulated:rough";
    assert_eq!(me.get(&at("")).await["run"]["model"], rough);
    assert_eq!(me.get(&at("/candidates/best")).await["node"]["model"], rough);
    let listed = me.get("/workspaces/local/runs?filter=model%20~%20rough").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    let export = async |format: &str| {
        let asked = me.ask(Method::GET, &at(&format!("/export?format={format}")));
        asked.send().await.unwrap().text().await.unwrap()
    };
    let promptfoo = export("promptfoo").await;
    let providers = serde_json::from_str::<serde_json::Value>(&promptfoo).unwrap()["providers"].to_string();
    assert!(providers.contains("rough") && !providers.contains("gentle"), "{providers}");
    let rows = export("csv").await;
    assert!(rows.lines().next().unwrap().contains(",purpose,model,"), "{rows}");
    assert!(rows.contains(",simulated:gentle,") && rows.contains(",simulated:rough,"), "{rows}");

    // a branch begins with the models of its point, and changes them by itself no more
    let branched = async |wanted: serde_json::Value| {
        let branch = text(&me.post(&at("/branches"), wanted, 201).await["run"]);
        let models = me.get(&format!("/runs/{branch}/spec")).await["models"].clone();
        assert_eq!(models["generations"], json!([]), "{models}");
        text(&models["task"][0]["id"])
    };
    assert_eq!(branched(json!({ "from": "best", "start": false })).await, rough);
    assert_eq!(branched(json!({ "from": "before", "start": false })).await, "simulated:gentle");
    let named = json!({ "from": "before", "model": "simulated:null", "start": false });
    assert_eq!(branched(named).await, "simulated:null");

    // a family is the same from both of its runs
    let wanted = json!({ "from": "seed", "budget": { "calls": 100 } });
    let branch = text(&me.post(&at("/branches"), wanted, 201).await["run"]);
    me.ended(&branch).await;
    let family = async |of: &str| {
        let all = me.get(&format!("/runs/{of}/lineage/families")).await["items"].clone();
        let root = json!(format!("{run}@c0"));
        all.as_array().unwrap().iter().find(|family| family["root"] == root).unwrap().clone()
    };
    assert_eq!(family(&run).await, family(&branch).await);
    server.stop().await;
}
