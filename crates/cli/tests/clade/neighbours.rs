//! Installations that share servers, and name their runs as they like.

use clade_store::conformance::service;

use crate::{
    backends::{With, redis},
    common::Place,
};

#[test]
fn a_run_of_another_installation_is_neither_shown_nor_overwritten() {
    let (Some(neo4j), Some(url)) = (service("PROMPTCLADE_TEST_NEO4J_URL"), service("PROMPTCLADE_TEST_REDIS_URL"))
    else {
        return;
    };
    let _turn = clade_test_servers::turn_at(&neo4j);
    let (here, there) = (Place::new(), Place::new());
    let with = |place| {
        let variables = vec![("CLADE_LINEAGE_URL", neo4j.clone()), ("CLADE_GENERATIONS_URL", url.clone())];
        With { place, variables }
    };
    let (first, second) = (with(&here), with(&there));
    let (name, theirs) = (format!("shared-{}", std::process::id()), format!("theirs-{}", std::process::id()));
    let ran = first.run(&["run", "p.yaml", "--quiet", "--run-id", &name]);
    assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
    let tree = first.ok(&["lineage", &name, "--all"]);
    let best = || redis(&["HGETALL", &format!("clade:{{{name}}}:run")]);
    let kept = best();

    // the run goes on, and says of each server that the name is taken there
    let ran = second.run(&["run", "p.yaml", "--run-id", &name, "--set", "optimize.seed=99"]);
    assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
    let owner = here.path("data/clade.db").canonicalize().unwrap();
    for words in ["the family tree falls behind", "generations falls behind", "another installation", "--run-id"] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    for arguments in [&["lineage", &name][..], &["lineage", &name, "--of", "best"]] {
        let refused = second.run(arguments);
        assert_eq!(refused.code, 1, "{}{}", refused.stdout, refused.stderr);
        assert!(refused.stderr.contains(owner.to_str().unwrap()) && refused.stdout.is_empty(), "{}", refused.stderr);
    }
    // it holds no other run up
    second.ok(&["eval", "p.yaml", "--quiet", "--run-id", &theirs]);
    for arguments in [&["sync"][..], &["sync", "--status"], &["rebuild", "lineage"], &["rebuild", "generations"]] {
        let told = second.run(arguments);
        assert_eq!(told.code, 1, "{arguments:?}: {}{}", told.stdout, told.stderr);
        assert!(told.stderr.contains(&format!("the name `{name}` belongs there")), "{arguments:?}: {}", told.stderr);
        assert!(!told.stdout.contains("nothing is missing"), "{arguments:?}: {}", told.stdout);
        assert!(second.ok(&["lineage", &theirs]).contains("seed"), "{arguments:?}");
    }
    // and the first installation has what it had
    assert_eq!(first.ok(&["lineage", &name, "--all"]), tree);
    assert_eq!(best(), kept);
    first.ok(&["rebuild", "lineage"]);
    assert_eq!(first.ok(&["lineage", &name, "--all"]), tree);
    assert!(second.ok(&["lineage", &theirs]).contains("seed"), "what others keep stays");
    first.ok(&["rebuild", "generations", "--everything"]);
    first.ok(&["rebuild", "lineage", "--everything"]);
}
