//! What is said of a machine, and of one that lacks something.

#![cfg(target_os = "linux")]

mod support;

use clade_sandbox::{Isolation, Language, SandboxError, examine, find_interpreter};

#[tokio::test]
async fn a_machine_that_isolates_is_said_to() {
    let (settings, _folder) = support::settings();
    let report = examine(settings).await;
    assert_eq!(report.isolation, Some(Isolation::Namespaces), "{report:#?}");
    assert!(report.checks[0].good && report.checks[0].fix.is_empty(), "{report:#?}");
}

#[tokio::test]
async fn what_is_missing_is_said_with_what_to_do() {
    let (mut settings, folder) = support::settings();
    settings.helper = folder.path().join("no-such-binary");
    let report = examine(settings).await;
    assert_eq!(report.isolation, None);
    let jail = &report.checks[0];
    assert!(!jail.good && jail.found.contains("start the helper") && !jail.fix.is_empty(), "{jail:?}");
}

#[test]
fn a_missing_interpreter_is_named() {
    let error = find_interpreter(Language::Python, "no-such-python").unwrap_err();
    assert!(matches!(&error, SandboxError::NoInterpreter { name, .. } if name == "no-such-python"));
}
