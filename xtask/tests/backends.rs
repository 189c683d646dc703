//! The table of backends and laws in `docs/backends/README.md` is made of the sources: of the lists of rules in the conformance suites and
//! of the tests that run them. `CLADE_WRITE_DOCS=1 cargo test -p xtask --test backends` writes it anew.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

use std::{fs, path::Path};

/// A suite: its heading, the file with its list of rules, and how a backend's test calls it.
const SUITES: [(&str, &str, &str); 3] = [
    ("system of record", "mod.rs", "conformance::all("),
    ("family tree", "lineage.rs", "conformance::lineage("),
    ("generations", "generations.rs", "conformance::generations("),
];

/// Backends, and the crate whose tests run the suites.
const BACKENDS: [(&str, &str); 6] = [
    ("memory", "store"),
    ("SQLite", "store-sqlite"),
    ("PostgreSQL", "store-postgres"),
    ("Neo4j", "store-neo4j"),
    ("Redis", "store-redis"),
    ("DynamoDB", "store-dynamodb"),
];

const BEGIN: &str = "<!-- made of the sources, from here -->\n";
const END: &str = "<!-- to here -->\n";

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The rules of a suite as words.
fn rules(file: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("crates/store/src/conformance").join(file)).unwrap();
    let (_, list) = text.split_once("each![").unwrap();
    let (list, _) = list.split_once("];").unwrap();
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let words = |name: &str| {
        let (role, rule) = name.split_once("::").unwrap_or(("", name));
        let rule = rule.replace('_', " ");
        if role.is_empty() { rule } else { format!("{role}: {rule}") }
    };
    names.map(words).collect()
}

/// Everything that a crate's tests say.
fn tests(name: &str) -> String {
    let mut folders = vec![root().join("crates").join(name).join("tests")];
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if path.extension().is_some_and(|end| end == "rs") => text += &fs::read_to_string(path).unwrap(),
                _ => {}
            }
        }
    }
    text
}

fn table() -> String {
    let backends = BACKENDS.map(|(name, folder)| (name, tests(folder)));
    let mut table = String::new();
    for (role, file, call) in SUITES {
        let kept: Vec<&str> = backends.iter().map(|(_, tests)| if tests.contains(call) { "yes" } else { "" }).collect();
        assert!(kept.iter().filter(|kept| !kept.is_empty()).count() >= 3, "{role}: {kept:?}");
        let names: Vec<&str> = backends.iter().map(|(name, _)| *name).collect();
        table += &format!("\n| {role} | {} |\n| --- |{}\n", names.join(" | "), " --- |".repeat(names.len()));
        for rule in rules(file) {
            table += &format!("| {rule} | {} |\n", kept.join(" | "));
        }
    }
    table
}

#[test]
fn the_table_of_backends_and_laws_is_what_the_tests_run() {
    let path = root().join("docs/backends/README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let made = format!("{before}{BEGIN}{}\n{END}{after}", table());
    if std::env::var_os("CLADE_WRITE_DOCS").is_some() {
        fs::write(&path, made).unwrap();
    } else {
        assert_eq!(text, made, "write it anew: CLADE_WRITE_DOCS=1 cargo test -p xtask --test backends");
    }
}
