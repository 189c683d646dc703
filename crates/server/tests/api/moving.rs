use clade_domain::Timestamp;
use clade_engine::now;
use clade_server::Mode;
use clade_store::RunSummary;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Person, Server, answer, problem, run_file, text};

async fn bundle(person: &Person, run: &str) -> Vec<u8> {
    let response = person.ask(Method::GET, &format!("/runs/{run}/export?format=bundle")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_run_moves_to_another_server_and_stays_the_same() {
    let (here, there) = (Server::start(Mode::Single).await, Server::start(Mode::Single).await);
    let me = here.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let other = there.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(200), 201).await["run"]);
    me.ended(&run).await;
    me.post(&format!("/runs/{run}/snapshots"), json!({ "name": "done" }), 201).await;
    let tag = format!("\"{}\"", me.get(&format!("/runs/{run}")).await["revision"]);
    let called = me.ask(Method::PATCH, &format!("/runs/{run}")).header("if-match", tag);
    answer(called.json(&json!({ "description": "a name of its own" })), 200).await;
    let clone = text(&me.post(&format!("/runs/{run}/clone"), json!({}), 201).await["run"]);
    assert_eq!(me.get(&format!("/runs/{clone}")).await["run"]["description"], "a name of its own");
    let bytes = bundle(&me, &run).await;
    let import = |bytes: Vec<u8>| other.ask(Method::POST, "/workspaces/local/runs/import").body(bytes);
    let imported = answer(import(bytes.clone()), 201).await;
    assert_eq!((&imported["run"], &imported["resumable"]), (&json!(run), &json!(true)));
    assert_eq!(other.get(&format!("/runs/{run}")).await["run"]["description"], "a name of its own");
    for path in ["report", "lineage?fold=0", "snapshots", "candidates/best", "matrix?split=test"] {
        let path = format!("/runs/{run}/{path}");
        let (mut a, mut b) = (me.get(&path).await, other.get(&path).await);
        // a sum of costs depends on the order of its terms, in its last digit
        for value in [&mut a, &mut b].into_iter().filter_map(|value| value["spent"].as_object_mut()) {
            value.insert("usd".into(), json!((value["usd"].as_f64().unwrap() * 1e9).round()));
        }
        assert_eq!(a, b, "{path}");
    }
    problem(import(bytes.clone()), 409, "exists").await;
    // without its data it is looked at and no more
    let bare = me.ask(Method::GET, &format!("/runs/{run}/export?format=bundle&data=false")).send().await.unwrap();
    let bare = bare.bytes().await.unwrap().to_vec();
    let third = Server::start(Mode::Accounts).await;
    let reader = third.person("reader", false).await;
    third.workspace("north", &reader).await;
    let brought = answer(reader.ask(Method::POST, "/workspaces/north/runs/import").body(bare), 201).await;
    assert_eq!(brought["resumable"], false);
    for (deed, body) in [("start", Value::Null), ("branches", json!({ "from": "seed" })), ("clone", json!({}))] {
        let refused =
            problem(reader.ask(Method::POST, &format!("/runs/{run}/{deed}")).json(&body), 409, "conflict").await;
        assert!(text(&refused["detail"]).contains("without its examples"), "{deed}: {refused}");
    }
    let journal = me.ask(Method::GET, &format!("/runs/{run}/journal?events=trial_finished")).send().await.unwrap();
    let first: Value = serde_json::from_str(journal.text().await.unwrap().lines().next().unwrap()).unwrap();
    let trial = format!("/runs/{run}/trials/{}", first["seq"]);
    let (whole, bare) = (me.get(&trial).await, reader.get(&trial).await);
    assert!(whole["vars"].is_object() && whole["request"].is_array(), "{whole}");
    assert!(bare["vars"].is_null() && bare["request"].is_null(), "{bare}");
    assert_eq!((&bare["trial"], &bare["answer"]), (&whole["trial"], &whole["answer"]));
    third.stop().await;
    // a bundle that was cut off or changed is refused whole
    let mut broken = bytes.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 0xff;
    let again = |bytes: Vec<u8>| other.ask(Method::POST, "/workspaces/local/runs/import?run=other-run").body(bytes);
    problem(again(broken), 422, "bundle").await;
    problem(again(bytes[..middle].to_vec()), 422, "bundle").await;
    problem(again(b"no bundle".to_vec()), 422, "bundle").await;
    assert_eq!(other.get("/workspaces/local/runs").await["items"].as_array().unwrap().len(), 1);
    here.stop().await;
    there.stop().await;
}

#[tokio::test]
async fn a_run_branches_from_a_candidate_edited_by_hand_and_is_compared() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(200), 201).await["run"]);
    me.ended(&run).await;
    let branches = format!("/runs/{run}/branches");
    let lost = json!({ "from": "best", "prompt": { "user": "Answer, please." }, "start": false });
    problem(me.ask(Method::POST, &branches).json(&lost), 400, "bad_request").await;
    let wanted = json!({ "from": "best", "prompt": { "user": "Think first. {{question}}" }, "budget": { "calls": 150 }, "seed": 5 });
    let branch = text(&me.post(&branches, wanted, 201).await["run"]);
    let ended = me.ended(&branch).await;
    assert_eq!(ended["run"]["branch_of"], json!(run), "{ended}");
    let seed = me.get(&format!("/runs/{branch}/candidates/seed")).await;
    assert_eq!(seed["text"], "Think first. {{question}}");
    let family = me.get(&format!("/runs/{branch}/lineage?branches=1&fold=0")).await;
    let runs: std::collections::BTreeSet<String> = family["marks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mark| text(&mark["id"]).split('@').next().unwrap().to_owned())
        .collect();
    assert_eq!(runs.len(), 2);
    let compared = me.get(&format!("/workspaces/local/compare?runs={run},{branch}")).await;
    assert_eq!((compared["runs"].as_array().unwrap().len(), compared["pairs"].as_array().unwrap().len()), (2, 1));
    // each step of a curve says what the one that led rests on; and candidates of several runs have one clock
    let steps = compared["runs"][0]["curve"].as_array().unwrap();
    let own = |step: &Value, of: &str| step["own"][of].as_f64().unwrap();
    assert!(!steps.is_empty());
    for step in steps {
        assert!(own(step, "low") <= own(step, "mean") && own(step, "mean") <= own(step, "high"), "{step}");
        assert!(own(step, "examples") >= 1.0 && step["candidate"].is_u64(), "{step}");
    }
    let at = |mark: &&Value| mark["node"]["at"].as_i64().unwrap();
    let (own, inherited): (Vec<&Value>, Vec<&Value>) =
        family["marks"].as_array().unwrap().iter().partition(|mark| text(&mark["id"]).starts_with(&branch));
    assert!(inherited.iter().map(at).max() <= own.iter().map(at).min(), "{family}");
    // what could not start leaves nothing behind
    let count = async || me.get("/workspaces/local/runs").await["items"].as_array().unwrap().len();
    let before = count().await;
    for (model, status, kind) in
        [("nonesuch", 400, "bad_request"), ("anthropic:messages:claude-sonnet-5", 422, "not_runnable")]
    {
        let wanted = json!({ "from": "seed", "model": model });
        problem(me.ask(Method::POST, &branches).json(&wanted), status, kind).await;
    }
    assert_eq!(count().await, before);
    let clone = me.post(&format!("/runs/{run}/clone"), json!({ "seed": 77 }), 201).await;
    assert_eq!(clone["started"], false);
    let spec = me.get(&format!("/runs/{}/spec", text(&clone["run"]))).await;
    assert_eq!(spec["seed"], 77);
    server.stop().await;
}

#[tokio::test]
async fn every_format_is_written() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(100), 201).await["run"]);
    me.ended(&run).await;
    // format, what its text begins with or holds
    let table = [
        ("prompt", "{{question}}"),
        ("promptfoo", "\"prompts\""),
        ("csv", "candidate,example,sample"),
        ("jsonl", "{\"answer\""),
        ("journal", "\"event\":\"run_started\""),
        ("dot", "digraph"),
        ("mermaid", "flowchart"),
        ("graphml", "<graphml"),
        ("cypher", "MERGE"),
        ("tree", "\"parents\""),
    ];
    for (format, holds) in table {
        let response = me.ask(Method::GET, &format!("/runs/{run}/export?format={format}")).send().await.unwrap();
        let name = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(name.contains(&run), "{format}: {name}");
        let text = response.text().await.unwrap();
        assert!(!text.contains("/tmp/"), "{format} tells where the server keeps things");
        assert!(text.contains(holds), "{format}: {}", &text[..text.len().min(300)]);
    }
    let unknown: Value =
        problem(me.ask(Method::GET, &format!("/runs/{run}/export?format=pdf")), 400, "bad_request").await;
    assert!(text(&unknown["detail"]).contains("pdf"), "{unknown}");
    server.stop().await;
}

/// What a bundle says of its run in words is in everybody's list, and so is when it was made: neither is taken as it comes.
#[tokio::test]
async fn what_a_bundle_says_of_its_run_is_bounded() {
    let (here, there) = (Server::start(Mode::Single).await, Server::start(Mode::Single).await);
    let me = here.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let other = there.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    file["file"] = json!(format!("description: {}\n{}", "d".repeat(10_000), text(&file["file"])));
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    let row = here.store.summary(run.clone()).await.unwrap();
    let odd = RunSummary { detail: "x".repeat(100_000), created: Timestamp(i64::MAX), ..row };
    here.store.put_summary(odd).await.unwrap();
    let bytes = bundle(&me, &run).await;
    answer(other.ask(Method::POST, "/workspaces/local/runs/import").body(bytes), 201).await;
    let told = other.get("/workspaces/local/runs").await["items"][0].take();
    for words in ["detail", "description"] {
        let length = text(&told[words]).chars().count();
        assert!((1..=500).contains(&length), "{words} has {length} characters");
    }
    assert!(told["created"].as_i64().unwrap() <= now().0, "{}", told["created"]);
    here.stop().await;
    there.stop().await;
}

#[tokio::test]
async fn answers_of_two_models_are_neither_paired_nor_said_to_flip() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let plain = text(&me.post("/workspaces/local/runs", run_file(300), 201).await["run"]);
    let mut relieved = run_file(1_200);
    let later = "models: {generations: [{from: 3, task: {id: 'simulated:gsm8k', label: newer, config: {noise: 0.3}}}]}, \
                 strategy: {name: genetic, population: 4, generations: 4}, seed: 3";
    let file = text(&relieved["file"]).replace("seed: 3", later).replace("simulated:gentle", "simulated:gsm8k");
    relieved["file"] = json!(file);
    let run = text(&me.post("/workspaces/local/runs", relieved, 201).await["run"]);
    for run in [&plain, &run] {
        me.ended(run).await;
    }
    let compared = me.get(&format!("/workspaces/local/compare?runs={plain},{run}")).await;
    assert_eq!(compared["pairs"], json!([]), "{compared}");
    assert!(text(&compared["not_paired"][0]).contains("other task models answered"), "{compared}");
    let candidates = me.get(&format!("/runs/{run}/candidates?limit=500")).await;
    let old = candidates["items"].as_array().unwrap().iter().find(|one| one["model"] == "simulated:gsm8k").unwrap();
    let old = text(&old["id"]).split('@').nth(1).unwrap().to_owned();
    let flips = me.get(&format!("/runs/{run}/flips?a={old}&b=best&split=train")).await;
    assert_eq!(flips["items"], json!([]), "{flips}");
    assert!(text(&flips["not_paired"]).contains("different models"), "{flips}");
    let same = me.get(&format!("/runs/{plain}/flips?a=seed&b=best&split=test")).await;
    assert!(same["not_paired"].is_null(), "{same}");
}

#[tokio::test]
async fn curves_of_many_runs_come_with_one_answer() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let mut runs = Vec::new();
    for _ in 0..2 {
        runs.push(text(&me.post("/workspaces/local/runs", run_file(200), 201).await["run"]));
    }
    for run in &runs {
        me.ended(run).await;
    }
    let asked = format!("/workspaces/local/curves?runs={},{},{},nonesuch", runs[0], runs[1], runs[0]);
    let items = me.get(&asked).await["items"].clone();
    assert_eq!(items.as_array().map(Vec::len), Some(2), "{items}");
    for rise in items.as_array().unwrap() {
        let whole = me.get(&format!("/runs/{}/curve", text(&rise["run"]))).await;
        assert_eq!(rise["seed"], whole["seed"]);
        let pick = |steps: &Value| -> Vec<Value> {
            let steps = steps.as_array().unwrap().iter();
            steps.map(|step| json!([step["calls"], step["best"]])).collect()
        };
        assert!(!pick(&rise["steps"]).is_empty(), "{rise}");
        assert_eq!(pick(&rise["steps"]), pick(&whole["steps"]));
    }
    problem(me.ask(Method::GET, "/workspaces/local/curves?runs="), 400, "bad_request").await;
    let many: Vec<String> = (0..61).map(|n| format!("run{n}")).collect();
    problem(me.ask(Method::GET, &format!("/workspaces/local/curves?runs={}", many.join(","))), 400, "bad_request")
        .await;
}
