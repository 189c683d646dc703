//! `/mcp` of `clade serve` and `clade mcp`, judged by the official Python client.
//!
//! `CLADE_TEST_PYTHON` names an interpreter that has the requirements of the wire tests installed (`cargo xtask test` makes one);
//! without it that test says that it is skipped.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::common::{Place, Ran, Served};

#[test]
fn the_official_client_lists_tools_and_calls_them() {
    let Some(python) = std::env::var_os("CLADE_TEST_PYTHON") else {
        println!("skipped: the_official_client_lists_tools_and_calls_them (CLADE_TEST_PYTHON is not set)");
        return;
    };
    let place = Place::new();
    place.finished("done-1");
    let viewer = place.json(&["token", "add", "looks", "--role", "viewer"]);
    let server = Served::start(&place, &["--mcp-write"]);
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/test_mcp.py"));
    command.args([&server.url, &server.token, viewer["secret"].as_str().unwrap(), "done-1"]);
    command.arg(env!("CARGO_BIN_EXE_clade")).stdin(Stdio::null());
    command.env("CLADE_DATA_DIR", place.path("data")).env("NO_PROXY", "127.0.0.1");
    let ran = Ran::of(command);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("checked "), "{}", ran.stdout);
    server.stop();
}

/// One message a line; what is no message is answered and ends nothing.
#[test]
fn what_is_no_message_is_answered_and_ends_nothing() {
    let place = Place::new();
    let mut command = place.clade();
    command.arg("mcp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let messages = [
        "no json".to_owned(),
        // a line that is no UTF-8 (by way of a place holder, since a text here has to be)
        "{\"id\": \"\u{1}\"}".to_owned(),
        "[]".to_owned(),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string(),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "resources/list" }).to_string(),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "drop_tables" } }).to_string(),
        json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": { "name": "create_run", "arguments": { "file": "x" } } }).to_string(),
        json!({ "jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": { "name": "get_run", "arguments": { "run": "../../session" } } })
            .to_string(),
        json!({ "jsonrpc": "2.0", "id": "five", "method": "initialize", "params": { "protocolVersion": "1999-01-01" } }).to_string(),
    ];
    let mut sent = messages.join("\n").into_bytes();
    sent.iter_mut().filter(|byte| **byte == 1).for_each(|byte| *byte = 0xff);
    child.stdin.take().unwrap().write_all(&sent).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<i64> = lines.iter().filter_map(|line| line["error"]["code"].as_i64()).collect();
    assert_eq!(codes, [-32700, -32700, -32600, -32601, -32602, -32602], "{lines:?}");
    assert!(lines[5]["error"]["message"].as_str().unwrap().contains("switched off"), "{}", lines[5]);
    let refused = &lines[6]["result"];
    assert_eq!(refused["isError"], true, "{refused}");
    assert!(refused["content"][0]["text"].as_str().unwrap().contains("no such run"), "{refused}");
    assert_eq!((&lines[7]["id"], &lines[7]["result"]["protocolVersion"]), (&json!("five"), &json!("2025-11-25")));
    assert_eq!(lines.len(), 8, "a notification has no answer");
}
