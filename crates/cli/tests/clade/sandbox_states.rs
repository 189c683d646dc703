//! States of sandboxes that are kept, and branches that start from them.

use std::process::Command;

use clade_daytona_fake::{Fake, FakeSettings};
use clade_sandbox::LocalSettings;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{
    code::{clade, has, trials},
    common::{Place, Ran, Served, Working},
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
fn candidates_whose_judgements_are_known_have_sandboxes_too() {
    if !has("python3") {
        return;
    }
    let place = place("simulated:gsm8k", "");
    let [first, second] = ["executes", "knows"].map(|run| {
        let ran = Ran::of(clade(&place, &["run", "p.yaml", "--json", "--run-id", run]));
        assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
        let sandbox = ran.result()["sandbox"].clone();
        let kept = sandbox["kept"].as_array().unwrap().iter().map(|kept| kept["candidate"].clone());
        (kept.collect::<Vec<_>>(), sandbox)
    });
    for (kept, sandbox) in [first, second] {
        assert!(kept.contains(&0.into()) && kept.len() > 2, "{sandbox}");
    }
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
    let evaluated = |node: &&Value| node["run"] == "second" && !node["score"].is_null();
    let nodes: Vec<&Value> = tree["nodes"].as_array().unwrap().iter().filter(evaluated).collect();
    assert!(!nodes.is_empty() && nodes.iter().all(|node| node["state"] == state), "{nodes:?}");

    // as on another machine: without the state it starts as any run does, and says so
    std::fs::remove_file(place.path(&format!("data/sandboxes/{state}.tar"))).unwrap();
    let without = Ran::of(clade(&place, &["branch", &format!("first@{best}"), "--run-id", "third", "--no-start"]));
    assert!(
        without.code == 0
            && without.stderr.contains("is not on this machine: it was deleted, or the run came in a bundle"),
        "{}",
        without.stderr
    );
    assert!(place.json(&["show", "third"])["result"]["sandbox"]["from"].is_null());
    // states that a run names are not swept, and young ones neither
    let swept = Ran::of(clade(&place, &["sandbox", "gc", "--json"]));
    assert_eq!((swept.code, &swept.lines()[0]["states_deleted"]), (0, &0.into()), "{}", swept.stderr);
}

/// As on another machine, and where a state was damaged and deleted: what was paid for is not stuck.
#[test]
fn a_branch_whose_state_is_not_there_goes_on() {
    if !has("python3") {
        return;
    }
    let place = place("simulated:gsm8k", "");
    let first = Ran::of(clade(&place, &["run", "p.yaml", "--json", "--run-id", "first"]));
    assert!([0, 3].contains(&first.code), "{}", first.stderr);
    let branched = clade(&place, &["branch", "first@best", "--run-id", "later", "--no-start", "--budget-calls", "150"]);
    let branched = Ran::of(branched);
    assert!(branched.code == 0 && branched.stderr.contains("start from the kept state"), "{}", branched.stderr);
    let state = place.json(&["show", "later"])["result"]["sandbox"]["from"].as_str().unwrap().to_owned();
    for run in ["first", "later"] {
        let bundle = format!("{run}.bundle");
        let written = Ran::of(clade(&place, &["export", run, "-f", "bundle", "-o", &bundle]));
        assert!(written.code == 0 && written.stderr.contains("does not carry the "), "{}", written.stderr);
    }
    let elsewhere = Place::new();
    for run in ["first", "later"] {
        let bundle = place.path(&format!("{run}.bundle"));
        let taken = Ran::of(clade(&elsewhere, &["import", &bundle.to_string_lossy()]));
        assert_eq!(taken.code, 0, "{}", taken.stderr);
    }
    let shown = elsewhere.ok(&["show", "first"]);
    assert!(!shown.contains("starts from its state") && shown.contains("are not on this machine"), "{shown}");
    assert!(place.ok(&["show", "first"]).contains("` starts from its state"));

    let archive = place.path(&format!("data/sandboxes/{state}.tar"));
    std::fs::write(&archive, "damaged").unwrap();
    let damaged = Ran::of(clade(&place, &["resume", "later", "--json"]));
    assert!(damaged.code != 0 && damaged.stderr.contains("delete it"), "{}", damaged.stderr);
    std::fs::remove_file(&archive).unwrap();
    for place in [&place, &elsewhere] {
        let resumed = Ran::of(clade(place, &["resume", "later"]));
        assert!([0, 3].contains(&resumed.code), "{}", resumed.stderr);
        let said = resumed.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("is not on this machine; they start empty"), "{said}");
        let journal = place.ok(&["export", "later", "-f", "journal"]);
        let trials: Vec<&str> = journal.lines().filter(|line| line.contains("trial_finished")).collect();
        assert!(!trials.is_empty() && trials.iter().all(|line| !line.contains("\"from\":\"")), "{trials:?}");
        assert!(!resumed.stdout.contains("kept state"), "{}", resumed.stdout);
        assert_eq!(place.json(&["show", "later"])["result"]["sandbox"]["from"], Value::Null);
    }
}

#[test]
fn a_state_that_cannot_be_saved_is_said_at_the_end() {
    if !has("python3") {
        return;
    }
    let place = place("simulated:gsm8k", "");
    place.write("score.py", format!("{MARKS}\nimport os\nos.close(os.open('shut', os.O_CREAT, 0))\n"));
    let ran = Ran::of(clade(&place, &["eval", "p.yaml", "--run-id", "shut"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for said in [ran.stdout.as_str(), &place.ok(&["show", "shut"])] {
        assert!(said.contains("not kept: c0: could not make a snapshot") && said.contains("Permission"), "{said}");
    }
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

#[test]
fn states_that_newer_ones_stand_in_for_are_swept() {
    if !has("python3") {
        return;
    }
    let place = place("{id: 'simulated:gsm8k', config: {latency_ms: 60}}", "");
    // no two states are the same
    place.write("score.py", format!("{MARKS}\nimport time; open('when', 'w').write(str(time.time_ns()))\n"));
    let working =
        going(&place, clade(&place, &["eval", "p.yaml", "--quiet", "--run-id", "twice", "-j", "1"]), "twice", 4);
    working.signal("INT");
    assert_eq!(working.end().0, Some(130));
    let kept = || {
        let shown = Ran::of(clade(&place, &["show", "twice", "--json"]));
        shown.result()["sandbox"]["kept"][0]["state"].as_str().unwrap().to_owned()
    };
    let (file, first) = (|state: &str| place.path(&format!("data/sandboxes/{state}.tar")), kept());
    let age = |state: &str| {
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
        std::fs::File::options().write(true).open(file(state)).unwrap().set_modified(long_ago).unwrap();
    };
    let whole = Ran::of(clade(&place, &["resume", "twice", "--quiet"]));
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let second = kept();
    assert_ne!(first, second);
    age(&first);
    age(&second);
    let swept = Ran::of(clade(&place, &["sandbox", "gc", "--json"]));
    assert_eq!(swept.lines()[0]["states_deleted"], 1, "{}", swept.stdout);
    assert_eq!((file(&first).exists(), file(&second).is_file()), (false, true));
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
    // each leading candidate is kept, or has none at that moment
    let (without, best) = (kept["without"].as_array().unwrap(), &states[0]["candidate"]);
    assert!(kept["detail"] == "" && !without.contains(best), "{kept}");
    let said = place.ok(&["snapshot", "going", "words"]);
    assert!(said.contains("with the sandbox states of c"), "{said}");
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
fn what_could_not_be_kept_is_said_with_its_reason() {
    if !has("python3") {
        return;
    }
    let place = place("{id: 'simulated:gsm8k', config: {latency_ms: 60}}", "");
    // no folder for states
    place.write("data/sandboxes", "");
    let working =
        going(&place, clade(&place, &["run", "p.yaml", "--quiet", "--run-id", "full", "-j", "2"]), "full", 12);
    let taken = Ran::of(clade(&place, &["snapshot", "full", "early", "--json"]));
    let kept = taken.lines()[1]["sandboxes_kept"].clone();
    assert_eq!((&kept["states"], &kept["snapshot"]), (&Value::Array(vec![]), &"early".into()), "{kept}");
    assert!(kept["detail"].as_str().unwrap().contains("could not make a snapshot"), "{kept}");
    let said = place.ok(&["snapshot", "full", "words"]);
    assert!(said.contains("no sandbox state is kept") && said.contains("not kept: c"), "{said}");
    working.signal("KILL");
    drop(working);
    let branch = Ran::of(clade(&place, &["branch", "full@early", "--run-id", "empty", "--no-start", "--json"]));
    let notes = branch.lines()[0]["notes"].to_string();
    assert!(notes.contains("no sandbox state was kept of c") && notes.contains("start empty"), "{notes}");
    assert_eq!(branch.lines()[0]["sandbox_state"], Value::Null);
    let words = Ran::of(clade(&place, &["branch", "full@early", "--run-id", "words", "--no-start"]));
    assert!(words.stderr.contains("no sandbox state was kept of c"), "{}", words.stderr);
}

#[test]
fn a_server_lists_the_states_that_it_kept() {
    if !has("python3") {
        return;
    }
    let place = place("{id: 'simulated:gsm8k', config: {latency_ms: 60}}", "");
    let token = place.json(&["token", "add", "test"])["secret"].as_str().unwrap().to_owned();
    let server = Served::with(clade(&place, &["serve", "--port", "0", "--json"]), token);
    let run = server.clade(&place, &["run", "p.yaml", "--quiet", "--run-id", "there"]);
    let working = going(&place, run, "there", 12);
    let taken = Ran::of(server.clade(&place, &["snapshot", "there", "early", "--json"]));
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    let kept = &taken.lines()[1]["sandboxes_kept"];
    assert!(kept["snapshot"] == "early" && !kept["states"].as_array().unwrap().is_empty(), "{kept}");
    let branch = Ran::of(server.clade(&place, &["branch", "there@early", "--run-id", "next", "--no-start", "--json"]));
    let state = &branch.lines()[0]["sandbox_state"];
    assert!(kept["states"].as_array().unwrap().iter().any(|one| one["state"] == *state), "{state} of {kept}");
    working.signal("KILL");
    drop(working);
    server.stop();
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
