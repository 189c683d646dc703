//! What a run may not go beyond: limits of its own, and whoever started it.

use std::time::Duration;

use clade_domain::{Role, SandboxCeiling, UserId};
use clade_server::Mode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Around, Person, Server, answer, client, problem, run_file, text};

/// A run that takes its time.
fn slow(calls: u32) -> Value {
    let mut file = run_file(calls);
    let models = "[{id: 'simulated:gentle', config: {latency_ms: 30}}]";
    file["file"] = json!(text(&file["file"]).replace("[simulated:gentle]", models));
    file
}

/// Waits until a run has bought so much.
async fn bought(who: &Person, run: &str, calls: u64) {
    while who.get(&format!("/runs/{run}")).await["run"]["spent"]["calls"].as_u64() < Some(calls) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What happened in a run, in order.
async fn events(who: &Person, run: &str) -> Vec<String> {
    let journal = who.ask(Method::GET, &format!("/runs/{run}/journal")).send().await.unwrap().text().await.unwrap();
    let kind = |line: &str| text(&serde_json::from_str::<Value>(line).unwrap()["event"]);
    journal.lines().map(kind).collect()
}

/// Limits below what was spent are a way to hold a run, and raising them lets it search on.
#[tokio::test]
async fn a_run_that_starts_below_what_it_has_spent_rests_and_searches_on_once_it_may() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", slow(400), 201).await["run"]);
    bought(&me, &run, 40).await;
    answer(me.ask(Method::POST, &format!("/runs/{run}/pause")), 202).await;
    me.ended(&run).await;
    let limits = format!("/runs/{run}/budget");
    let limit = async |calls: u32| {
        let tag = format!("\"{}\"", me.get(&limits).await["revision"]);
        let set = me.ask(Method::PUT, &limits).header("if-match", tag).json(&json!({ "calls": calls }));
        answer(set, 200).await;
        answer(me.ask(Method::POST, &format!("/runs/{run}/start")), 202).await;
        me.ended(&run).await["run"].clone()
    };
    let rests = limit(10).await;
    assert_eq!(
        (&rests["status"], text(&rests["detail"]).as_str()),
        (&json!("paused"), "the budget's limit on calls is spent")
    );
    assert!(!events(&me, &run).await.contains(&"search_ended".to_owned()), "the search is not over");
    let done = limit(400).await;
    assert_eq!(done["status"], "finished", "{done}");
    server.stop().await;
}

/// Nobody spends for a workspace that they were taken out of.
#[tokio::test]
async fn runs_of_whoever_was_taken_out_of_a_workspace_are_put_down() {
    let server = Server::start(Mode::Accounts).await;
    let (ada, ben) = (server.person("ada", false).await, server.person("ben", false).await);
    let north = server.workspace("north", &ada).await;
    let south = server.workspace("south", &ada).await;
    for place in [&north, &south] {
        server.join(place, &ben, Role::User, &ada).await;
    }
    let create = async |who: &Person, place: &str| {
        text(&who.post(&format!("/workspaces/{place}/runs"), slow(3_000), 201).await["run"])
    };
    let (mine, theirs, elsewhere) =
        (create(&ada, "north").await, create(&ben, "north").await, create(&ben, "south").await);
    bought(&ada, &theirs, 5).await;
    answer(ada.ask(Method::DELETE, &format!("/workspaces/north/members/{}", ben.user)), 204).await;
    let rests = ada.ended(&theirs).await["run"].clone();
    let why = "ben, who started it, is no member of the workspace any more";
    assert_eq!((&rests["status"], text(&rests["detail"]).as_str()), (&json!("paused"), why));
    for goes_on in [&mine, &elsewhere] {
        assert_eq!(ada.get(&format!("/runs/{goes_on}")).await["run"]["status"], "running", "another's, or elsewhere");
    }
    let log = ada.get(&format!("/workspaces/north/audit?run={theirs}&what=run.pause")).await;
    assert_eq!((&log["items"][0]["login"], &log["items"][0]["after"]["why"]), (&json!("ada"), &json!(why)), "{log}");
    // whoever works there may go on with it
    answer(ada.ask(Method::POST, &format!("/runs/{theirs}/start")), 202).await;
    bought(&ada, &theirs, 20).await;
    // one who leaves by themselves leaves nothing going on either
    answer(ben.ask(Method::DELETE, "/workspaces/south/membership"), 204).await;
    assert_eq!(ada.ended(&elsewhere).await["run"]["detail"], why);
    for run in [&mine, &theirs] {
        answer(ada.ask(Method::POST, &format!("/runs/{run}/pause")), 202).await;
        assert_eq!(ada.ended(run).await["run"]["detail"], "interrupted");
    }
    let stream = client().get(format!("{}/api/v1/runs/{theirs}", server.url)).bearer_auth(&ben.token);
    assert_eq!(stream.send().await.unwrap().status(), 404);
    server.stop().await;
}

/// A branch may have limits of its own, and is told where they prove nothing.
#[tokio::test]
async fn a_branch_with_too_little_for_a_proof_says_so() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(150), 201).await["run"]);
    me.ended(&run).await;
    // limits, what is said of them
    let table = [
        (json!({ "calls": 30 }), "a budget of 30 calls does not pay for a proof"),
        (json!({ "tokens": 150 }), "a budget of 150 tokens does not pay for a proof"),
        (json!({ "calls": 100, "tokens": 1_000_000 }), ""),
        (json!({}), ""),
    ];
    for (budget, says) in table {
        let wanted = json!({ "from": "best", "budget": budget, "start": false });
        let made = me.post(&format!("/runs/{run}/branches"), wanted, 201).await;
        let warnings = made["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), usize::from(!says.is_empty()), "{budget}: {made}");
        assert!(warnings.iter().all(|warning| text(warning).starts_with(says)), "{budget}: {made}");
    }
    server.stop().await;
}

/// A run file whose candidates have sandboxes with limits of their own.
fn with_sandbox(limits: &str) -> Value {
    let mut file = run_file(60);
    let own = format!("optimize: {{sandbox: {{mode: always, limits: {limits}}}, ");
    file["file"] = json!(text(&file["file"]).replace("optimize: {", &own));
    file["start"] = json!(false);
    file
}

/// Nobody takes a machine that others share for themselves.
#[tokio::test]
async fn a_run_file_asks_for_no_more_than_a_server_gives() {
    let around = Around { most: SandboxCeiling { processes: 70, ..SandboxCeiling::default() }, ..Around::default() };
    let server = Server::with(Mode::Accounts, tempfile::tempdir().unwrap(), around).await;
    let ada = server.person("ada", true).await;
    let create = |limits: &str| ada.ask(Method::POST, "/workspaces/local/runs").json(&with_sandbox(limits));
    // limits, what is said of them
    let table = [
        ("{memory_mb: 65536}", "`memory_mb` of a sandbox is 65536 in this run, and this server gives at most 4096"),
        ("{processes: 71}", "`processes` of a sandbox is 71 in this run, and this server gives at most 70"),
    ];
    for (limits, says) in table {
        let refused = problem(create(limits), 422, "sandbox").await;
        assert!(text(&refused["detail"]).starts_with(says), "{refused}");
        let fix = "ask whoever keeps the server to raise `most` under `[sandbox]` of its promptclade.toml";
        assert!(text(&refused["detail"]).ends_with(fix), "{refused}");
    }
    // no jail is made inside of a test, so what fits is refused for that alone
    let fits = problem(create("{memory_mb: 4096, processes: 70}"), 422, "sandbox").await;
    assert!(text(&fits["detail"]).contains("could not isolate code here"), "{fits}");
    // whoever is alone asks for what they like
    let alone = Server::start(Mode::Single).await;
    let me = alone.token(UserId::default(), Role::Admin).await;
    let greedy = me.ask(Method::POST, "/workspaces/local/runs").json(&with_sandbox("{memory_mb: 65536}"));
    let said = problem(greedy, 422, "sandbox").await;
    assert!(text(&said["detail"]).contains("could not isolate code here"), "{said}");
    alone.stop().await;
    server.stop().await;
}

/// A limit in USD holds whoever writes the run file.
#[tokio::test]
async fn a_run_file_of_a_member_names_no_price_below_the_list() {
    let server = Server::start(Mode::Accounts).await;
    let ada = server.person("ada", false).await;
    server.workspace("north", &ada).await;
    let key = ada.ask(Method::PUT, "/workspaces/north/keys/OPENAI_API_KEY").json(&json!({ "key": "sk-not-a-key" }));
    assert!(key.send().await.unwrap().status().is_success());
    // settings of the model, whether a run with them may start
    let table = [
        ("{inputCost: 0, outputCost: 0}", false),
        ("{cost: 0.00000001}", false),
        ("{inputCost: 0.000009}", true),
        ("{}", true),
    ];
    for (config, starts) in table {
        let mut file = run_file(60);
        let model = format!("[{{id: 'openai:chat:gpt-4o', config: {config}}}]");
        file["file"] = json!(text(&file["file"]).replace("[simulated:gentle]", &model));
        let checked = ada.post("/workspaces/north/runs/check", file, 200).await;
        let unready = checked["unready"].as_str().unwrap_or_default();
        assert_eq!(unready.is_empty(), starts, "{config}: {checked}");
        assert!(starts || unready.starts_with("`openai:chat:gpt-4o` costs more than its settings say"), "{unready}");
    }
    server.stop().await;
}

/// Whoever got hold of a token for a day has it for a day.
#[tokio::test]
async fn what_a_token_makes_goes_with_it() {
    let server = Server::start(Mode::Accounts).await;
    let ada = server.person("ada", false).await;
    server.workspace("north", &ada).await;
    let with = |secret: &Value| Person { token: text(secret), ..ada.clone() };
    let make = async |who: &Person, wanted: Value| who.post("/tokens", wanted, 201).await;
    let day = make(&ada, json!({ "name": "day", "ceiling": "user", "days": 1 })).await;
    let end = &day["token"]["expires"];
    let mut last = day.clone();
    for days in [Value::Null, json!(9)] {
        last = make(&with(&last["secret"]), json!({ "name": "longer", "ceiling": "user", "days": days })).await;
        assert_eq!(&last["token"]["expires"], end, "{days}");
    }
    // it sees what opens no more than it
    let seen = with(&last["secret"]).get("/tokens").await;
    assert_eq!(seen["items"].as_array().unwrap().len(), 3, "{seen}");
    assert_eq!(ada.get("/tokens").await["items"].as_array().unwrap().len(), 4);
    with(&last["secret"]).get("/workspaces/north").await;
    answer(ada.ask(Method::DELETE, &format!("/tokens/{}", text(&day["token"]["id"]))), 204).await;
    problem(with(&last["secret"]).ask(Method::GET, "/workspaces/north"), 401, "token").await;
    assert_eq!(ada.get("/tokens").await["items"].as_array().unwrap().len(), 1);
    server.stop().await;
}

/// Nobody empties the limit of a colleague.
#[tokio::test]
async fn a_run_is_let_buy_more_by_whom_it_is_charged_to() {
    let server = Server::start(Mode::Accounts).await;
    let (ada, ben, eve) =
        (server.person("ada", false).await, server.person("ben", false).await, server.person("eve", false).await);
    let north = server.workspace("north", &ada).await;
    for user in [&ben, &eve] {
        server.join(&north, user, Role::User, &ada).await;
    }
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&ben.post("/workspaces/north/runs", file, 201).await["run"]);
    let limits = format!("/runs/{run}/budget");
    let raise = async |who: &Person, calls: u32| {
        let tag = format!("\"{}\"", who.get(&limits).await["revision"]);
        who.ask(Method::PUT, &limits).header("if-match", tag).json(&json!({ "calls": calls }))
    };
    // without limits of their own nobody is charged
    answer(raise(&eve, 61).await, 200).await;
    let own = ada.ask(Method::PUT, &format!("/workspaces/north/members/{}/budget", ben.user));
    answer(own.header("if-match", "\"1\"").json(&json!({ "calls": 500 })), 200).await;
    let start = |who: &Person| who.ask(Method::POST, &format!("/runs/{run}/start"));
    for refused in [raise(&eve, 400).await, start(&eve)] {
        let said = problem(refused, 403, "charged").await;
        assert!(text(&said["fix"]).contains("branch"), "{said}");
    }
    answer(raise(&ben, 62).await, 200).await;
    answer(raise(&ada, 63).await, 200).await;
    answer(start(&ben), 202).await;
    ben.ended(&run).await;
    // and who has limits does not buy beyond them at the cost of who has none
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&eve.post("/workspaces/north/runs", file, 201).await["run"]);
    let limits = format!("/runs/{run}/budget");
    let tag = format!("\"{}\"", ben.get(&limits).await["revision"]);
    let raised = ben.ask(Method::PUT, &limits).header("if-match", tag).json(&json!({ "calls": 9_000 }));
    for refused in [raised, ben.ask(Method::POST, &format!("/runs/{run}/start"))] {
        let said = problem(refused, 403, "charged").await;
        assert!(text(&said["detail"]).contains("you have limits") && text(&said["fix"]).contains("branch"), "{said}");
    }
    let branch = json!({ "from": "seed", "start": false });
    problem(ben.ask(Method::POST, &format!("/runs/{run}/branches")).json(&branch), 409, "conflict").await;
    answer(eve.ask(Method::POST, &format!("/runs/{run}/start")), 202).await;
    eve.ended(&run).await;
    ben.post(&format!("/runs/{run}/branches"), branch, 201).await;
    server.stop().await;
}
