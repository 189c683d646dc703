//! Tests once more, as another user.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::support;

/// Runs tests of this file once more as a user without rights, and gives what they said; this process must be root's.
pub fn as_an_ordinary_user(tests: &[&str], env: &[(&str, &str)]) -> String {
    const NOBODY: u32 = 65534;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let copy = |from: &Path, name: &str| {
        let to = folder.path().join(name);
        std::fs::copy(from, &to).unwrap();
        std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o755)).unwrap();
        to
    };
    let test = copy(&std::env::current_exe().unwrap(), "test");
    let helper = copy(&support::settings().0.helper, "helper");
    let output = Command::new(test)
        .args(tests)
        .args(["--exact", "--nocapture"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env(support::HELPER, helper)
        .envs(env.iter().copied())
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    if output.status.success() { said.into_owned() } else { format!("failed: {said}") }
}
