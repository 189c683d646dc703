//! A run's row says all that a list of runs shows of it.

use clade_domain::{Role, UserId};
use clade_server::Mode;
use clade_store::RunSummary;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    common::{Server, answer, run_file, text},
    trees::slow_run,
};

#[tokio::test]
async fn a_row_says_what_its_scores_are_worth_what_it_may_spend_and_where_it_came_from() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(3_000), 201).await["run"]);
    me.ended(&run).await;
    let row = async |of: &str| {
        let rows = me.get("/workspaces/local/runs").await["items"].clone();
        rows.as_array().unwrap().iter().find(|row| row["run"] == of).unwrap().clone()
    };
    let evidence = me.get(&format!("/runs/{run}/report")).await["evidence"].clone();
    let proved = row(&run).await;
    let worth = &proved["worth"];
    assert_eq!((&worth["split"], &worth["best"]["examples"]), (&json!("test"), &evidence["n"]), "{proved}");
    assert_eq!(
        json!([worth["seed"]["low"], worth["seed"]["high"], worth["best"]["low"], worth["best"]["high"]]),
        json!([evidence["seed_ci"][0], evidence["seed_ci"][1], evidence["best_ci"][0], evidence["best_ci"][1]])
    );
    assert_eq!(proved["budget"]["calls"], 3_000);
    let from = json!({ "from": "c1", "start": false, "budget": { "calls": 70 } });
    let branch = text(&me.post(&format!("/runs/{run}/branches"), from, 201).await["run"]);
    let waiting = row(&branch).await;
    assert_eq!((&waiting["branch_of"], &waiting["branch_from"]), (&json!(run), &json!(1)), "{waiting}");
    assert_eq!((&waiting["budget"]["calls"], &waiting["worth"]), (&json!(70), &Value::Null), "{waiting}");

    // what rests in its search has scores on train examples, as the table of candidates has them
    let rests = slow_run(&me).await;
    let paused = row(&rests).await;
    let best = me.get(&format!("/runs/{rests}/candidates/best")).await["node"].clone();
    assert_eq!(paused["worth"]["split"], "train", "{paused}");
    assert_eq!(paused["worth"]["best"], best["scores"]["train"], "{paused}");
    let limited = async |calls: u32| {
        let path = format!("/runs/{rests}/budget");
        let revision = me.get(&path).await["revision"].to_string();
        let change = me.ask(Method::PUT, &path).header("If-Match", format!("\"{revision}\""));
        answer(change.json(&json!({ "calls": calls })), 200).await;
    };
    limited(2).await;
    assert_eq!(row(&rests).await["budget"]["calls"], 2);
    me.post(&format!("/runs/{rests}/start"), json!({}), 202).await;
    me.ended(&rests).await;
    assert_eq!(row(&rests).await["detail"], "the budget's limit on calls is spent");

    // the row is told that it was raised
    limited(900).await;
    let raised = row(&rests).await;
    assert_eq!(raised["detail"], "its limit on calls was raised: resume goes on");
    assert_eq!(raised["budget"], json!({ "calls": 900 }));

    // a row as an older version wrote it: who opens the run is told all the same
    let old = server.store.summary(rests.clone()).await.unwrap();
    let old = RunSummary { worth: None, budget: None, branch_from: None, ..old };
    server.store.put_summary(old).await.unwrap();
    assert_eq!(row(&rests).await["worth"], Value::Null);
    let opened = me.get(&format!("/runs/{rests}")).await["run"].clone();
    for field in ["worth", "budget", "branch_from", "detail"] {
        assert_eq!(opened[field], raised[field], "{field}");
    }
}
