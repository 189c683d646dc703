//! Daytona's official Python SDK judges the fake: it parses strictly what the fake answers. The interpreters that have it are named in
//! `CLADE_DAYTONA_PYTHON`, with `:` between them, each with a version of its own; without any the test says that it was skipped.

#![cfg(target_os = "linux")]

mod support;

use clade_daytona_fake::{Fake, FakeSettings};

#[tokio::test(flavor = "multi_thread")]
async fn the_official_sdk_works_with_the_fake() {
    let named = std::env::var("CLADE_DAYTONA_PYTHON").unwrap_or_default();
    let interpreters: Vec<&str> = named.split(':').filter(|path| !path.is_empty()).collect();
    if interpreters.is_empty() {
        eprintln!("skipped: CLADE_DAYTONA_PYTHON names no interpreter with the package `daytona`");
        return;
    }
    let (local, _folder) = support::settings();
    let key = "dtn_judge".to_owned();
    let settings = FakeSettings { local, key: key.clone(), machines: true, address: "127.0.0.1:0".to_owned() };
    let fake = Fake::start(settings).await.unwrap();
    for interpreter in interpreters {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/daytona_sdk.py");
        let mut command = std::process::Command::new(interpreter);
        command.args([script, &fake.url, &key]);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("judged"), "{interpreter}: {said}");
        assert_eq!(fake.living(), 0, "{interpreter}");
    }
}
