//! Runs whose code is executed at Daytona, which the fake of `crates/daytona-fake` stands for.

use std::process::Command;

use clade_daytona_fake::{Fake, FakeSettings};
use clade_sandbox::{DaytonaBackend, DaytonaSettings, LocalSettings, SandboxBackend, SandboxSpec};
use tokio::runtime::Runtime;

use crate::{
    code::{clade, has, trials},
    common::{Place, Ran, Working},
    jails::{namespaces_can_be_closed, without_namespaces},
};

/// The fake with a runtime of its own; `clade` is the helper of its jails.
fn fake(place: &Place) -> (Fake, Runtime) {
    let runtime = Runtime::new().unwrap();
    let mut local = LocalSettings::new(place.path("fake"));
    local.helper = env!("CARGO_BIN_EXE_clade").into();
    let settings = FakeSettings { local, key: "dtn_test".into(), machines: false, address: "127.0.0.1:0".into() };
    let fake = runtime.block_on(Fake::start(settings)).unwrap();
    (fake, runtime)
}

fn with(fake: &Fake, place: &Place, arguments: &[&str]) -> Command {
    let mut command = clade(place, arguments);
    command.env("DAYTONA_API_KEY", "dtn_test").env("DAYTONA_API_URL", &fake.url);
    command
}

fn run_file(place: &Place, model: &str, mode: &str) {
    place.write("app.py", "import clade\ndef call_api(prompt, options, context):\n    return clade.chat(prompt)\n");
    place.write("score.py", "def get_assert(output, context):\n    return context['vars']['target'] in output\n");
    place.write(
        "p.yaml",
        format!(
            "prompts: [file://prompt.txt]\n\
             providers: [{{id: 'sandbox:file://app.py', config: {{model: {model}}}}}]\n\
             tests: file://data.jsonl\ndefaultTest: {{assert: [{{type: python, value: file://score.py}}]}}\n\
             evaluateOptions: {{maxConcurrency: 3}}\n\
             optimize: {{budget: {{calls: 400}}, sandbox: {{backend: daytona, isolation: machine, mode: {mode}}}}}\n"
        ),
    );
    let data = std::fs::read_to_string(place.path("data.jsonl")).unwrap();
    place.write("data.jsonl", data.lines().take(12).map(|line| format!("{line}\n")).collect::<String>());
}

#[test]
fn programs_and_checks_run_there_and_leave_nothing_behind() {
    if !has("python3") {
        return;
    }
    let place = Place::new();
    run_file(&place, "simulated:gsm8k", "when-needed");
    let refused = Ran::of(clade(&place, &["eval", "p.yaml", "--json"]));
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("DAYTONA_API_KEY"), "{}", refused.stderr);
    let (fake, _runtime) = fake(&place);
    let ran = Ran::of(with(&fake, &place, &["eval", "p.yaml", "--json", "--run-id", "there"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let trials = trials(&ran);
    assert_eq!(trials.len(), 12);
    for trial in &trials {
        let ran = trial["ran"].as_array().unwrap();
        assert_eq!(ran.len(), 2, "the program and its check: {trial}");
        assert!(ran.iter().all(|at| at["backend"] == "daytona" && at["isolation"] == "machine"), "{trial}");
    }
    assert_eq!(ran.result()["spent"]["calls"], 12);
    assert!(fake.made() >= 2);
    assert_eq!(fake.living(), 0, "{:?}", fake.labels());
}

/// `backend: auto`, which nobody has to write.
#[test]
fn code_goes_there_by_itself_where_no_jail_can_be_made_and_a_key_is_set() {
    if !has("python3") || !namespaces_can_be_closed() {
        eprintln!("skipped: user namespaces cannot be made and closed here, or there is no python3");
        return;
    }
    let place = Place::new();
    run_file(&place, "simulated:gsm8k", "when-needed");
    let text = std::fs::read_to_string(place.path("p.yaml")).unwrap();
    place.write("p.yaml", text.replace("backend: daytona, isolation: machine, ", ""));
    let (fake, _runtime) = fake(&place);
    let eval = |run| with(&fake, &place, &["eval", "p.yaml", "--json", "--no-cache", "--run-id", run]);

    let here = Ran::of(eval("here"));
    assert_eq!((here.code, fake.made()), (0, 0), "a machine that makes jails needs nobody: {}", here.stderr);
    assert!(trials(&here).iter().all(|trial| trial["ran"][0]["backend"] == "local"));

    let there = Ran::of(without_namespaces(&eval("there")));
    assert_eq!(there.code, 0, "{}", there.stderr);
    let trials = trials(&there);
    assert_eq!(trials.len(), 12);
    assert!(trials.iter().all(|trial| trial["ran"][0]["backend"] == "daytona"), "{}", trials[0]);
    assert!(fake.made() > 0);
    assert_eq!(fake.living(), 0, "{:?}", fake.labels());

    let told = Ran::of(without_namespaces(&with(&fake, &place, &["eval", "p.yaml", "--run-id", "told"])));
    assert!(told.stderr.contains("in sandboxes of Daytona"), "{}", told.stderr);

    let doctor = Ran::of(without_namespaces(&with(&fake, &place, &["sandbox", "doctor", "--json"])));
    assert_eq!((doctor.code, &doctor.lines()[0]["auto"]["found"]), (0, &"daytona".into()), "{}", doctor.stdout);
}

#[test]
fn a_run_that_waits_for_a_sandbox_is_put_down_at_once() {
    if !has("python3") {
        return;
    }
    let place = Place::new();
    run_file(&place, "simulated:gsm8k", "when-needed");
    let (fake, _runtime) = fake(&place);
    fake.hold();
    let working = Working::start(with(&fake, &place, &["eval", "p.yaml", "--json", "--run-id", "waits"]));
    let began = std::time::Instant::now();
    while fake.made() == 0 {
        assert!(began.elapsed().as_secs() < 60, "no sandbox was asked for");
        std::thread::yield_now();
    }
    working.signal("TERM");
    let asked = std::time::Instant::now();
    let (code, _, stderr) = working.end();
    assert_eq!(code, Some(130), "{stderr}");
    assert!(asked.elapsed().as_secs() < 15, "a start may take five minutes, and nobody waits for it: {stderr}");
    assert_eq!(fake.living(), 0, "what had not started is deleted");
}

#[test]
fn states_that_no_run_names_are_deleted_there_too() {
    if !has("python3") {
        return;
    }
    let place = Place::new();
    run_file(&place, "{id: 'simulated:gsm8k', config: {latency_ms: 200}}", "always");
    let (fake, runtime) = fake(&place);
    let mut working = Working::start(with(&fake, &place, &["eval", "p.yaml", "--json", "--run-id", "keeps"]));
    working.until_trials(2);
    let kept = Ran::of(with(&fake, &place, &["snapshot", "keeps", "early"]));
    assert_eq!(kept.code, 0, "{}", kept.stderr);
    assert_eq!(working.end().0, Some(0));
    assert_eq!(fake.kept().len(), 1, "{:?}", fake.kept());
    // one of this folder that no journal names, and one of somebody else
    let named = fake.kept().remove(0);
    let owner = named.split('-').nth(1).unwrap().to_owned();
    let mut settings = DaytonaSettings::new(String::from("dtn_test").into()).owned_by(&owner);
    settings.api_url.clone_from(&fake.url);
    for owner in [owner.as_str(), "somebody"] {
        let backend = DaytonaBackend::new(settings.clone().owned_by(owner));
        runtime.block_on(async {
            let sandbox = backend.create(&SandboxSpec::default(), None).await.unwrap();
            sandbox.snapshot().await.unwrap();
            sandbox.destroy().await.unwrap();
        });
    }
    assert_eq!(fake.kept().len(), 3);
    let swept = Ran::of(with(&fake, &place, &["sandbox", "gc", "--json"]));
    assert_eq!((swept.code, &swept.lines()[0]["daytona_states_deleted"]), (0, &1.into()), "{}", swept.stderr);
    let left = fake.kept();
    assert!(left.len() == 2 && left.contains(&named), "{left:?}");
}

#[test]
fn what_a_killed_run_left_is_swept_and_the_run_goes_on() {
    if !has("python3") {
        return;
    }
    let place = Place::new();
    run_file(&place, "{id: 'simulated:gsm8k', config: {latency_ms: 1500}}", "always");
    let (fake, _runtime) = fake(&place);
    let mut working =
        Working::start(with(&fake, &place, &["eval", "p.yaml", "--json", "--run-id", "killed", "-j", "2"]));
    working.until_trials(2);
    let labels = fake.labels();
    assert!(labels.iter().any(|of| of.get("promptclade-candidate").is_some_and(|id| id == "c0")), "{labels:?}");
    let swept = Ran::of(with(&fake, &place, &["sandbox", "gc", "--json"]));
    assert_eq!((swept.code, &swept.lines()[0]["deleted"]), (0, &0.into()), "the run goes on: {}", swept.stderr);
    working.signal("KILL");
    drop(working);
    assert!(fake.living() > 0);
    assert!(fake.labels().iter().all(|of| of.get("promptclade-run").is_some_and(|run| run == "killed")));
    let swept = Ran::of(with(&fake, &place, &["sandbox", "gc"]));
    assert_eq!(swept.code, 0, "{}", swept.stderr);
    assert_eq!(fake.living(), 0, "{}", swept.stdout);
    let resumed = Ran::of(with(&fake, &place, &["resume", "killed", "--json"]));
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    assert_eq!((&resumed.result()["spent"]["calls"], fake.living()), (&12.into(), 0));
}
