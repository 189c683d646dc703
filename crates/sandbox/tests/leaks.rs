//! Many sandboxes come and go, and the host is as it was.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;

use clade_sandbox::{Command, LocalBackend, SandboxBackend, SandboxSpec};
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

#[tokio::test]
async fn nothing_is_left_of_a_hundred_sandboxes() {
    let (settings, folder) = support::settings();
    let backend = LocalBackend::new(settings);
    // whatever the first one sets up for good is no leak
    backend.create(&SandboxSpec::default(), None).await.unwrap().destroy().await.unwrap();
    let before = held();
    for round in 0..10 {
        let spec = SandboxSpec::default();
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
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file is left");
}
