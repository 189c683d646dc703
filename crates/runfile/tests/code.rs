//! Checks that are code: what of them is read, kept with the run, and refused.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::path::Path;

use clade_domain::{ContentHash, Isolation, Language, RunMode, SandboxMode};
use clade_runfile::{Loaded, Overrides};
use common::{load_with, write};

const SCORE: &str = "def get_assert(output, context):\n    return True\n";

fn loaded(checks: &str, optimize: &str) -> Result<Loaded, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = format!(
        "prompts: ['{{{{q}}}}']\nproviders: [simulated:rough]\ntests: [{{vars: {{q: a}}}}, {{vars: {{q: b}}}}]\n\
         defaultTest: {{assert: [{checks}]}}\noptimize: {{{optimize}}}\n"
    );
    write(folder.path(), &[("p.yaml", &file), ("score.py", SCORE), ("lib/words.txt", "one\n"), ("s.sh", "true\n")]);
    #[cfg(unix)]
    for (link, to) in [("passwd", "/etc/passwd"), ("etc", "/etc"), ("words.txt", "lib/words.txt")] {
        std::os::unix::fs::symlink(to, folder.path().join(link)).unwrap();
    }
    load_with(&folder.path().join("p.yaml"), RunMode::Evaluate, Overrides::default()).map_err(|p| p.to_string())
}

#[test]
fn files_are_kept_with_the_run() {
    let checks = "{type: python, value: 'file://./score.py:get_assert'}, {type: exec, value: 'sh file://s.sh'}";
    let loaded = loaded(checks, "sandbox: {files: [lib/words.txt], limits: {memory_mb: 64}}").unwrap();
    let sandbox = loaded.spec.sandbox.unwrap();
    let files: Vec<(&str, &str)> = sandbox.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(files, [("lib/words.txt", "one\n"), ("s.sh", "true\n"), ("score.py", SCORE)]);
    assert_eq!((sandbox.languages.as_slice(), sandbox.limits.memory_mb), ([Language::Python].as_slice(), 64));
    let example = loaded.data.open().next().unwrap().unwrap();
    assert_eq!(example.asserts[0].files["score.py"], ContentHash::of(SCORE.as_bytes()));
    assert!(example.asserts[1].files.contains_key("s.sh"));
}

#[test]
fn interpreters_are_found_from_the_run_files_folder() {
    let check = "{type: python, value: 'True'}";
    let python = |optimize: &str| loaded(check, optimize).unwrap().spec.sandbox.unwrap().python;
    let found = python("sandbox: {python: ./venv/bin/python}");
    assert!(
        Path::new(&found).is_absolute() && found.ends_with("/venv/bin/python") && !found.contains("/./"),
        "{found}"
    );
    assert_eq!(python("sandbox: {python: python3.12}"), "python3.12");
    assert_eq!(python("sandbox: {python: /opt/p/bin/python}"), "/opt/p/bin/python");
    assert_eq!(python("sandbox: {backend: daytona, python: bin/python}"), "bin/python", "that of the image");
}

#[test]
fn a_run_without_code_has_no_sandbox_unless_it_wants_one() {
    let check = "{type: contains, value: a}";
    assert!(loaded(check, "seed: 1").unwrap().spec.sandbox.is_none());
    assert!(loaded(check, "sandbox: when-needed").unwrap().spec.sandbox.is_none());
    let always = loaded(check, "sandbox: always").unwrap().spec.sandbox.unwrap();
    assert_eq!((always.mode, always.isolation), (SandboxMode::Always, Isolation::Namespaces));
    assert!(loaded("{type: javascript, value: 'output == 1'}", "seed: 1").unwrap().spec.sandbox.is_some());
}

#[cfg(unix)]
#[test]
fn links_lead_no_further_than_paths() {
    let check = "{type: python, value: 'True'}";
    let files = loaded(check, "sandbox: {files: [words.txt]}").unwrap().spec.sandbox.unwrap().files;
    assert_eq!(files["words.txt"], "one\n");
    for link in ["passwd", "etc/passwd"] {
        let problem = loaded(check, &format!("sandbox: {{files: [{link}]}}")).unwrap_err();
        let said = format!("`{link}` is a link that leads out of the run file's folder");
        assert!(problem.contains("p.yaml:5:") && problem.contains(&said), "{problem}");
    }
}

#[test]
fn what_cannot_be_executed_is_said_with_its_place() {
    for (checks, optimize, place, words) in [
        ("{type: python, value: file://gone.py}", "seed: 1", "p.yaml:4:", "no such file"),
        ("{type: python, value: file://../score.py}", "seed: 1", "p.yaml:4:", "outside of the run file's folder"),
        ("{type: javascript, value: file://s.sh}", "seed: 1", "p.yaml:4:", "must end in .js"),
        ("{type: equals, value: file://score.py}", "seed: 1", "p.yaml:4:", "is a program"),
        ("{type: python, value: 'True'}", "sandbox: {files: [gone.txt]}", "p.yaml:5:", "no such file"),
        ("{type: python, value: 'True'}", "sandbox: {isolation: machine}", "p.yaml:5:", "machine of its own"),
        ("{type: python, value: 'True'}", "sandbox: {limits: {memory_mb: 1}}", "p.yaml:5:", "32"),
        ("{type: python, value: 'True'}", "sandbox: {limit: 1}", "p.yaml:5:", "limits"),
        ("{type: python, value: 'True'}", "sandbox: {network: all}", "p.yaml:5:", "none"),
    ] {
        let problem = loaded(checks, optimize).unwrap_err();
        assert!(problem.contains(place) && problem.contains(words), "{checks} {optimize}: {problem}");
    }
}
