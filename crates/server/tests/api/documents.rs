use std::collections::BTreeSet;

use clade_domain::{Role, UserId};
use clade_server::Mode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    attacks::urlencode,
    common::{Server, answer, client, run_file, text},
};

/// The API is a promise: a change of it shows in `docs/openapi.json`, of which the types of the web pages are made.
#[test]
fn the_api_document_is_as_it_was() {
    written("openapi.json", &(serde_json::to_string_pretty(&clade_server::openapi()).unwrap() + "\n"));
}

/// A document is what the code makes of it. With `CLADE_WRITE_DOCS=1` it is written.
fn written(name: &str, text: &str) {
    let path = format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("CLADE_WRITE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == text,
        "docs/{name} is not what the code says; write it anew: CLADE_WRITE_DOCS=1 cargo test -p clade-server documents"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_reference_leads_somewhere() {
    let document = clade_server::openapi();
    let mut names = BTreeSet::new();
    for operations in document["paths"].as_object().unwrap().values() {
        for operation in operations.as_object().unwrap().values() {
            assert!(names.insert(text(&operation["operationId"])), "{}", operation["operationId"]);
            assert!(text(&operation["summary"]).ends_with('.'), "{}", operation["summary"]);
        }
    }
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

/// Who makes a client of the document knows what may stand in a path, and which answers an edit has beside its own.
#[test]
fn the_document_says_what_stands_in_paths_and_how_edits_and_haste_are_refused() {
    let document = clade_server::openapi();
    let schema = |schema: &Value| match schema["$ref"].as_str() {
        Some(path) => document.pointer(path.trim_start_matches('#')).unwrap().clone(),
        None => schema.clone(),
    };
    let mut shown = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for operation in operations.as_object().unwrap().values() {
            let parameters = operation["parameters"].as_array().unwrap();
            for parameter in parameters.iter().filter(|parameter| parameter["in"] == "path") {
                let said = schema(&parameter["schema"]);
                let narrow = said["pattern"].is_string() || said["enum"].is_array() || said["type"] == "integer";
                assert!(narrow && parameter["description"].is_string(), "{path}: {parameter}");
                shown.insert(text(&parameter["name"]));
            }
            let edits = parameters.iter().any(|parameter| parameter["name"] == "If-Match");
            for (status, expected) in [("412", edits), ("428", edits), ("429", true)] {
                assert_eq!(operation["responses"][status].is_object(), expected, "{path}: {status}");
            }
        }
    }
    assert!(shown.contains("kind") && shown.contains("candidate") && shown.contains("generation"), "{shown:?}");
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").map(text));
            map.values().for_each(|value| collect(value, found));
        }
        Value::Array(all) => all.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

#[test]
fn the_page_about_roles_says_what_the_code_does() {
    let page = format!(
        "# Roles\n\nMade of `Role::permits` and the table of routes; `CLADE_WRITE_DOCS=1 cargo test -p clade-server documents` writes it \
         anew.\n\nAn instance admin keeps people and workspaces, and sees nothing of what is in a workspace unless they are a member \
         of it too. A token never does more than its ceiling, nor more than its owner. It makes and revokes no token that may do more than itself, and takes its \
         owner out of no workspace in which they are more; the password is changed by whoever signed in, or with a token whose ceiling is \
         `instance` for all workspaces. An invitation is good as long as whoever made it may grant its role there. The last admin of a workspace, \
         and the last instance admin, who can sign in neither leaves nor is shut out. What belongs to a workspace that one is no \
         member of answers 404, as if it were not there.\n\n{}",
        clade_server::rights()
    );
    written("roles.md", &page);
}

/// The reference is there without an account, and made of nothing but files of this server.
/// Whoever copies an example of a filter gets an answer.
#[tokio::test]
async fn every_filter_that_a_description_shows_is_understood() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Instance).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(60), 201).await["run"]);
    let example = |described: &Value| described.as_str().and_then(|text| text.split('`').nth(1).map(ToOwned::to_owned));
    let mut tried = 0;
    for (path, operations) in clade_server::openapi()["paths"].as_object().unwrap() {
        let parameters = operations["get"]["parameters"].as_array().into_iter().flatten();
        for filter in parameters.filter(|parameter| parameter["name"] == "filter") {
            let path = path.trim_start_matches("/api/v1").replace("{workspace}", "local").replace("{run}", &run);
            if let Some(shown) = example(&filter["description"]) {
                let shown = urlencode(&shown);
                answer(me.ask(Method::GET, &format!("{path}?filter={shown}")), 200).await;
                tried += 1;
            }
        }
    }
    let call = |method: &str, params: Value| {
        let request = client().post(format!("{}/mcp", me.url)).bearer_auth(&me.token);
        request.json(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
    };
    for tool in answer(call("tools/list", json!({})), 200).await["result"]["tools"].as_array().unwrap() {
        let properties = &tool["inputSchema"]["properties"];
        if let Some(shown) = example(&properties["filter"]["description"]) {
            let mut arguments = json!({ "filter": shown });
            if properties["run"].is_object() {
                arguments["run"] = json!(run);
            }
            let said = answer(call("tools/call", json!({ "name": tool["name"], "arguments": arguments })), 200).await;
            assert_ne!(said["result"]["isError"], true, "{said}");
            tried += 1;
        }
    }
    assert!(tried >= 4, "{tried}");
    server.stop().await;
}

#[tokio::test]
async fn the_reference_is_served_with_its_parts() {
    let server = crate::common::Server::start(clade_server::Mode::Accounts).await;
    for (path, kind, holds) in [
        ("reference", "text/html", "reference/page.js"),
        ("reference/page.js", "text/javascript", "openapi.json"),
        ("reference/page.css", "text/css", "--accent"),
    ] {
        let response = crate::common::client().get(format!("{}/api/v1/{path}", server.url)).send().await.unwrap();
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(kind), "{path}");
        let text = response.text().await.unwrap();
        assert!(text.contains(holds) && !text.contains("https://"), "{path}");
    }
    server.stop().await;
}
