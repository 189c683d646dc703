use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};

use crate::common::{Place, SECRET, Simulator, Working};

/// One request over a plain socket, as any client makes it.
fn post(url: &str, path: &str, body: &Value) -> (u16, Value) {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let body = body.to_string();
    let head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json");
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

#[test]
fn it_says_where_it_is_answers_and_stops() {
    let place = Place::new();
    let simulator = Simulator::start(&place, &[]);
    let messages = json!([{"role": "user", "content": "What is 2 + 2?"}]);
    let (status, answer) = post(&simulator.url, "/v1/chat/completions", &json!({"model": "m", "messages": messages}));
    assert_eq!(status, 200);
    assert!(answer["choices"][0]["message"]["content"].is_string(), "{answer}");
    let (status, answer) =
        post(&simulator.url, "/v1/messages", &json!({"model": "m", "max_tokens": 50, "messages": messages}));
    assert_eq!(status, 200);
    assert!(answer["content"][0]["text"].is_string(), "{answer}");
    assert_eq!(simulator.stop()["result"]["requests"], 2);
}

#[test]
fn people_are_told_the_address() {
    let place = Place::new();
    let mut command = place.clade();
    command.args(["simulate", "--port", "0"]);
    let mut working = Working::start(command);
    assert!(working.line().starts_with("listening on http://127.0.0.1:"));
    working.signal("TERM");
    assert_eq!(working.end().0, Some(0));
    let list = place.ok(&["simulate", "--list"]);
    assert!(list.contains("gentle") && list.contains("null"), "{list}");
}

#[test]
fn a_run_over_the_wire_is_like_any_other_and_tells_no_key() {
    let place = Place::new();
    let simulator = Simulator::start(&place, &["--answers", "p.yaml", "--require-key", SECRET, "--error-rate", "0.05"]);
    place.run_file(&simulator.providers(""), "{calls: 300}");
    // a search that asks no question twice: `auto` looks whether answers differ
    let genetic = ["--set", "optimize.strategy=genetic"];
    let ran = place.run(&[&["run", "p.yaml", "--json", "--run-id", "wired"][..], &genetic].concat());
    assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
    let result = ran.result();
    assert_eq!(result["status"], "finished");
    assert!(result["evidence"]["best_score"].as_f64().unwrap() > 0.0, "the answers are used: {result}");
    let asked = simulator.stop()["result"].clone();
    assert_eq!(asked["answered"], result["spent"]["calls"], "each answer is accounted for once: {asked}");
    assert_eq!(asked["repeated_bodies"].as_u64().unwrap_or(0), 0, "no answered call was repeated: {asked}");

    // the model is asked for under another name, and each answer says that it is simulated
    assert_eq!(result["simulated"], true, "{result}");
    assert_eq!(place.json(&["show", "wired"])["result"]["simulated"], true);
    assert!(place.ok(&["list"]).contains("(simulated)"));
    place.ok(&["report", "wired"]);
    place.ok(&["export", "wired"]);
    let mut texts = vec![ran.stdout, ran.stderr, place.ok(&["show", "wired"]), place.ok(&["list", "--json"])];
    for format in ["prompt", "promptfoo", "csv", "jsonl", "journal"] {
        texts.push(place.ok(&["export", "wired", "--format", format]));
    }
    let bundle = std::fs::File::open(place.path("wired.clade.tar.zst")).unwrap();
    texts.push(String::from_utf8_lossy(&zstd::stream::decode_all(bundle).unwrap()).into_owned());
    let mut files = vec![place.path("wired.html")];
    files.extend(std::fs::read_dir(place.path("data")).unwrap().map(|entry| entry.unwrap().path()));
    texts.extend(
        files
            .iter()
            .filter(|path| path.is_file())
            .map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()),
    );
    assert!(texts.len() > 9);
    assert!(texts.iter().all(|text| !text.contains(SECRET)), "the key is nowhere");
}
