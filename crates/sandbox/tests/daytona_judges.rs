//! Judges of the fake that are not ours and need Node.js: Daytona's official TypeScript SDK, which parses what the fake answers, and Prism between our client and
//! the fake, which validates every request and every answer against Daytona's OpenAPI documents. `CLADE_DAYTONA_JUDGES` names a folder
//! with `judges/package.json` installed; without it the tests say that they were skipped.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use clade_daytona_fake::{Fake, FakeSettings};
use clade_sandbox::{
    Command as Inside, DaytonaBackend, DaytonaSettings, InsidePath, Network, SandboxBackend, SandboxSpec, delete_left,
    left_behind, states_there,
};
use secrecy::SecretString;
use tempfile::TempDir;

const KEY: &str = "dtn_judge";

/// The folder of the judges; says that the test is skipped where there is none.
fn judges() -> Option<PathBuf> {
    let named = std::env::var_os("CLADE_DAYTONA_JUDGES").filter(|name| !name.is_empty());
    if named.is_none() {
        eprintln!("skipped: CLADE_DAYTONA_JUDGES names no folder with the judges installed");
    }
    named.map(PathBuf::from)
}

fn ours(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(name)
}

/// One whose sandboxes are like virtual machines: they are kept by way of a fork.
async fn fake() -> (Fake, TempDir) {
    let (local, folder) = support::settings();
    let settings = FakeSettings { local, key: KEY.to_owned(), machines: true, address: "127.0.0.1:0".to_owned() };
    (Fake::start(settings).await.unwrap(), folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_typescript_sdk_works_with_the_fake() {
    let Some(judges) = judges() else { return };
    let (fake, _folder) = fake().await;
    // packages are looked for beside the script
    let script = judges.join("sdk.mjs");
    std::fs::copy(ours("sdk.mjs"), &script).unwrap();
    let mut command = Command::new("node");
    command.arg(script).args([&fake.url, KEY]);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("judged"), "{said}");
    assert_eq!(fake.living(), 0);
}

/// A validating proxy before a server.
struct Prism {
    child: Child,
    url: String,
}

impl Prism {
    async fn start(judges: &Path, document: &str, upstream: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("node")
            .arg(judges.join("node_modules/@stoplight/prism-cli/dist/index.js"))
            .arg("proxy")
            .arg(ours(document))
            .args([upstream, "--errors", "--host", "127.0.0.1", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let prism = Self { child, url: format!("http://127.0.0.1:{port}") };
        let listens = async {
            while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(180), listens).await.expect("Prism listens");
        prism
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_and_answer_is_as_the_documents_say() {
    let Some(judges) = judges() else { return };
    let (fake, _folder) = fake().await;
    let upstream = fake.url.clone();
    let toolbox_upstream = upstream.replace("/api", "/toolbox");
    let (api, toolbox) = tokio::join!(
        Prism::start(&judges, "api.json", &upstream),
        Prism::start(&judges, "toolbox.json", &toolbox_upstream),
    );
    fake.show_toolbox_at(&toolbox.url);
    let mut settings = DaytonaSettings::new(SecretString::from(KEY.to_owned())).owned_by("judges");
    settings.api_url.clone_from(&api.url);
    settings.patience = Duration::from_secs(60);
    // a judge that lets everything through would be none
    let http = reqwest::Client::new();
    let wrong = http.post(format!("{}/sandbox", api.url)).bearer_auth(KEY).json(&serde_json::json!({"cpu": "many"}));
    assert_eq!(wrong.send().await.unwrap().status(), 422, "a wish that the document does not know");

    let backend = DaytonaBackend::new(settings.clone());
    let run = |script: &str| Inside::new(["sh", "-c", script]);
    for network in [Network::None, Network::Hosts(vec!["example.org".to_owned(), "*.example.com".to_owned()])] {
        let spec = SandboxSpec { network, ..SandboxSpec::default() };
        backend.create(&spec, None).await.unwrap().destroy().await.unwrap();
    }
    let image = SandboxSpec { image: Some("python:3.13".to_owned()), ..SandboxSpec::default() };
    backend.create(&image, None).await.unwrap().destroy().await.unwrap();
    let sandbox = backend.create(&SandboxSpec::default(), None).await.unwrap();
    let said = sandbox.start(&run("read line; echo got $line")).await.unwrap().finish(b"this\n").await.unwrap();
    assert_eq!(said.stdout, b"got this\n");
    for (name, length) in [("small", 10), ("large", 200_000)] {
        let (path, content) = (InsidePath::new(name).unwrap(), Bytes::from(vec![b'x'; length]));
        sandbox.put(&path, content.clone()).await.unwrap();
        assert_eq!(sandbox.get(&path).await.unwrap(), content);
    }
    let snapshot = sandbox.snapshot().await.unwrap();
    assert!(backend.has_snapshot(&snapshot).await.unwrap());
    assert_eq!(fake.forked(), 1);
    let there = states_there(&settings).await.unwrap();
    assert_eq!(there.iter().map(|kept| &kept.state).collect::<Vec<_>>(), [&snapshot]);
    let again = backend.create(&SandboxSpec::default(), Some(&snapshot)).await.unwrap();
    assert_eq!(again.get(&InsidePath::new("small").unwrap()).await.unwrap().len(), 10);
    // as if the process had been killed
    std::mem::forget(again);
    sandbox.destroy().await.unwrap();
    backend.delete_snapshot(&snapshot).await.unwrap();
    assert!(!backend.has_snapshot(&snapshot).await.unwrap());
    let left = left_behind(&settings).await.unwrap();
    assert_eq!(left.len(), 1);
    for mut one in left {
        delete_left(&settings, [&mut one]).await.unwrap();
    }
    assert_eq!(fake.living(), 0);
}
