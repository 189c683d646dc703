//! `clade serve` as a process.

use std::process::{Command, Stdio};

/// The walk through the server in the documents, executed as it stands.
#[test]
fn the_walk_in_the_documents_works_as_written() {
    let page = include_str!("../../../../docs/server.md");
    let mut script = String::from("set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n");
    let mut blocks = 0;
    for part in page.split("```sh\n").skip(1) {
        script.push_str(part.split("```").next().unwrap_or_default());
        blocks += 1;
    }
    assert!(blocks > 5, "{blocks} blocks");
    let folder = tempfile::tempdir().unwrap();
    let clade = std::path::Path::new(env!("CARGO_BIN_EXE_clade"));
    let path = format!("{}:{}", clade.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", path)
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("improvement"), "{out}");
    assert!(!err.contains("No such file"), "{err}");
}
