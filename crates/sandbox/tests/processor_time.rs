//! Processor time that the kernel adds to no process's account.

#![cfg(target_os = "linux")]

mod support;

use clade_sandbox::{
    Command, Ended, Isolation, Language, Limit, Limits, LocalBackend, SandboxBackend, SandboxSpec, examine,
    find_interpreter,
};

/// Children that end at once, and whose parent has said that it wants to know nothing of their end.
const UNSEEN: &str = "
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
end = time.monotonic() + 20
while time.monotonic() < end:
    child = os.fork()
    if child == 0:
        while time.process_time() < 0.004: pass
        os._exit(0)
    try: os.waitpid(child, 0)
    except OSError: pass
";

#[tokio::test]
async fn a_control_group_counts_children_that_nobody_waits_for() {
    let python = find_interpreter(Language::Python, "/usr/bin/python3").unwrap();
    let (mut settings, _folder) = support::settings();
    settings.read_only = python.read_only;
    let report = examine(settings.clone()).await;
    if !report.checks.iter().any(|check| check.name == "control groups" && check.good) {
        eprintln!("skipped: no control groups are delegated to this process, and nobody else knows of that time");
        return;
    }
    let limits = Limits { cpu_seconds: 1, wall_seconds: 60, ..Limits::default() };
    for (backend, isolation) in [
        (LocalBackend::new(settings.clone()), Isolation::Namespaces),
        (LocalBackend::without_jail(settings), Isolation::MinimumProcess),
    ] {
        let spec = SandboxSpec { limits, isolation, ..SandboxSpec::default() };
        let sandbox = backend.create(&spec, None).await.unwrap();
        let command = Command::new([python.program.to_string_lossy().as_ref(), "-I", "-S", "-c", UNSEEN]);
        let finished = sandbox.start(&command).await.unwrap().finish(&[]).await.unwrap();
        assert_eq!(finished.ended, Ended::Limit(Limit::Cpu), "{isolation:?}: {finished:?}");
        sandbox.destroy().await.unwrap();
    }
}
