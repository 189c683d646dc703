//! The API document and the server that serves it, judged by `openapi-spec-validator` and `schemathesis`.
//!
//! `CLADE_TEST_PYTHON` names an interpreter that has the requirements of the wire tests installed (`cargo xtask test` makes one);
//! without it the test says that it is skipped.

use std::process::{Command, Stdio};

use crate::common::{Place, Ran, Served};

/// Seconds that the judge may send requests.
const SECONDS: &str = "60";

#[test]
fn the_server_keeps_what_its_document_promises() {
    let Some(python) = std::env::var_os("CLADE_TEST_PYTHON") else {
        println!("skipped: the_server_keeps_what_its_document_promises (CLADE_TEST_PYTHON is not set)");
        return;
    };
    let place = Place::new();
    place.finished("judged-1");
    let mut command = place.clade();
    command.args(["user", "add", "keeper", "--admin"]).env("CLADE_PASSWORD", "correct horse battery");
    let added = Ran::of(command);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let token = place.json(&["token", "add", "judge", "--user", "keeper", "--role", "instance"]);
    let server = Served::start(&place, &["--rate-limit", "100000", "--no-resume"]);
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/test_openapi.py"));
    command.args([&server.url, token["secret"].as_str().unwrap(), "judged-1", SECONDS]);
    // it leaves a folder with its examples where it works
    command.current_dir(place.path("data")).stdin(Stdio::null()).env("NO_PROXY", "127.0.0.1");
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("the document is valid"), "{said}");
    let refused = said.lines().find_map(|line| line.strip_prefix("Authentication failed: ")?.split(' ').next());
    let refused: usize = refused.map_or(0, |count| count.parse().unwrap());
    // on a busy machine it comes to few cases of an operation, of which those without a token may be all
    assert!(refused < 50, "the judge was let in nowhere: {said}");
    server.stop();
}
