use serde_json::{Value, json};

use super::{Api, Ask, Tools, tools};

/// Versions of the protocol that are the same for a server with tools and nothing else, the newest first.
pub(crate) const VERSIONS: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const INSTRUCTIONS: &str = "Promptclade evolves prompts for language models and proves what is better. Start with list_runs; best_prompt \
    gives a run's prompt, get_run its evidence. Scores are in [0, 1]; only the evidence on test examples is a claim.";

/// JSON-RPC 2.0, section 5.1.
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const NO_METHOD: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;

/// Answers one message. None where it asks for nothing: a notification, or an answer to what was never asked.
pub async fn answer(message: &[u8], api: &dyn Api, tools: Tools) -> Option<Value> {
    let Ok(message) = serde_json::from_slice::<Value>(message) else {
        return Some(error(Value::Null, PARSE_ERROR, "this is no JSON"));
    };
    let Some(message) = message.as_object() else {
        return Some(error(Value::Null, INVALID_REQUEST, "a message is one JSON object; batches are not taken"));
    };
    let method = message.get("method").and_then(Value::as_str);
    let id = message.get("id").cloned();
    let (Some(id), Some(method)) = (id, method) else {
        let is_answer = message.contains_key("result") || message.contains_key("error");
        let asks_nothing = is_answer || method.is_some();
        return (!asks_nothing).then(|| error(Value::Null, INVALID_REQUEST, "a request has `id` and `method`"));
    };
    let none = Value::Null;
    let params = message.get("params").unwrap_or(&none);
    let result = match method {
        "initialize" => Ok(welcome(params)),
        "ping" => Ok(json!({})),
        "tools/list" => Ok(json!({ "tools": tools::list(tools) })),
        "tools/call" => call(params, api, tools).await.map_err(|why| (INVALID_PARAMS, why)),
        other => Err((NO_METHOD, format!("there is no method `{other}`; this server has tools"))),
    };
    Some(match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((code, why)) => error(id, code, &why),
    })
}

fn error(id: Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

fn welcome(params: &Value) -> Value {
    let asked = params["protocolVersion"].as_str().unwrap_or_default();
    let version = VERSIONS.into_iter().find(|known| *known == asked).unwrap_or(VERSIONS[0]);
    json!({
        "protocolVersion": version,
        "capabilities": { "tools": { "listChanged": false } },
        "serverInfo": { "name": "promptclade", "version": env!("CARGO_PKG_VERSION") },
        "instructions": INSTRUCTIONS,
    })
}

/// Calls a tool. What is wrong with its arguments, or what the API refuses, is a result that the agent reads; the error is for a tool that is
/// not there.
async fn call(params: &Value, api: &dyn Api, tools: Tools) -> Result<Value, String> {
    let name = params["name"].as_str().ok_or("`name` says which tool")?;
    let tool = tools::find(name, tools)?;
    let none = serde_json::Map::new();
    let arguments = params["arguments"].as_object().unwrap_or(&none);
    let asks = match tool.asks(arguments) {
        Ok(asks) => asks,
        Err(why) => return Ok(failed(&why)),
    };
    let mut parts = serde_json::Map::new();
    for (key, mut ask) in asks {
        if let Err(why) = usual_workspace(&mut ask, api).await {
            return Ok(failed(&why));
        }
        let (status, mut body) = api.ask(ask).await;
        if !(200..300).contains(&status) {
            return Ok(failed(&problem(status, &body)));
        }
        if !tool.picks.is_empty()
            && let Some(fields) = body.as_object_mut()
        {
            fields.retain(|field, _| tool.picks.contains(&field.as_str()));
        }
        if body.is_null() {
            body = json!({ "done": true });
        }
        parts.insert(key.to_owned(), body);
    }
    let result = match parts.remove("") {
        Some(only) => only,
        None => Value::Object(parts),
    };
    let text = serde_json::to_string_pretty(&result).unwrap_or_default();
    Ok(json!({ "content": [{ "type": "text", "text": text }], "structuredContent": result, "isError": false }))
}

fn failed(why: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": why }], "isError": true })
}

/// A problem of the API in words, with what to do.
fn problem(status: u16, body: &Value) -> String {
    let Some(detail) = body["detail"].as_str() else {
        return body.as_str().map_or_else(|| format!("the server answered {status}"), ToOwned::to_owned);
    };
    let mut text = detail.to_owned();
    for wrong in body["problems"].as_array().into_iter().flatten() {
        text.push_str(&format!("\n{}", wrong["text"].as_str().unwrap_or_default()));
    }
    if let Some(fix) = body["fix"].as_str() {
        text.push_str(&format!("\nfix: {fix}"));
    }
    text
}

/// Puts the caller's usual workspace where none was named: the only one, or `local`.
async fn usual_workspace(ask: &mut Ask, api: &dyn Api) -> Result<(), String> {
    let Some(place) = ask.path.iter().position(|part| part == "{workspace}") else { return Ok(()) };
    let (_, session) = api.ask(Ask::get(&["session"])).await;
    let mine = session["workspaces"].as_array().into_iter().flatten();
    let mine: Vec<&str> = mine.filter_map(|workspace| workspace["id"].as_str()).collect();
    let usual = match &mine[..] {
        [only] => only,
        all if all.contains(&"local") => "local",
        [] => return Err("you are in no workspace\nfix: send a token of somebody who is in one".to_owned()),
        all => return Err(format!("you are in several workspaces\nfix: name one as `workspace`: {}", all.join(", "))),
    };
    usual.clone_into(&mut ask.path[place]);
    Ok(())
}
