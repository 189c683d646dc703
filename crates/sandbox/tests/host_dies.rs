//! Whatever becomes of the host, nothing of a sandbox is left.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command as HostCommand, Stdio};
use std::time::Duration;

use clade_sandbox::{Command, Isolation, LocalBackend, SandboxBackend, SandboxSpec, Time};

/// Under this name the test starts itself as a host, with a word by which what it starts is found again.
const ROLE: &str = "CLADE_TEST_HOST";

fn with_marker(marker: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| std::fs::read_to_string(process.path().join("cmdline")).ok())
        .filter(|line| line.contains("sleep") && line.contains(marker))
        .count()
}

async fn be_a_host(marker: &str) {
    let (settings, _folder) = support::settings();
    let backends = [LocalBackend::new(settings.clone()), LocalBackend::without_jail(settings)];
    let spec = SandboxSpec { isolation: Isolation::MinimumProcess, ..SandboxSpec::default() };
    let mut held = Vec::new();
    for backend in backends.iter().cycle().take(6) {
        let sandbox = backend.create(&spec, None).await.unwrap();
        let script = format!("trap '' TERM HUP INT; (setsid sleep 600.{marker} &); echo on; sleep 600.{marker}");
        let mut execution = sandbox.start(&Command::new(["sh", "-c", &script]).time(Time::Session)).await.unwrap();
        let mut on = [0; 3];
        tokio::io::AsyncReadExt::read_exact(&mut execution.stdout, &mut on).await.unwrap();
        held.push((sandbox, execution));
    }
    println!("sandboxes are up");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn everything_ends_when_the_host_is_killed() {
    if let Ok(marker) = std::env::var(ROLE) {
        return be_a_host(&marker).await;
    }
    let marker = std::process::id().to_string();
    let mut host = HostCommand::new(std::env::current_exe().unwrap())
        .args(["everything_ends_when_the_host_is_killed", "--exact", "--nocapture"])
        .env(ROLE, &marker)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("sandboxes are up")), "the host did not come up");
    assert!(with_marker(&marker) >= 12, "six sandboxes with two processes each run");
    host.kill().unwrap();
    host.wait().unwrap();
    let gone = async {
        while with_marker(&marker) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("all processes of the sandboxes have ended");
}
