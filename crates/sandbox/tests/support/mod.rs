//! Sandboxes for tests.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

use std::path::PathBuf;

use clade_sandbox::{LocalBackend, LocalSettings};
use tempfile::TempDir;

/// Settings with the jail's own binary, and the folder of their snapshots.
pub fn settings() -> (LocalSettings, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = LocalSettings::new(folder.path().join("snapshots"));
    settings.helper = PathBuf::from(env!("CARGO_BIN_EXE_clade-jail"));
    (settings, folder)
}

/// A local backend, and the folder of its snapshots.
pub fn local() -> (LocalBackend, TempDir) {
    let (settings, folder) = settings();
    (LocalBackend::new(settings), folder)
}
