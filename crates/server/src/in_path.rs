use serde_json::{Value, json};

/// A parameter of a path as the API document has it: what it is, and what may stand there. Whatever stands there else is refused, or found nowhere.
pub(crate) fn parameter(path: &str, name: &str) -> Value {
    let (about, schema) = said(path, name);
    json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema })
}

fn said(path: &str, name: &str) -> (&'static str, Value) {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let number = |least: u32| json!({ "type": "integer", "minimum": least });
    let id = || text("^[a-z0-9-]{4,40}$");
    match name {
        "run" => ("the id of a run", id()),
        "workspace" => ("the id of a workspace", id()),
        "user" => ("the id of a person", id()),
        "candidate" => ("`c12`, `seed` or `best`", text("^(seed|best|c?[0-9]+)$")),
        "generation" => ("a number from 0, or `latest`", text("^(latest|[0-9]+)$")),
        "entry" => ("the number of a journal entry", number(0)),
        "kind" => ("which part of the library", json!({ "type": "string", "enum": ["prompt", "dataset"] })),
        "version" => ("the number of a version", number(1)),
        "label" => ("a name that is no number", text("^([0-9]+[._-]|[0-9]*[A-Za-z_-])[A-Za-z0-9._-]*$")),
        "name" if path.contains("/keys/") => {
            ("the variable that the provider's key is known by, as `OPENAI_API_KEY`", text("^[A-Z][A-Z0-9_]*_KEY$"))
        }
        "name" => ("the name of a prompt or data set", text("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$")),
        // ids of what the server names itself
        _ => ("its id, as the list of them has it", text("^[0-9a-f]{16}$")),
    }
}
