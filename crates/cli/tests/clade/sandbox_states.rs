//! States of sandboxes that are kept, and branches that start from them.

use std::process::Command;

use clade_daytona_fake::{Fake, FakeSettings};
use clade_sandbox::LocalSettings;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{
    code::{clade, has, trials},
    common::{Place, Ran, Working},
};

/// Leaves a mark in its working folder with each call, and says how many there are.
const MARKS: &str = "
def get_assert(output, context):
    with open('marks', 'a') as marks:
        marks.write('x')
    print(len(open('marks').read()), 'marks')
    return context['vars']['target'].split('####')[-1].strip() in output
";

fn place(model: &str, more: &str) -> Place {
    let place = Place::new();
    place.write("score.py", MARKS);
    place.write(
        "p.yaml",
        format!(
            "prompts: [file://prompt.txt]\nproviders: [{model}]\ntests: file://data.jsonl\n\
             defaultTest: {{assert: [{{type: python, value: file://score.py}}]}}\n\
             optimize: {{budget: {{calls: 200}}, seed: 5, sandbox: {{mode: always{more}}}}}\n"
        ),
    );
    place
}

/// Where the checks of a run were executed: the state that each started from, and the marks that each found.
fn places(ran: &Ran) -> Vec<(Value, u32)> {
    let marks = |said: &Value| said.as_str()?.split_whitespace().next()?.parse().ok();
    let fresh = |at: &&Value| at["known"] != true;
    let all = trials(ran);
    let executed = all.iter().flat_map(|trial| trial["ran"].as_array().cloned().unwrap_or_default());
    executed
        .collect::<Vec<_>>()
        .iter()
        .filter(fresh)
        .filter_map(|at| Some((at["from"].clone(), marks(&at["said"])?)))
        .collect()
}

#[test]
fn a_branch_starts_from_the_state_that_its_candidate_had() {
    if !has("python3") {
        return;
    }
    let place = place("simulated:gsm8k", "");
    let first = Ran::of(clade(&place, &["run", "p.yaml", "--json", "--run-id", "first"]));
    assert!([0, 3].contains(&first.code), "{}", first.stderr);
    let seen = places(&first);
    assert!(!seen.is_empty() && seen.iter().all(|(from, _)| from.is_null()), "they start with an empty folder");
    assert!(seen.iter().any(|(_, marks)| *marks == 1));
    let sandbox = &first.result()["sandbox"];
    assert_eq!((&sandbox["isolation"], &sandbox["from"]), (&"namespaces".into(), &Value::Null));
    let best = first.result()["best"]["candidate"].as_str().unwrap().to_owned();
    let number: u64 = best.trim_start_matches('c').parse().unwrap();
    let kept = sandbox["kept"].as_array().unwrap();
    let kept = kept.iter().find(|kept| kept["candidate"] == number).unwrap_or_else(|| panic!("{best}: {sandbox}"));
    let state = kept["state"].as_str().unwrap();
    assert!(place.path(&format!("data/sandboxes/{state}.tar")).is_file(), "{kept}");
    let words = place.run(&["show", "first"]);
    assert!(words.stdout.contains("sandbox states are kept of"), "{}", words.stdout);

    let branch = Ran::of(clade(&place, &["branch", "first@best", "--run-id", "second", "--json"]));
    assert!([0, 3].contains(&branch.code), "{}", branch.stderr);
    let seen = places(&branch);
    assert!(!seen.is_empty() && seen.iter().all(|(from, marks)| from == state && *marks > 1), "{state}: {seen:?}");
    assert_eq!(branch.result()["sandbox"]["from"], state);
    // a state that is not what its name says is not taken
    let archive = place.path(&format!("data/sandboxes/{state}.tar"));
    let whole = std::fs::read(&archive).unwrap();
    std::fs::write(&archive, &whole[..whole.len() - 512]).unwrap();
    let other = Ran::of(clade(&place, &["branch", "first@best", "--run-id", "changed", "--json"]));
    assert!(other.code != 0 && other.stderr.contains(&format!("{state}.tar")), "{}", other.stderr);
    std::fs::write(&archive, whole).unwrap();
    // the family tree says so too
    let tree: Value = serde_json::from_str(&place.ok(&["export", "second", "--format", "tree"])).unwrap();
    let nodes: Vec<&Value> = tree["nodes"].as_array().unwrap().iter().filter(|node| node["run"] == "second").collect();
    assert!(!nodes.is_empty() && nodes.iter().all(|node| node["state"] == state), "{nodes:?}");

    // as on another machine: without the state it starts as any run does, and says so
    std::fs::remove_file(place.path(&format!("data/sandboxes/{state}.tar"))).unwrap();
    let without = Ran::of(clade(&place, &["branch", &format!("first@{best}"), "--run-id", "third", "--no-start"]));
    assert!(
        without.code == 0 && without.stderr.contains("is not on this machine, since bundles do not carry states"),
        "{}",
        without.stderr
    );
    assert!(place.json(&["show", "third"])["result"]["sandbox"]["from"].is_null());
    // states that a run names are not swept, and young ones neither
    let swept = Ran::of(clade(&place, &["sandbox", "gc", "--json"]));
    assert_eq!((swept.code, &swept.lines()[0]["states_deleted"]), (0, &0.into()), "{}", swept.stderr);
}

#[test]
fn states_that_no_run_names_are_swept() {
    let place = place("simulated:gsm8k", "");
    if !has("python3") {
        return;
    }
    let ran = Ran::of(clade(&place, &["eval", "p.yaml", "--json", "--run-id", "named"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let named = ran.result()["sandbox"]["kept"][0]["state"].as_str().unwrap().to_owned();
    let file = |state: &str| place.path(&format!("data/sandboxes/{state}.tar"));
    let unnamed = "0".repeat(64);
    place.write(&format!("data/sandboxes/{unnamed}.tar"), "");
    place.write("data/sandboxes/notes.txt", "somebody else's");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    for state in [&named, &unnamed] {
        std::fs::File::options().write(true).open(file(state)).unwrap().set_modified(long_ago).unwrap();
    }
    let swept = Ran::of(clade(&place, &["sandbox", "gc", "--json"]));
    assert_eq!((swept.code, &swept.lines()[0]["states_deleted"]), (0, &1.into()), "{}", swept.stderr);
    assert!(file(&named).is_file() && !file(&unnamed).exists());
    assert!(place.path("data/sandboxes/notes.txt").is_file());
}

/// Starts a run whose events nobody reads, and waits until it has had so many trials.
fn going(place: &Place, command: Command, run: &str, trials: u64) -> Working {
    let mut working = Working::start(command);
    let counted = |place: &Place| {
        let shown = Ran::of(clade(place, &["show", run, "--json"]));
        if shown.code == 0 { shown.result()["counts"]["trials"].as_u64().unwrap() } else { 0 }
    };
    while counted(place) < trials {
        assert!(!working.ended(), "it ended before it had {trials} trials");
    }
    working
}

#[test]
fn a_snapshot_of_a_run_that_goes_on_keeps_its_sandboxes() {
    if !has("python3") {
        return;
    }
    let place = place("{id: 'simulated:gsm8k', config: {latency_ms: 60}}", "");
    let working =
        going(&place, clade(&place, &["run", "p.yaml", "--quiet", "--run-id", "going", "-j", "2"]), "going", 12);
    let taken = Ran::of(clade(&place, &["snapshot", "going", "early", "--json"]));
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    let kept = &taken.lines()[1]["sandboxes_kept"];
    assert_eq!(kept["snapshot"], "early");
    let states = kept["states"].as_array().unwrap();
    assert!(!states.is_empty(), "{kept}");
    working.signal("KILL");
    drop(working);
    // the sandboxes of candidates that were not used for a while have ended: whose are at hand depends on the moment
    let one = states.first().unwrap();
    let from = format!("going@c{}", one["candidate"]);
    let branch = Ran::of(clade(&place, &["branch", &from, "--run-id", "later", "--json"]));
    assert!([0, 3].contains(&branch.code), "{}", branch.stderr);
    let from = branch.result()["sandbox"]["from"].clone();
    assert_eq!(from, one["state"], "{states:?}");
    assert!(places(&branch).iter().all(|(state, _)| *state == from));
}

#[test]
fn a_run_without_sandboxes_of_candidates_keeps_none() {
    let place = Place::new();
    place.finished("plain");
    let taken = place.run(&["snapshot", "plain", "--json"]);
    assert_eq!((taken.code, taken.lines().len()), (0, 1), "{}", taken.stdout);
    assert!(place.json(&["show", "plain"])["result"]["sandbox"].is_null());
}

#[test]
fn states_at_daytona_are_kept_where_they_are_asked_for() {
    if !has("python3") {
        return;
    }
    let place = place("{id: 'simulated:gsm8k', config: {latency_ms: 100}}", ", backend: daytona, isolation: machine");
    let runtime = Runtime::new().unwrap();
    let mut local = LocalSettings::new(place.path("fake"));
    local.helper = env!("CARGO_BIN_EXE_clade").into();
    let settings = FakeSettings { local, key: "dtn_test".into(), machines: false, address: "127.0.0.1:0".into() };
    let fake = runtime.block_on(Fake::start(settings)).unwrap();
    let with = |arguments: &[&str]| {
        let mut command = clade(&place, arguments);
        command.env("DAYTONA_API_KEY", "dtn_test").env("DAYTONA_API_URL", &fake.url);
        command
    };
    let working = going(&place, with(&["run", "p.yaml", "--quiet", "--run-id", "there", "-j", "2"]), "there", 6);
    let taken = Ran::of(with(&["snapshot", "there", "asked", "--json"]));
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    let kept = taken.lines()[1]["sandboxes_kept"].clone();
    let states = kept["states"].as_array().unwrap();
    assert!(!states.is_empty() && kept["detail"] == "", "{kept}");
    working.signal("INT");
    assert_eq!(working.end().0, Some(130));
    assert_eq!(fake.living(), 0);
    let branch = Ran::of(with(&["branch", "there@asked", "--run-id", "from-it", "--json", "--budget-calls", "60"]));
    assert!([0, 3].contains(&branch.code), "{}", branch.stderr);
    let from = branch.result()["sandbox"]["from"].clone();
    assert!(states.iter().any(|kept| kept["state"] == from), "{from} of {states:?}");
    let seen = places(&branch);
    assert!(!seen.is_empty() && seen.iter().all(|(state, marks)| *state == from && *marks > 1), "{seen:?}");
}
