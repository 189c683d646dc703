//! The official Python clients `openai` and `anthropic` against simulators on loopback.
//!
//! `CLADE_TEST_PYTHON` names an interpreter that has `tests/python/requirements.txt` installed (`cargo xtask test` makes
//! one); without it the test says that it is skipped.

mod common;

use std::process::Stdio;

use clade_simulator::Settings;
use tokio::process::Command;

use common::Simulator;

#[tokio::test]
async fn official_clients() {
    let Some(python) = std::env::var_os("CLADE_TEST_PYTHON") else {
        println!("skipped: official_clients (CLADE_TEST_PYTHON is not set)");
        return;
    };
    let plain = Simulator::start(Settings::default()).await;
    let keyed = Simulator::start(Settings { key: Some("sk-simulated".into()), ..Settings::default() }).await;
    let limited = Settings { requests_per_second: Some(5.0), burst: Some(1.0), ..Settings::default() };
    let limited = Simulator::start(limited).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/test_clients.py");
    let output = Command::new(python)
        .arg(script)
        .args([&plain.url, &keyed.url, &limited.url])
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("checked "), "{said}");
    let stats = plain.stop().await;
    assert!(stats.answered > 10 && stats.errors > 0, "{stats:?}");
    assert!(limited.stop().await.throttled >= 2);
    // the two wrong keys
    assert_eq!(keyed.stop().await.errors, 2);
}
