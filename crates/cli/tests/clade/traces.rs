//! Traces as a receiver of OTLP over HTTP gets them, which the test runs; judged by OpenTelemetry's own definitions where a Python with them is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Command, Stdio},
    sync::mpsc,
};

use serde_json::Value;

use crate::common::{Place, Ran, SECRET, Served, Simulator};

/// Takes what comes at `/v1/traces`, on as many connections as come, and gives the bodies in order.
struct Receiver {
    url: String,
    bodies: mpsc::Receiver<(String, Value)>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, bodies) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    let mut stream = BufReader::new(stream.unwrap());
                    loop {
                        let mut head = String::new();
                        while !head.ends_with("\r\n\r\n") {
                            if stream.read_line(&mut head).unwrap_or(0) == 0 {
                                return;
                            }
                        }
                        let lower = head.to_lowercase();
                        let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                        let mut body = vec![0; length.parse().unwrap()];
                        stream.read_exact(&mut body).unwrap();
                        // before the answer, so that all is there where the sender has ended
                        sender.send((head, serde_json::from_slice(&body).unwrap())).unwrap();
                        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
                        stream.get_mut().write_all(answer.as_bytes()).unwrap();
                    }
                });
            }
        });
        Self { url, bodies }
    }

    /// What came until now, which is all where the sender has ended.
    fn all(&self) -> Vec<(String, Value)> {
        self.bodies.try_iter().collect()
    }
}

fn spans(all: &[(String, Value)]) -> Vec<Value> {
    let of =
        |(_, body): &(String, Value)| body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone();
    all.iter().flat_map(of).collect()
}

fn attributes(span: &Value) -> BTreeMap<String, Value> {
    let pair = |one: &Value| {
        let (_, value) = one["value"].as_object().unwrap().iter().next().unwrap();
        (one["key"].as_str().unwrap().to_owned(), value.clone())
    };
    span["attributes"].as_array().unwrap().iter().map(pair).collect()
}

#[test]
fn each_request_to_a_model_is_a_span_of_its_run() {
    let (place, receiver) = (Place::new(), Receiver::start());
    let simulator = Simulator::start(&place, &["--error-rate", "0.2", "--require-key", SECRET]);
    place.run_file(&simulator.providers(""), "{calls: 120}");
    let mut command = place.clade();
    command.args(["run", "p.yaml", "--json", "--run-id", "traced"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url).env("OTEL_EXPORTER_OTLP_HEADERS", "x-team=clades");
    command.env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test");
    let ran = Ran::of(command);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    let served = simulator.stop();
    let all = receiver.all();
    for (head, body) in &all {
        assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n") && head.contains("x-team: clades"), "{head}");
        let resource = body["resourceSpans"][0]["resource"]["attributes"].to_string();
        assert!(resource.contains("promptclade") && resource.contains("deployment.environment.name"), "{resource}");
    }
    let spans = spans(&all);
    let (runs, calls): (Vec<&Value>, Vec<&Value>) = spans.iter().partition(|span| span["kind"] == 1);
    let [run] = &runs[..] else { panic!("{runs:?}") };
    assert_eq!((run["name"].as_str(), run["parentSpanId"].as_str()), (Some("run traced"), None));
    let mut ids = BTreeSet::from([run["spanId"].to_string()]);
    let mut failed = 0;
    for call in &calls {
        assert_eq!(
            (&call["traceId"], &call["parentSpanId"], &call["kind"]),
            (&run["traceId"], &run["spanId"], &3.into())
        );
        assert!(ids.insert(call["spanId"].to_string()), "ids are given once");
        assert_eq!((call["traceId"].as_str().unwrap().len(), call["spanId"].as_str().unwrap().len()), (32, 16));
        let found = attributes(call);
        let named = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default();
        assert_eq!((named("gen_ai.operation.name"), call["name"].as_str().unwrap()), ("chat", "chat simulated"));
        assert_eq!((named("gen_ai.provider.name"), named("gen_ai.request.model")), ("openai", "simulated"));
        let time = |name: &str| call[name].as_str().unwrap().parse::<u128>().unwrap();
        assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"));
        match call.get("status") {
            None => {
                assert!(named("gen_ai.usage.input_tokens").parse::<u64>().unwrap() > 0, "{call}");
                assert_eq!(found["gen_ai.response.finish_reasons"]["values"][0]["stringValue"], "stop", "{call}");
            }
            Some(status) => {
                failed += 1;
                assert_eq!((&status["code"], named("error.type")), (&2.into(), "temporary"), "{call}");
            }
        }
    }
    assert_eq!(served["result"]["requests"], calls.len(), "{served}");
    assert!(failed > 0 && failed < calls.len(), "{failed} of {}", calls.len());
    let whole = Value::from(spans).to_string();
    assert!(
        !whole.contains(SECRET) && !whole.contains("Answer") && !whole.contains("question"),
        "no texts and no keys"
    );
    judge(&place, &all);
}

/// OpenTelemetry's protocol buffers read every request, and know every field of it.
fn judge(place: &Place, all: &[(String, Value)]) {
    let Some(python) = std::env::var_os("CLADE_TEST_PYTHON") else {
        println!("skipped: traces judged by OpenTelemetry's definitions (CLADE_TEST_PYTHON is not set)");
        return;
    };
    let bodies: String = all.iter().map(|(_, body)| format!("{body}\n")).collect();
    place.write("bodies.jsonl", bodies);
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/test_otlp.py")).arg(place.path("bodies.jsonl"));
    let ran = Ran::of({
        command.stdin(Stdio::null());
        command
    });
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains(&format!("read {} spans", spans(all).len())), "{}", ran.stdout);
}

#[test]
fn a_server_tells_of_requests_and_of_its_runs() {
    let (place, receiver) = (Place::new(), Receiver::start());
    let server = Served::start(&place, &["--otlp", &receiver.url]);
    let ran = server.run(&place, &["eval", "p.yaml", "--json", "--run-id", "traced-there"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_ne!(server.run(&place, &["show", "nobody"]).code, 0);
    server.stop();
    let all = receiver.all();
    let spans = spans(&all);
    let run = spans.iter().find(|span| span["name"] == "run traced-there").unwrap();
    let calls = spans.iter().filter(|span| span["parentSpanId"] == run["spanId"]).count();
    assert_eq!(calls, 60, "one for each example");
    let request = |name: &str, status: &str| {
        spans.iter().any(|span| {
            span["name"] == name && span["kind"] == 2 && attributes(span)["http.response.status_code"] == status
        })
    };
    assert!(request("POST /api/v1/workspaces/{workspace}/runs", "201"), "{spans:?}");
    assert!(request("GET /api/v1/runs/{run}", "404"), "{spans:?}");
}

/// Traces are beside a run and never in its way.
#[test]
fn a_receiver_that_is_away_changes_nothing() {
    let place = Place::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = place.run(&["eval", "p.yaml", "--json", "--otlp", &format!("http://{closed}")]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = place.run(&["list", "--otlp", "somewhere"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("http://localhost:4318"), "{}", ran.stderr);
}
