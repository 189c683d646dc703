//! Sandboxes for tests.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

use std::path::PathBuf;

use clade_sandbox::LocalSettings;
use tempfile::TempDir;

/// Names another copy of the jail's binary, for a user who may not read the build's folder.
pub const HELPER: &str = "CLADE_TEST_JAIL";

/// Settings with the jail's own binary, and the folder of their snapshots.
pub fn settings() -> (LocalSettings, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = LocalSettings::new(folder.path().join("snapshots"));
    settings.helper = std::env::var_os(HELPER).map_or_else(|| env!("CARGO_BIN_EXE_clade-jail").into(), PathBuf::from);
    (settings, folder)
}
