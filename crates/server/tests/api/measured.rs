//! What is said of a candidate beside its score: what it cost, and the run's objectives.

use clade_domain::{Role, UserId};
use clade_server::Mode;
use serde_json::{Value, json};

use crate::common::{Server, run_file, text};

#[tokio::test]
async fn a_candidate_says_what_its_answers_cost_apart_from_what_writing_it_did() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let mut file = run_file(300);
    let objectives = "objectives: [{metric: accuracy}, {metric: prompt_tokens, direction: minimize, weight: 0.01}], ";
    file["file"] = text(&file["file"])
        .replace("metric: accuracy}]", "metric: accuracy}, {type: contains, value: '1', metric: one}]")
        .replace("optimize: {", &format!("optimize: {{{objectives}"))
        .into();
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    me.ended(&run).await;
    let page = me.get(&format!("/runs/{run}/candidates?limit=500")).await;
    let rows = page["items"].as_array().unwrap();
    for row in rows {
        let name = text(&row["id"]).split('@').nth(1).unwrap().to_owned();
        let trials = me.get(&format!("/runs/{run}/candidates/{name}/trials?limit=500")).await;
        let trials = trials["items"].as_array().unwrap();
        let paid: Vec<f64> =
            trials.iter().filter(|one| one["cached"] == false).filter_map(|one| one["cost"].as_f64()).collect();
        // second answers of the first prompt are paid for too, and in no list of its trials
        if name != "c0" {
            assert_eq!(row["answers_paid"], paid.len(), "{name}");
            assert!((row["answers_cost"].as_f64().unwrap() - paid.iter().sum::<f64>()).abs() < 1e-9, "{name}: {row}");
        }
        let whole = row["answers_cost"].as_f64().unwrap() + row["proposal_cost"].as_f64().unwrap();
        assert!((whole - row["cost"].as_f64().unwrap()).abs() < 1e-9, "{name}: {row}");
        assert_eq!(me.get(&format!("/runs/{run}/candidates/{name}")).await["node"]["measures"], row["measures"]);
    }
    assert!(rows.iter().any(|row| row["proposal_cost"].as_f64().unwrap() > 0.0), "{rows:?}");
    assert_eq!(rows[0]["proposal_cost"], 0.0);
    let names = |row: &Value| -> Vec<Value> {
        row["measures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| json!([one["name"], one["direction"], one["low"].is_f64()]))
            .collect()
    };
    let expected = [
        json!(["accuracy", "maximize", true]),
        json!(["prompt_tokens", "minimize", false]),
        json!(["one", null, true]),
    ];
    assert_eq!(names(&rows[0]), expected);
    let accuracy = &rows[0]["measures"][0];
    assert_eq!(
        [&accuracy["mean"], &accuracy["low"], &accuracy["high"]],
        [&rows[0]["score"]["mean"], &rows[0]["score"]["low"], &rows[0]["score"]["high"]]
    );
}

#[tokio::test]
async fn the_curve_has_the_score_that_its_interval_is_of() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(300), 201).await["run"]);
    me.ended(&run).await;
    let curve = me.get(&format!("/runs/{run}/curve")).await;
    let steps = curve["steps"].as_array().unwrap();
    assert!(!steps.is_empty());
    for step in steps {
        let [low, score, high] = ["low", "score", "high"].map(|name| step[name].as_f64().unwrap());
        assert!(low <= score && score <= high, "{step}");
        let node = me.get(&format!("/runs/{run}/candidates/c{}", step["candidate"])).await;
        assert!((score - node["node"]["score"]["mean"].as_f64().unwrap()).abs() < 1e-9, "{step}");
    }
}
