//! The local jail shows the behaviour that every backend must show, to root as to an ordinary user.

#![cfg(target_os = "linux")]

mod support;
#[path = "support/table.rs"]
mod table;

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use clade_sandbox::LocalBackend;
use clade_sandbox::conformance::{self, Offered};

#[tokio::test(flavor = "multi_thread")]
async fn the_local_jail_conforms() {
    let (settings, _folder) = support::settings();
    let backend = LocalBackend::new(settings);
    let outcomes = conformance::all(&backend).await.unwrap();
    assert!(outcomes.iter().all(|(_, offered)| *offered == Offered::Yes), "{outcomes:?}");
    let rows: Vec<(String, String)> = outcomes.iter().map(|(name, offered)| row(name, *offered)).collect();
    table::compare_column("sandboxes.md", include_str!("../../../docs/sandboxes.md"), "local", &rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_jail_the_rules_hold_that_need_none() {
    let (settings, _folder) = support::settings();
    let outcomes = conformance::all(&LocalBackend::without_jail(settings)).await.unwrap();
    let rows: Vec<(String, String)> = outcomes.iter().map(|(name, offered)| row(name, *offered)).collect();
    table::compare_column("sandboxes.md", include_str!("../../../docs/sandboxes.md"), "local, without a jail", &rows);
}

fn row(name: &str, offered: Offered) -> (String, String) {
    let words = if offered == Offered::Yes { "holds" } else { "not offered" };
    (name.replace("::", ": ").replace('_', " "), words.to_owned())
}

#[test]
fn the_local_jail_of_an_ordinary_user_conforms() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not needed: the other test runs as an ordinary user");
        return;
    }
    const NOBODY: u32 = 65534;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let copy = |from: &std::path::Path, name: &str| {
        let to = folder.path().join(name);
        std::fs::copy(from, &to).unwrap();
        std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o755)).unwrap();
        to
    };
    let test = copy(&std::env::current_exe().unwrap(), "test");
    let helper = copy(&support::settings().0.helper, "helper");
    let output = Command::new(test)
        .args(["the_local_jail_conforms", "without_a_jail_the_rules_hold_that_need_none", "--exact", "--nocapture"])
        .env_clear()
        .env(support::HELPER, helper)
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("2 passed"), "{said}");
}
