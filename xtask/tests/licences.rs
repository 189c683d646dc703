//! Every dependency's licence is in the list of `deny.toml`, checked with nothing but cargo.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

#[path = "support/spdx.rs"]
mod spdx;
mod support;

use std::fs;

use spdx::permits;
use support::{packages, root};

/// The texts of `allow = [...]` under `[licenses]`.
fn allowed() -> Vec<String> {
    let deny = fs::read_to_string(root().join("deny.toml")).unwrap();
    let (_, licences) = deny.split_once("[licenses]").unwrap();
    let (_, list) = licences.split_once("allow = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    list.lines().filter_map(|line| line.trim().strip_prefix('"')?.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn every_dependency_is_under_an_allowed_licence() {
    let allowed = allowed();
    let packages = packages();
    assert!(packages.len() > 100, "cargo names {} packages: the graph was not read", packages.len());
    let mut refused = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        match package["license"].as_str() {
            Some(licence) if permits(licence, &allowed) == Ok(true) => {}
            licence => refused.push(format!("{name} {}: {licence:?}", package["version"].as_str().unwrap())),
        }
    }
    assert!(refused.is_empty(), "not under a licence of deny.toml's list:\n{}", refused.join("\n"));
}

#[test]
fn the_list_is_permissive() {
    let allowed = allowed();
    assert!(allowed.iter().any(|licence| licence == "MIT"), "{allowed:?}");
    for licence in &allowed {
        assert!(!["GPL", "MPL", "EPL", "CDDL", "SSPL", "BUSL"].iter().any(|no| licence.contains(no)), "{licence}");
    }
}

#[test]
fn expressions_are_read_as_spdx_says() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    let table = [
        ("MIT", Ok(true)),
        ("GPL-3.0-only", Ok(false)),
        ("GPL-3.0-only OR MIT", Ok(true)),
        ("GPL-3.0-only/MIT", Ok(true)),
        ("MIT AND GPL-3.0-only", Ok(false)),
        ("MIT OR GPL-3.0-only AND GPL-2.0-only", Ok(true)),
        ("(MIT OR GPL-3.0-only) AND GPL-2.0-only", Ok(false)),
        ("ISC AND (GPL-3.0-only OR MIT)", Ok(true)),
        ("Apache-2.0", Ok(false)),
        ("Apache-2.0 WITH LLVM-exception", Ok(true)),
        ("MIT WITH Made-up-exception", Ok(false)),
    ];
    for (expression, expected) in table {
        assert_eq!(permits(expression, &allowed), expected, "{expression}");
    }
    for broken in ["", "MIT OR", "(MIT", "MIT ISC", "AND MIT", "MIT )"] {
        assert!(permits(broken, &allowed).is_err(), "{broken}");
    }
}
