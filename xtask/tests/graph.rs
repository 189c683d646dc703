//! The crates depend on one another in one direction only, and the pure ones have no async runtime below them.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;

use serde_json::{Value, json};
use support::{cargo, packages};

/// Each crate with the crates of ours that it may use. A new crate is entered here: its place is a decision.
const MAY_USE: [(&str, &[&str]); 30] = [
    ("clade-domain", &[]),
    ("clade-text", &["clade-domain"]),
    ("clade-evolve", &["clade-domain", "clade-text"]),
    ("clade-metrics", &["clade-domain", "clade-text"]),
    ("clade-models", &["clade-domain", "clade-text"]),
    ("clade-filter", &[]),
    ("clade-lineage", &["clade-domain", "clade-filter"]),
    ("clade-store", &["clade-domain", "clade-filter", "clade-lineage"]),
    ("clade-store-sqlite", &["clade-store", "clade-domain", "clade-lineage"]),
    ("clade-store-neo4j", &["clade-store", "clade-domain", "clade-lineage"]),
    ("clade-store-dynamodb", &["clade-store", "clade-domain", "clade-lineage"]),
    ("clade-store-redis", &["clade-store", "clade-domain", "clade-lineage"]),
    ("clade-store-postgres", &["clade-store", "clade-domain", "clade-lineage"]),
    ("clade-accounts", &["clade-domain", "clade-store"]),
    ("clade-identity", &["clade-domain"]),
    ("clade-auth-standin", &[]),
    ("clade-test-servers", &["clade-store"]),
    ("clade-sandbox", &["clade-domain"]),
    ("clade-daytona-fake", &["clade-sandbox"]),
    ("clade-runfile", &["clade-domain", "clade-text", "clade-metrics"]),
    (
        "clade-engine",
        &[
            "clade-domain",
            "clade-text",
            "clade-evolve",
            "clade-metrics",
            "clade-models",
            "clade-store",
            "clade-sandbox",
        ],
    ),
    ("clade-simulator", &["clade-domain", "clade-models"]),
    ("clade-lab", &["clade-domain", "clade-text", "clade-evolve", "clade-models", "clade-store", "clade-engine"]),
    ("clade-export", &["clade-domain", "clade-text", "clade-evolve", "clade-metrics", "clade-store"]),
    ("clade-bundle", &["clade-domain", "clade-evolve", "clade-store", "clade-engine"]),
    ("clade-intake", &["clade-domain", "clade-evolve", "clade-models", "clade-runfile", "clade-engine", "clade-store"]),
    (
        "clade-server",
        &[
            "clade-domain",
            "clade-text",
            "clade-filter",
            "clade-lineage",
            "clade-evolve",
            "clade-metrics",
            "clade-models",
            "clade-store",
            "clade-runfile",
            "clade-engine",
            "clade-intake",
            "clade-accounts",
            "clade-identity",
            "clade-export",
            "clade-bundle",
        ],
    ),
    (
        "promptclade",
        &[
            "clade-intake",
            "clade-accounts",
            "clade-identity",
            "clade-server",
            "clade-filter",
            "clade-lineage",
            "clade-export",
            "clade-bundle",
            "clade-domain",
            "clade-text",
            "clade-evolve",
            "clade-metrics",
            "clade-models",
            "clade-store",
            "clade-store-sqlite",
            "clade-store-neo4j",
            "clade-store-redis",
            "clade-store-dynamodb",
            "clade-store-postgres",
            "clade-runfile",
            "clade-sandbox",
            "clade-engine",
            "clade-simulator",
            "clade-lab",
        ],
    ),
    // these measure and build from outside; how fast a server keeps something is asked of the crate that talks to it
    (
        "clade-bench",
        &[
            "clade-domain",
            "clade-lineage",
            "clade-store",
            "clade-store-sqlite",
            "clade-store-neo4j",
            "clade-store-redis",
            "clade-store-dynamodb",
            "clade-store-postgres",
        ],
    ),
    ("xtask", &[]),
];

/// What tests may use beside that.
const TESTS_MAY_USE: [(&str, &[&str]); 10] = [
    ("clade-identity", &["clade-auth-standin"]),
    ("clade-sandbox", &["clade-daytona-fake"]),
    ("promptclade", &["clade-daytona-fake", "clade-auth-standin", "clade-test-servers"]),
    ("clade-store-redis", &["clade-test-servers"]),
    ("clade-store-neo4j", &["clade-test-servers"]),
    ("clade-store-dynamodb", &["clade-test-servers"]),
    ("clade-store-postgres", &["clade-test-servers"]),
    ("clade-engine", &["clade-store-sqlite"]),
    ("clade-bundle", &["clade-store-sqlite"]),
    ("clade-server", &["clade-store-sqlite", "clade-store-postgres", "clade-auth-standin"]),
];

/// Crates that must work without any async runtime.
const PURE: [&str; 6] =
    ["clade-domain", "clade-text", "clade-evolve", "clade-metrics", "clade-filter", "clade-lineage"];

const RUNTIMES: [&str; 9] = [
    "async-executor",
    "async-global-executor",
    "async-io",
    "async-std",
    "compio",
    "futures-executor",
    "monoio",
    "smol",
    "tokio",
];

fn row<'a>(table: &'a [(&'a str, &'a [&'a str])], name: &str) -> Option<&'a [&'a str]> {
    table.iter().find(|(own, _)| *own == name).map(|(_, uses)| *uses)
}

/// Every edge between crates of ours that the tables do not have.
fn forbidden_edges(packages: &[Value]) -> Vec<String> {
    let ours: Vec<&Value> = packages.iter().filter(|package| package["source"].is_null()).collect();
    let is_ours = |name: &str| ours.iter().any(|package| package["name"] == name);
    let mut found = Vec::new();
    for package in &ours {
        let name = package["name"].as_str().unwrap();
        let Some(may_use) = row(&MAY_USE, name) else {
            found.push(format!("{name} has no place in the crate graph yet"));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = dependency["name"].as_str().unwrap();
            let only_tests = dependency["kind"] == "dev";
            let allowed = may_use.contains(&used)
                || (only_tests && row(&TESTS_MAY_USE, name).is_some_and(|tests| tests.contains(&used)));
            if is_ours(used) && !allowed {
                found.push(format!("{name} uses {used}"));
            }
        }
    }
    found
}

#[test]
fn dependencies_run_one_way() {
    let packages = packages();
    let ours = packages.iter().filter(|package| package["source"].is_null()).count();
    assert!(ours >= 11, "cargo names {ours} crates of ours: the graph was not read");
    assert_eq!(forbidden_edges(&packages), Vec::<String>::new());
}

#[test]
fn a_wrong_edge_would_be_seen() {
    let package = |name: &str, uses: &[(&str, Value)]| {
        let dependencies: Vec<Value> =
            uses.iter().map(|(name, kind)| json!({"name": name, "kind": kind, "source": null})).collect();
        json!({"name": name, "source": null, "dependencies": dependencies})
    };
    let (normal, dev) = (Value::Null, json!("dev"));
    let planted = [
        package("clade-domain", &[("clade-text", normal.clone())]),
        package("clade-text", &[("clade-domain", normal.clone())]),
        package("clade-store", &[("clade-store-sqlite", dev.clone())]),
        package("clade-store-sqlite", &[("clade-store", normal.clone())]),
        package("clade-engine", &[("clade-store-sqlite", normal), ("clade-store-sqlite", dev)]),
        package("clade-nowhere", &[]),
    ];
    assert_eq!(
        forbidden_edges(&planted),
        [
            "clade-domain uses clade-text",
            "clade-store uses clade-store-sqlite",
            "clade-engine uses clade-store-sqlite",
            "clade-nowhere has no place in the crate graph yet",
        ]
    );
}

#[test]
fn the_tables_allow_no_circle() {
    // repeatedly take away the crates that use nothing of what is left
    let mut left: Vec<(&str, &[&str])> = MAY_USE.to_vec();
    while !left.is_empty() {
        let names: Vec<&str> = left.iter().map(|(name, _)| *name).collect();
        let before = left.len();
        left.retain(|(_, uses)| uses.iter().any(|used| names.contains(used)));
        assert!(left.len() < before, "these use one another: {names:?}");
    }
}

/// The async runtimes below a crate, tests left out, with the features that this crate alone asks for.
fn runtimes_below(name: &str) -> Vec<String> {
    let tree = cargo(&["tree", "--package", name, "--edges", "normal", "--prefix", "none", "--target", "all"]);
    let mut below: Vec<String> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert_eq!(below.first().map(String::as_str), Some(name), "cargo tree of another crate");
    below.sort();
    below.dedup();
    below.retain(|crate_name| RUNTIMES.contains(&crate_name.as_str()));
    below
}

#[test]
fn pure_crates_have_no_async_runtime_below_them() {
    for name in PURE {
        assert_eq!(runtimes_below(name), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_runtime_would_be_seen() {
    assert!(runtimes_below("clade-engine").contains(&"tokio".to_owned()));
}
