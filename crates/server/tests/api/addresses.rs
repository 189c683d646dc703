//! Where the models of a workspace may be asked, however a member writes it.

use clade_models::HostNames;
use clade_server::Reachable;
use reqwest::Method;
use serde_json::json;

use crate::common::*;

#[tokio::test]
async fn an_address_of_a_workspace_is_left_by_no_way_of_writing() {
    let server = Server::reaching(Reachable::Private, HostNames::default()).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let allow = |urls: serde_json::Value| {
        let admin = admin.clone();
        async move {
            let tag = format!("\"{}\"", admin.get("/workspaces/north").await["revision"]);
            admin.ask(Method::PATCH, "/workspaces/north").header("if-match", tag).json(&json!({ "base_urls": urls }))
        }
    };
    problem(allow(json!(["http://127.0.0.1:9/v1/../admin"])).await, 422, "base_url").await;
    answer(allow(json!(["http://127.0.0.1:9/v1"])).await, 200).await;
    for key in ["OPENAI_API_KEY", "GEMINI_API_KEY"] {
        let key = admin.ask(Method::PUT, &format!("/workspaces/north/keys/{key}"));
        answer(key.json(&json!({ "key": "sk-test" })), 200).await;
    }
    let at = |url: &str| format!("{{id: 'openai:m', config: {{apiBaseUrl: '{url}', inputCost: 0, outputCost: 0}}}}");
    let models = [
        at("http://127.0.0.1:9/v1/../admin"),
        at("http://127.0.0.1:9/v1/%2e%2e/admin"),
        at("http://127.0.0.1:9/v1/.%2E/admin"),
        at("http://127.0.0.1:9/v1/..%2fadmin"),
        at(r"http://127.0.0.1:9/v1/..\admin"),
        at("http://127.0.0.1:9/v1/.\t./admin"),
        at("http://127.0.0.1:9/v11"),
        // what follows the address is part of it
        "{id: 'google:m', config: {apiBaseUrl: 'http://127.0.0.1:9/v1', model: '../../../admin', inputCost: 0, outputCost: 0}}".into(),
    ];
    for model in models {
        let mut file = run_file(100);
        file["file"] = json!(text(&file["file"]).replace("simulated:gentle", &model));
        let found = problem(admin.ask(Method::POST, "/workspaces/north/runs").json(&file), 422, "not_runnable").await;
        assert!(text(&found["detail"]).contains("127.0.0.1"), "{model}: {found}");
    }
    // what lies below it is what was allowed
    let mut file = run_file(100);
    file["file"] = json!(text(&file["file"]).replace("simulated:gentle", &at("http://127.0.0.1:9/v1/team")));
    admin.post("/workspaces/north/runs", file, 201).await;
    server.stop().await;
}

#[tokio::test]
async fn headers_lead_nowhere_else() {
    let server = Server::start(clade_server::Mode::Anonymous).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Instance).await;
    for header in ["Host", "host", "Transfer-Encoding", "Proxy-Authorization"] {
        let mut file = run_file(100);
        let model = format!("{{id: 'openai:m', config: {{headers: {{{header}: a}}}}}}");
        file["file"] = json!(text(&file["file"]).replace("simulated:gentle", &model));
        let found = answer(me.ask(Method::POST, "/workspaces/local/runs").json(&file), 422).await;
        assert!(found.to_string().contains("connection"), "{header}: {found}");
    }
    server.stop().await;
}
