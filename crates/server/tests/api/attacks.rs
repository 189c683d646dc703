use std::time::Duration;

use clade_domain::{Role, UserId};
use clade_server::Mode;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::common::{Person, Server, answer, client, problem, run_file, text};

async fn alone() -> (Server, Person) {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Instance).await;
    (server, me)
}

#[tokio::test]
async fn bodies_that_cannot_be_are_refused_with_the_place() {
    let (server, me) = alone().await;
    let post = |body: String| me.ask(Method::POST, "/tokens").header("content-type", "application/json").body(body);
    // body, what the answer says
    let table = [
        ("{", "EOF"),
        (r#"["a", "user"]"#, "a list"),
        (r#"{"name": 7, "ceiling": "user"}"#, "at `name`"),
        (r#"{"name": "a", "ceiling": "god"}"#, "unknown variant"),
        (r#"{"name": "a", "ceiling": "user", "surprise": 1}"#, "surprise"),
        (r#"{"name": "a", "ceiling": "user"} {}"#, "more behind"),
    ];
    for (body, said) in table {
        let found = problem(post(body.to_owned()), 400, "bad_request").await;
        assert!(text(&found["detail"]).contains(said), "{body}: {found}");
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    problem(post(deep), 400, "bad_request").await;
    problem(post("x".repeat(100 << 20)), 413, "too_large").await;
    let form =
        me.ask(Method::POST, "/tokens").header("content-type", "application/x-www-form-urlencoded").body("name=a");
    problem(form, 415, "media_type").await;
    // compressed, which would be read as JSON that is broken or as a bundle that is none
    for path in ["/tokens", "/workspaces/local/runs/import"] {
        let packed = me.ask(Method::POST, path).header("content-encoding", "gzip").json(&json!({}));
        problem(packed, 415, "encoding").await;
    }
    let strange = me.ask(Method::GET, "/workspaces/local/runs?colour=red");
    problem(strange, 400, "bad_request").await;
    problem(me.ask(Method::GET, "/workspaces/local/runs?limit=100000"), 400, "bad_request").await;
    problem(me.ask(Method::GET, "/workspaces/local/runs?filter=score%20%3E%3E%203"), 400, "filter").await;
    server.stop().await;
}

/// Sends a request over a connection of its own, which it closes after a while without waiting for the answer.
async fn sent_and_left(me: &Person, method: Method, path: &str, body: &Value, key: &str, after: Duration) {
    let request = me.ask(method, path).header("idempotency-key", key).json(body).build().unwrap();
    let (url, body) = (request.url(), request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default());
    let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
    let mut text = format!("{} {} HTTP/1.1\r\nhost: {host}:{port}\r\n", request.method(), url.path());
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    text += &format!("content-length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect((host, port)).await.unwrap();
    stream.write_all(&[text.as_bytes(), body].concat()).await.unwrap();
    tokio::time::sleep(after).await;
}

/// A connection that breaks leaves no deed half done: what was done stands in the log, and who repeats it finds it.
#[tokio::test]
async fn who_goes_away_in_the_middle_leaves_a_whole_deed() {
    let (server, me) = alone().await;
    let create = |name: &str| {
        let mut file = run_file(60);
        (file["start"], file["run"]) = (json!(false), json!(name));
        file
    };
    let names: Vec<String> = (0..40).map(|n| format!("left{n:04}")).collect();
    let asked = |n: usize| (format!("key-{n}"), Duration::from_micros(n as u64 * 250));
    for (n, name) in names.iter().enumerate() {
        let (key, after) = asked(n);
        sent_and_left(&me, Method::POST, "/workspaces/local/runs", &create(name), &key, after).await;
    }
    let there = async || -> Vec<String> {
        let runs = me.get("/workspaces/local/runs?limit=500").await["items"].clone();
        runs.as_array().unwrap().iter().map(|run| text(&run["run"])).collect()
    };
    let noted = async |what: &str| -> Vec<String> {
        let log = me.get(&format!("/workspaces/local/audit?limit=500&what={what}")).await["items"].clone();
        log.as_array().unwrap().iter().map(|entry| text(&entry["target"])).collect()
    };
    let settled = async |what: &str| {
        for _ in 0..100 {
            if there().await.len() == noted(what).await.len() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{:?} are there, {:?} are noted", there().await, noted(what).await);
    };
    settled("run.create").await;
    for (n, name) in names.iter().enumerate() {
        let (key, _) = asked(n);
        let again = me.ask(Method::POST, "/workspaces/local/runs").header("idempotency-key", key).json(&create(name));
        assert_eq!(answer(again, 201).await["run"], json!(name));
    }
    assert_eq!(there().await.len(), names.len());
    for (n, name) in names.iter().enumerate() {
        let (key, after) = asked(n);
        let path = format!("/runs/{name}");
        sent_and_left(&me, Method::DELETE, &path, &Value::Null, &format!("del-{key}"), after / 4).await;
    }
    for _ in 0..100 {
        let (left, deleted) = (there().await.len(), noted("run.delete").await.len());
        if left + deleted == names.len() {
            server.stop().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?} are left, {:?} are noted", there().await, noted("run.delete").await);
}

#[tokio::test]
async fn a_connection_goes_on_after_a_body_that_nobody_read_or_says_that_it_ends() {
    let (server, _) = alone().await;
    let address = server.url.trim_start_matches("http://").to_owned();
    for (bytes, goes_on) in [(2_usize, true), (60_000, true), (70_000, false)] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let head = format!(
            "POST /api/v1/tokens HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {bytes}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // refused by its head alone
        tokio::time::sleep(Duration::from_millis(100)).await;
        stream.write_all(&vec![b' '; bytes]).await.unwrap();
        let said = heard(&mut stream).await;
        assert!(said.starts_with("HTTP/1.1 401"), "{bytes}: {said}");
        assert_eq!(!said.contains("connection: close"), goes_on, "{bytes}: {said}");
        if goes_on {
            let again = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\n\r\n");
            stream.write_all(again.as_bytes()).await.unwrap();
            assert!(heard(&mut stream).await.starts_with("HTTP/1.1 200"), "{bytes}");
        }
    }
    server.stop().await;
}

/// What came next on a connection.
async fn heard(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 8 << 10];
    let read = stream.read(&mut bytes).await.unwrap();
    String::from_utf8_lossy(&bytes[..read]).to_lowercase().replacen("http/", "HTTP/", 1)
}

#[tokio::test]
async fn a_foreign_name_is_turned_away_and_pages_of_other_sites_read_nothing() {
    let (server, me) = alone().await;
    let rebound = client().get(format!("{}/api/v1/session", server.url)).header("host", "evil.example");
    problem(rebound, 421, "host").await;
    let response = me.ask(Method::GET, "/session").header("origin", "http://evil.example").send().await.unwrap();
    assert!(response.headers().get("access-control-allow-origin").is_none());
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    server.stop().await;
}

#[tokio::test]
async fn texts_that_look_like_code_stay_texts() {
    let (server, me) = alone().await;
    let nasty = [
        "'; DROP TABLE runs; --",
        "{{ 7 * 7 }} {% for x in range(1000000000) %}a{% endfor %}",
        "<script>alert(1)</script>",
        "\u{202e}right to left\u{0} and a zero",
    ];
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    for text_sent in nasty {
        let comments = format!("/runs/{run}/comments");
        let comment = text_sent.replace('\0', "");
        if comment != text_sent {
            let refused = me.ask(Method::POST, &comments).json(&json!({ "text": text_sent }));
            problem(refused, 400, "bad_request").await;
        }
        let said = me.post(&comments, json!({ "text": comment }), 201).await;
        assert_eq!(said["text"], comment);
        let tag = format!("\"{}\"", me.get(&format!("/runs/{run}")).await["revision"]);
        let name = me.ask(Method::PATCH, &format!("/runs/{run}")).header("if-match", &tag);
        let name = name.json(&json!({ "description": text_sent }));
        let kept = text(&answer(name, 200).await["run"]["description"]);
        assert_eq!(kept, text_sent.chars().filter(|c| !c.is_control()).collect::<String>());
        let query = format!("/workspaces/local/runs?text={}", urlencode(text_sent));
        answer(me.ask(Method::GET, &query), 200).await;
        let prompt = json!({ "name": "p", "text": text_sent });
        let version = me.post("/workspaces/local/library/prompt", prompt, 201).await["versions"].clone();
        let back = me.get(&format!("/workspaces/local/library/prompt/p/versions/{version}")).await;
        assert_eq!(back["text"], text_sent);
    }
    assert_eq!(me.get(&format!("/runs/{run}/comments")).await["items"].as_array().unwrap().len(), nasty.len());
    server.stop().await;
}

pub fn urlencode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[tokio::test]
async fn files_beside_a_run_file_stay_in_their_folder() {
    let (server, me) = alone().await;
    for name in ["../escape.txt", "/etc/escape.txt", "a/../../escape.txt", ""] {
        let mut file = run_file(60);
        file["files"][name] = json!("x");
        problem(me.ask(Method::POST, "/workspaces/local/runs").json(&file), 400, "bad_request").await;
    }
    server.stop().await;
}

#[tokio::test]
async fn runs_of_members_call_only_addresses_that_their_workspace_names() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    admin
        .ask(Method::PUT, "/workspaces/north/keys/OPENAI_API_KEY")
        .json(&json!({ "key": "sk-test" }))
        .send()
        .await
        .unwrap();
    for model in [
        "{id: 'openai:m', config: {apiBaseUrl: 'http://169.254.169.254/v1', inputCost: 0, outputCost: 0}}",
        "'http://169.254.169.254/v1#m'",
        "'ollama:chat:m'",
    ] {
        let mut file = run_file(100);
        file["file"] = json!(text(&file["file"]).replace("simulated:gentle", model));
        let found = problem(admin.ask(Method::POST, "/workspaces/north/runs").json(&file), 422, "not_runnable").await;
        assert!(text(&found["detail"]).contains("base_urls"), "{found}");
        // what was created without being started does not start either
        file["start"] = json!(false);
        let run = text(&admin.post("/workspaces/north/runs", file, 201).await["run"]);
        let found = problem(admin.ask(Method::POST, &format!("/runs/{run}/start")), 422, "not_runnable").await;
        assert!(text(&found["detail"]).contains("base_urls"), "{found}");
    }
    server.stop().await;
}

#[tokio::test]
async fn ids_that_are_guessed_tell_nothing() {
    let server = Server::start(Mode::Accounts).await;
    let (admin, other) = (server.person("admin", false).await, server.person("other", false).await);
    server.workspace("north", &admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&admin.post("/workspaces/north/runs", file, 201).await["run"]);
    let other = &other;
    let told = |path: String| async move {
        let mut body: Value = answer(other.ask(Method::GET, &path), 404).await;
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    // one that is there and one that is not look the same, and so does the beginning of one that is there
    assert_eq!(told(format!("/runs/{run}")).await, told("/runs/zzzzzzzz".into()).await);
    assert_eq!(told(format!("/runs/{}", &run[..5])).await, told("/runs/zzzzzzzz".into()).await);
    assert_eq!(told("/workspaces/north".into()).await, told("/workspaces/no-such".into()).await);
    answer(admin.ask(Method::GET, &format!("/runs/{}", &run[..5])), 404).await;
    server.stop().await;
}

/// Ids of runs are of the whole installation: whoever chooses one that is taken elsewhere is told what they would be told of their own.
#[tokio::test]
async fn an_id_that_is_taken_elsewhere_tells_only_that() {
    let server = Server::start(Mode::Accounts).await;
    let (admin, other) = (server.person("admin", false).await, server.person("other", false).await);
    server.workspace("north", &admin).await;
    server.workspace("south", &other).await;
    let named = |run: &str| {
        let mut file = run_file(60);
        file["start"] = json!(false);
        file["run"] = json!(run);
        file
    };
    admin.post("/workspaces/north/runs", named("run-of-north"), 201).await;
    other.post("/workspaces/south/runs", named("run-of-south"), 201).await;
    answer(other.ask(Method::POST, "/runs/run-of-south/start"), 202).await;
    other.ended("run-of-south").await;
    let other = &other;
    // what `other` is told, without the name that they sent themselves
    let told = |path: &'static str, body: Value| async move {
        let run = text(&body["run"]);
        let body = other.ask(Method::POST, path).json(&body);
        let mut said = answer(body, 409).await;
        said.as_object_mut().unwrap().remove("request_id");
        said.to_string().replace(&run, "ID")
    };
    let create = "/workspaces/south/runs";
    let theirs = told(create, named("run-of-north")).await;
    assert_eq!(theirs, told(create, named("run-of-south")).await);
    assert!(!theirs.contains("north") && !theirs.contains("admin"), "{theirs}");
    let branch = "/runs/run-of-south/branches";
    let of = |run: &str| json!({ "from": "seed", "start": false, "run": run });
    assert_eq!(told(branch, of("run-of-north")).await, told(branch, of("run-of-south")).await);
    server.stop().await;
}
