//! Each list refuses a limit that asks for nothing.

use clade_server::Mode;
use reqwest::Method;
use serde_json::json;

use crate::common::{Server, problem, run_file, text};

#[tokio::test]
async fn every_list_refuses_to_give_none() {
    let server = Server::start(Mode::Accounts).await;
    let me = server.person("zoe", true).await;
    server.workspace("north", &me).await;
    let run = text(&me.post("/workspaces/north/runs", run_file(60), 201).await["run"]);
    me.ended(&run).await;
    let item = json!({ "name": "p", "text": "Answer: {{question}}" });
    me.post("/workspaces/north/library/prompt", item, 201).await;
    let document = clade_server::openapi();
    let mut seen = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(operation) = operations.get("get") else { continue };
        let parameters = operation["parameters"].as_array().unwrap();
        let asked = |name: &str| parameters.iter().any(|one| one["in"] == "query" && one["name"] == name);
        let page = operation["responses"]["200"].to_string().contains("Page");
        if !page && !asked("limit") {
            continue;
        }
        // whoever asks for deliveries of a webhook that is not there hears of that first
        let path = path.trim_start_matches("/api/v1").replace("{run}", &run).replace("{workspace}", "north");
        let path = path.replace("{candidate}", "seed").replace("{generation}", "latest").replace("{kind}", "prompt");
        if path.contains('{') {
            continue;
        }
        let must = parameters.iter().filter(|one| one["in"] == "query" && one["required"] == true);
        let mut query: String = must.map(|one| format!("{}=seed&", text(&one["name"]))).collect();
        query += if asked("k") { "k=0" } else { "limit=0" };
        let refused = problem(me.ask(Method::GET, &format!("{path}?{query}")), 400, "bad_request").await;
        let detail = text(&refused["detail"]);
        assert!(detail.contains("`limit`") || detail.contains("`k`"), "{path}: {detail}");
        seen += 1;
    }
    assert!(seen >= 28, "{seen} lists");
}
