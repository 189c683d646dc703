//! Texts that other languages would take for code, in every place of the API document that takes a text.

use clade_domain::{Role, UserId};
use clade_server::{Mode, openapi};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::common::{Server, answer, run_file, text};

/// The product of the second one's factors, which no answer may hold.
const PRODUCT: &str = "8666407";
const NASTY: [&str; 3] = [
    "x'); DROP TABLE runs; DROP TABLE records; --\" OR 1=1 /*",
    "{{ 2917 * 2971 }}${2917*2971}<%= 2917*2971 %>{% for x in range(1000000000) %}a{% endfor %}",
    "$(id)`id`;|&\r\nSet-Cookie: a=b\r\n\r\n<script>alert(1)</script>../../\u{202e}\u{0}",
];

/// A value that fits a schema, with `nasty` wherever a text may stand.
fn filled(document: &Value, schema: &Value, nasty: &str, depth: usize) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
        return filled(document, &document["components"]["schemas"][name], nasty, depth + 1);
    }
    if let Some(some) = schema["enum"].as_array().and_then(|values| values.first()).or(schema.get("const")) {
        return some.clone();
    }
    for one in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema[one].as_array().and_then(|schemas| schemas.first()) {
            return filled(document, first, nasty, depth + 1);
        }
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "string" => json!(nasty),
        "integer" | "number" => json!(1),
        "boolean" => json!(false),
        "array" if depth < 6 => json!([filled(document, &schema["items"], nasty, depth + 1)]),
        "object" if depth < 6 => {
            let mut object = Map::new();
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                object.insert(name.clone(), filled(document, property, nasty, depth + 1));
            }
            if schema["additionalProperties"].is_object() {
                object.insert(nasty.to_owned(), filled(document, &schema["additionalProperties"], nasty, depth + 1));
            }
            Value::Object(object)
        }
        _ => Value::Null,
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// The path with what it names: our own workspace and run, and `nasty` for everything else.
fn path(template: &str, operation: &Value, run: &str, nasty: &str) -> String {
    let mut path = template.trim_start_matches("/api/v1").replace("{workspace}", "local").replace("{run}", run);
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let (name, place) = (text(&parameter["name"]), parameter["in"].as_str());
        if place == Some("path") {
            path = path.replace(&format!("{{{name}}}"), &encoded(nasty));
        } else if place == Some("query") && parameter["schema"]["type"].to_string().contains("string") {
            query.push(format!("{name}={}", encoded(nasty)));
        }
    }
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

#[tokio::test]
async fn every_text_that_looks_like_code_stays_a_text() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Instance).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    let document = openapi();
    let (mut asked, mut taken) = (0, 0);
    for nasty in NASTY {
        for (template, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let name = text(&operation["operationId"]);
                // it goes on for as long as the run does, and the other carries a run out
                if ["events", "demo"].contains(&name.as_str()) {
                    continue;
                }
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let mut request = me.ask(method, &path(template, operation, &run, nasty)).header("if-match", "\"1\"");
                if let Some(content) = operation["requestBody"]["content"]["application/json"].as_object() {
                    request = request.json(&filled(&document, &content["schema"], nasty, 0));
                }
                let response = request.send().await.unwrap();
                let status = response.status();
                assert!(status.as_u16() < 500 || status.as_u16() == 503, "{name} with {nasty:?}: {status}");
                assert!(response.headers().get("set-cookie").is_none_or(|set| set != "a=b"), "{name} with {nasty:?}");
                let body = response.text().await.unwrap();
                assert!(!body.contains(PRODUCT), "{name} with {nasty:?}: {body}");
                (asked, taken) = (asked + 1, taken + u32::from(status.is_success()));
            }
        }
    }
    assert!(asked > 200 && taken > 60, "{taken} of {asked} were taken");
    // everything is still there, and nothing was carried out
    answer(me.ask(Method::POST, &format!("/runs/{run}/restore")), 204).await;
    let listed = me.get("/workspaces/local/runs").await;
    assert_eq!(listed["items"].as_array().unwrap().iter().filter(|row| row["run"] == json!(run)).count(), 1);
    assert!(!me.get("/workspaces/local/audit").await["items"].as_array().unwrap().is_empty());
    let folder = server.stop().await;
    let again = Server::in_folder(Mode::Single, folder).await;
    let me = again.token(UserId::default(), Role::Instance).await;
    me.get(&format!("/runs/{run}")).await;
    again.stop().await;
}
