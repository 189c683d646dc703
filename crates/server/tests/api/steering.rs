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
