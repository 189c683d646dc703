//! Many sandboxes come and go, and the host is as it was.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;

use clade_sandbox::{Command, Isolation, LocalBackend, SandboxBackend, SandboxSpec};
use futures::future::try_join_all;

/// The host's children, open descriptors, and mounts.
fn held() -> (String, usize, String) {
    let children = std::fs::read_dir("/proc/self/task")
        .unwrap()
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok())
        .collect();
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count();
    (children, descriptors, std::fs::read_to_string("/proc/self/mountinfo").unwrap())
}

/// The folders of sandboxes without a jail.
fn folders() -> usize {
    let entries = std::fs::read_dir("/tmp").unwrap().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("promptclade-")).count()
}

#[tokio::test]
async fn nothing_is_left_of_a_hundred_sandboxes() {
    let (settings, folder) = support::settings();
    let folders_before = folders();
    comes_and_goes(LocalBackend::new(settings.clone()), SandboxSpec::default()).await;
    let accepting = SandboxSpec { isolation: Isolation::MinimumProcess, ..SandboxSpec::default() };
    comes_and_goes(LocalBackend::without_jail(settings), accepting).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file is left");
    assert_eq!(folders(), folders_before);
}

async fn comes_and_goes(backend: LocalBackend, spec: SandboxSpec) {
    // whatever the first one sets up for good is no leak
    backend.create(&spec, None).await.unwrap().destroy().await.unwrap();
    let before = held();
    for round in 0..10 {
        let sandboxes = try_join_all((0..10).map(|_| backend.create(&spec, None))).await.unwrap();
        let command = Command::new(["sh", "-c", "echo x > file; sleep 100 & echo $!"]);
        for sandbox in &sandboxes {
            let finished = sandbox.start(&command).await.unwrap().finish(&[]).await.unwrap();
            assert!(finished.is_success(), "{finished:?}");
        }
        for (number, sandbox) in sandboxes.into_iter().enumerate() {
            // half are given back in order, the others are dropped
            if (number + round) % 2 == 0 { sandbox.destroy().await.unwrap() } else { drop(sandbox) }
        }
    }
    assert_eq!(held(), before);
}
