//! Webhooks of a real `clade serve`, heard by a server of the test.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::common::{Place, Served};

/// A message as it came: its head and its body.
fn heard(listener: &TcpListener, answer: &str) -> (String, String) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                stream
                    .write_all(
                        format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes(),
                    )
                    .unwrap();
                return (head, body.to_owned());
            }
        }
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "{text}");
        bytes.extend_from_slice(&part[..read]);
    }
}

/// Asks the server as the person at this machine.
fn ask(server: &Served, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let host = server.url.trim_start_matches("http://");
    let head = format!(
        "{method} /api/v1{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        server.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let body = if head.to_lowercase().contains("transfer-encoding: chunked") {
        body.split("\r\n").skip(1).step_by(2).collect::<String>()
    } else {
        body.to_owned()
    };
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(&body).unwrap_or_default())
}

/// What the log has of a delivery, once it is no longer as it was.
fn delivery(server: &Served, hook: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    loop {
        let (_, log) = ask(server, "GET", &format!("/workspaces/local/webhooks/{hook}/deliveries"), &Value::Null);
        if let Some(found) = log["items"].as_array().into_iter().flatten().find(|delivery| is_there(delivery)) {
            return found.clone();
        }
        assert!(start.elapsed() < Duration::from_secs(180), "{log}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_run_is_told_of_and_what_is_refused_is_tried_again() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let server = Served::start(&place, &["--allow-private-addresses"]);
    let wanted = json!({ "url": url, "events": ["run.started", "run.finished"] });
    let (status, made) = ask(&server, "POST", "/workspaces/local/webhooks", &wanted);
    assert_eq!(status, 201, "{made}");
    let (secret, hook) = (made["secret"].as_str().unwrap(), made["webhook"]["id"].as_str().unwrap());
    let (_, listed) = ask(&server, "GET", "/workspaces/local/webhooks", &Value::Null);
    assert!(listed["items"][0]["id"] == hook && !listed.to_string().contains(secret), "{listed}");

    let ran = server.run(&place, &["run", "p.yaml", "--json", "--run-id", "told-of"]);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    let mut events = Vec::new();
    for _ in 0..2 {
        let (head, body) = heard(&listener, "204 No Content");
        let message: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(message["run"]["run"], "told-of");
        assert!(head.contains(&format!("x-clade-delivery: {}", message["id"].as_str().unwrap())), "{head}");
        let signature = head.lines().find_map(|line| line.strip_prefix("x-clade-signature: ")).unwrap();
        let (time, mac) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
        assert_eq!(mac, hmac(secret, &format!("{time}.{body}")), "{signature}");
        events.push(message["type"].as_str().unwrap().to_owned());
    }
    events.sort();
    assert_eq!(events, ["run.finished", "run.started"]);
    let sent =
        delivery(&server, hook, |delivery| delivery["event"] == "run.finished" && delivery["status"] == "delivered");
    assert!(sent["tries"] == 1 && sent["answer"].as_str().unwrap().starts_with("204"), "{sent}");

    let (status, ping) = ask(&server, "POST", &format!("/workspaces/local/webhooks/{hook}/test"), &Value::Null);
    assert_eq!(status, 202, "{ping}");
    // a redirect is not followed, and is no success
    heard(&listener, "302 Found\r\nlocation: http://127.0.0.1:1/");
    let waits = delivery(&server, hook, |delivery| delivery["id"] == ping["id"] && delivery["tries"] == 1);
    assert_eq!((&waits["status"], waits["due"].is_number()), (&json!("waiting"), true), "{waits}");
    let (head, _) = heard(&listener, "200 OK");
    assert!(head.contains("x-clade-event: ping"), "{head}");
    let sent = delivery(&server, hook, |delivery| delivery["id"] == ping["id"] && delivery["status"] == "delivered");
    assert_eq!(sent["tries"], 2, "{sent}");

    assert_eq!(ask(&server, "DELETE", &format!("/workspaces/local/webhooks/{hook}"), &Value::Null).0, 204);
    assert_eq!(ask(&server, "POST", &format!("/workspaces/local/webhooks/{hook}/test"), &Value::Null).0, 404);
    server.stop();
}

/// One that takes connections and never answers has more messages than are sent at once; the other's come meanwhile.
#[test]
fn who_does_not_answer_holds_up_nobody_else() {
    let place = Place::new();
    let (silent, quick) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let server = Served::start(&place, &["--allow-private-addresses"]);
    let [silent_hook, quick_hook] = [&silent, &quick].map(|listener| {
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let wanted = json!({ "url": url, "events": ["run.finished"] });
        let (status, made) = ask(&server, "POST", "/workspaces/local/webhooks", &wanted);
        assert_eq!(status, 201, "{made}");
        made["webhook"]["id"].as_str().unwrap().to_owned()
    });
    let ping = |hook: &str| {
        let (status, ping) = ask(&server, "POST", &format!("/workspaces/local/webhooks/{hook}/test"), &Value::Null);
        assert_eq!(status, 202, "{ping}");
    };
    (0..100).for_each(|_| ping(&silent_hook));
    for _ in 0..3 {
        ping(&quick_hook);
        let (head, _) = heard(&quick, "204 No Content");
        assert!(head.contains("x-clade-event: ping"), "{head}");
    }
    let (_, log) = ask(&server, "GET", &format!("/workspaces/local/webhooks/{silent_hook}/deliveries"), &Value::Null);
    let tries: u64 = log["items"].as_array().unwrap().iter().map(|item| item["tries"].as_u64().unwrap()).sum();
    assert!(tries <= 1, "the first of the silent one is still waited for, or has just been given up: {tries}");
    server.stop();
}

#[test]
fn a_webhook_leads_nowhere_inside() {
    let place = Place::new();
    let server = Served::start(&place, &[]);
    for url in [
        "http://example.org/",
        "https://169.254.169.254/latest/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://localhost/",
        "https://here.localhost/",
    ] {
        let wanted = json!({ "url": url, "events": ["run.finished"] });
        let (status, said) = ask(&server, "POST", "/workspaces/local/webhooks", &wanted);
        assert_eq!(status, 422, "{url}: {said}");
    }
    for events in [json!([]), json!(["ping"]), json!(["run.burnt"])] {
        let (status, said) = ask(
            &server,
            "POST",
            "/workspaces/local/webhooks",
            &json!({ "url": "https://example.org/", "events": events }),
        );
        assert!([400, 422].contains(&status), "{said}");
    }
    server.stop();
}

/// By another program than ours, where it is there.
fn hmac(secret: &str, text: &str) -> String {
    use std::process::{Command, Stdio};
    let mut child = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", secret, "-r"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}
