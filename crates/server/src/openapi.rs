use std::collections::BTreeMap;

use clade_domain::Action;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    Gate, Problem,
    gate::SHARE,
    in_path,
    route::{Answer, Describe, Route},
    routes,
};

/// The API as an OpenAPI 3.1 document, made of the table of routes.
#[must_use]
pub fn openapi() -> Value {
    let settings = || {
        let mut settings = SchemaSettings::draft2020_12();
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
        settings
    };
    let mut shapes = Shapes {
        answers: settings().for_serialize().into_generator(),
        bodies: settings().for_deserialize().into_generator(),
    };
    let problem = shapes.answer(|generator| generator.subschema_for::<Problem>());
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for route in routes::all() {
        let operation = operation(&route, &mut shapes);
        paths.entry(route.whole_path()).or_default().insert(route.method.as_str().to_lowercase(), operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Promptclade",
            "version": "1",
            "description": "Evolves prompts. Errors are application/problem+json with a `fix`; lists have a cursor; edits take If-Match; \
                what creates something takes an Idempotency-Key.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": shapes.all(),
            "responses": refusals(&problem),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "an API token: POST /api/v1/tokens makes one" },
                "session": { "type": "apiKey", "in": "cookie", "name": "clade_session" },
                "link": { "type": "apiKey", "in": "header", "name": SHARE, "description": "the secret of a link that shows one run" },
            },
        },
        "security": [{ "token": [] }, { "session": [] }],
    })
}

/// How requests are refused: all of them, then those that edit what was read.
const REFUSALS: [(&str, &str, &str); 4] = [
    ("default", "Problem", "what went wrong and what to do"),
    (
        "429",
        "TooMany",
        "too many requests came, or too many of what was asked for goes on; `Retry-After` says when to try again",
    ),
    (
        "412",
        "Stale",
        "the edit was made from another version than the one that is there, which is in `current`; what it sent is in `sent`",
    ),
    ("428", "Unconditional", "an edit says in `If-Match` which version it was made from"),
];

fn refusals(problem: &Value) -> Map<String, Value> {
    let refusal = |(status, name, about): (&str, &str, &str)| {
        let mut refusal =
            json!({ "description": about, "content": { "application/problem+json": { "schema": problem } } });
        if status == "429" {
            let seconds = json!({ "type": "integer", "minimum": 0 });
            refusal["headers"] = json!({ "Retry-After": { "description": "seconds to wait", "schema": seconds } });
        }
        (name.to_owned(), refusal)
    };
    REFUSALS.into_iter().map(refusal).collect()
}

struct Shapes {
    answers: SchemaGenerator,
    bodies: SchemaGenerator,
}

impl Shapes {
    fn answer(&mut self, describe: Describe) -> Value {
        describe(&mut self.answers).to_value()
    }

    /// A body's schema. What a body and an answer call the same and is not the same gets a name of its own.
    fn body(&mut self, describe: Describe) -> Value {
        renamed(describe(&mut self.bodies).to_value())
    }

    fn all(mut self) -> Map<String, Value> {
        let mut all: Map<String, Value> = self.answers.take_definitions(true).into_iter().collect();
        for (name, schema) in self.bodies.take_definitions(true) {
            all.insert(format!("{name}{INPUT}"), renamed(schema));
        }
        all
    }
}

/// What is behind the names of what is sent: a field that may be left out there is always there in an answer.
const INPUT: &str = "Input";

fn renamed(schema: Value) -> Value {
    match schema {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| match value {
                Value::String(path) if key == "$ref" => (key, Value::String(format!("{path}{INPUT}"))),
                value => (key, renamed(value)),
            })
            .collect(),
        Value::Array(all) => all.into_iter().map(renamed).collect(),
        other => other,
    }
}

fn operation(route: &Route, shapes: &mut Shapes) -> Value {
    let mut parameters: Vec<Value> =
        placeholders(route.path).map(|name| in_path::parameter(route.path, name)).collect();
    if let Some(asks) = route.asks {
        parameters.extend(query(asks));
    }
    if route.edits {
        let about = "the ETag of what the edit was made from";
        parameters.push(json!({ "name": "If-Match", "in": "header", "required": true, "description": about, "schema": { "type": "string" } }));
    }
    if route.repeatable {
        let about = match (route.tells_once, route.bytes) {
            (true, _) => {
                "a repeated request with the same key is carried out once; the secret is told once, and a repeated request is answered with 409"
            }
            (false, true) => {
                "a repeated request with the same key is carried out once, whatever its body; kept for a day"
            }
            (false, false) => "a repeated request with the same key is carried out once; kept for a day",
        };
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "description": about,
            "schema": { "type": "string", "maxLength": 200 } }));
    }
    let mut responses = Map::new();
    let (status, answer) = match route.answer {
        Answer::Nothing(status) => (status, json!({ "description": "done" })),
        Answer::Json(status, describe) => {
            let schema = shapes.answer(describe);
            (status, json!({ "description": "done", "content": { "application/json": { "schema": schema } } }))
        }
        Answer::Other(media) => {
            // of several formats some are JSON, which is any value and no text
            let schema = if media == "*/*" { json!({}) } else { json!({ "type": "string" }) };
            (200, json!({ "description": "done", "content": { media: { "schema": schema } } }))
        }
    };
    responses.insert(status.to_string(), answer);
    let refusals = if route.edits { &REFUSALS[..] } else { &REFUSALS[..2] };
    for (status, name, _) in refusals {
        let path = format!("#/components/responses/{name}");
        responses.insert((*status).to_owned(), json!({ "$ref": path }));
    }
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.about,
        "tags": [tag(route.path)],
        "parameters": parameters,
        "responses": responses,
        "x-right": right(route.gate),
    });
    if let Some(takes) = route.takes {
        let schema = shapes.body(takes);
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    if route.bytes {
        operation["requestBody"] = json!({ "required": true, "content": {
            "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } } });
    }
    match route.gate {
        Gate::Open => operation["security"] = json!([{}]),
        Gate::Shown => operation["security"] = json!([{ "token": [] }, { "session": [] }, { "link": [] }]),
        Gate::SignedIn | Gate::Instance(_) | Gate::Workspace(_) | Gate::Run(_) => {}
    }
    operation
}

/// The right that a route asks for, as one word.
fn right(gate: Gate) -> String {
    match gate {
        Gate::Open => "none".to_owned(),
        Gate::SignedIn => "signed_in".to_owned(),
        Gate::Instance(_) | Gate::Workspace(_) | Gate::Run(_) | Gate::Shown => {
            gate.action().map(Action::name).unwrap_or_default()
        }
    }
}

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// Under which heading a route stands.
fn tag(path: &'static str) -> &'static str {
    let mut parts = path.split('/').filter(|part| !part.is_empty() && !part.starts_with('{'));
    let first = parts.next().unwrap_or("server");
    match (first, parts.next()) {
        ("workspaces", Some(second)) => second,
        _ => first,
    }
}

/// The fields of a query as parameters, without references: they are all plain.
fn query(asks: Describe) -> Vec<Value> {
    let mut settings = SchemaSettings::draft2020_12().for_deserialize();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let schema = asks(&mut settings.into_generator()).to_value();
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let parameter = |(name, field): (&String, &Value)| {
        let mut field = field.clone();
        let about = field.as_object_mut().and_then(|field| field.remove("description"));
        plain(&mut field);
        json!({ "name": name, "in": "query", "required": required.contains(&json!(name)), "description": about.unwrap_or_else(|| json!("")), "schema": field })
    };
    fields.iter().map(parameter).collect()
}

/// A parameter is there or not; it is never null.
fn plain(field: &mut Value) {
    let Some(field) = field.as_object_mut() else { return };
    field.remove("default");
    if let Some(Value::Array(kinds)) = field.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [one] = &kinds[..] {
            let one = one.clone();
            field.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = field.remove("anyOf") {
        let mut real = choices.into_iter().filter(|choice| choice.get("type") != Some(&json!("null")));
        if let Some(Value::Object(one)) = real.next() {
            field.extend(one);
        }
    }
}
