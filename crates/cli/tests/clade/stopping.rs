use serde_json::Value;

use crate::common::{Place, Working, essence};

/// A run that takes a while, met after its first trials.
fn at_work(place: &Place, trials: usize) -> Working {
    let mut command = place.clade();
    command.args(["run", "p.yaml", "--json", "--run-id", "stopped", "-j", "8"]);
    let mut working = Working::start(command);
    working.until_trials(trials);
    working
}

fn resumed(place: &Place) -> Value {
    let ran = place.run(&["resume", "stopped", "--json"]);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    ran.result()
}

fn uninterrupted() -> Value {
    let place = Place::new();
    place.slow(1);
    place.finished("whole").result()
}

#[test]
fn an_interrupted_run_goes_on_to_the_same_result() {
    let whole = uninterrupted();
    for (signal, trials) in [("INT", 20), ("TERM", 150), ("HUP", 60)] {
        let place = Place::new();
        // long enough that it is not over before the signal comes
        place.slow(50);
        let working = at_work(&place, trials);
        working.signal(signal);
        let (code, rest, stderr) = working.end();
        assert_eq!(code, Some(130), "{signal}: {stderr}");
        let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
        assert_eq!(last["result"]["status"], "paused");
        assert_eq!(place.json(&["show", "stopped"])["result"], last["result"]);
        let result = resumed(&place);
        assert_eq!(essence(&result), essence(&whole), "{signal}");
        assert_eq!(place.json(&["show", "stopped"])["result"], result);
    }
}

#[test]
fn a_run_that_is_to_outlive_its_terminal_goes_on() {
    let place = Place::new();
    place.slow(10);
    let clade = place.clade();
    let mut command = std::process::Command::new("sh");
    // what `nohup` does
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(clade.get_program());
    command.args(["run", "p.yaml", "--json", "--run-id", "stopped", "-j", "8"]);
    command.current_dir(clade.get_current_dir().unwrap());
    command.envs(clade.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut working = Working::start(command);
    working.until_trials(20);
    working.signal("HUP");
    let (code, rest, stderr) = working.end();
    assert!([Some(0), Some(3)].contains(&code), "{stderr}");
    let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!(last["result"]["status"], "finished");
}

#[test]
fn what_to_type_next_is_said() {
    let place = Place::new();
    place.slow(10);
    let mut command = place.clade();
    command.args(["run", "p.yaml", "--run-id", "stopped", "-j", "8"]);
    let working = Working::start(command);
    // no event stream here, so the store is asked until the run has begun
    while place.run(&["show", "stopped", "--json"]).code != 0 {}
    while place.json(&["show", "stopped"])["result"]["best"].is_null() {}
    working.signal("INT");
    let (code, _, stderr) = working.end();
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stderr.contains("pausing run stopped") && stderr.contains("clade resume stopped"), "{stderr}");
}

#[test]
fn an_evaluation_without_an_answer_says_how_to_go_on_and_has_a_report() {
    let place = Place::new();
    place.slow(3_600_000);
    let mut command = place.clade();
    command.args(["eval", "p.yaml", "--quiet", "--run-id", "stopped"]);
    let mut working = Working::start(command);
    while place.run(&["show", "stopped", "--json"]).code != 0 {}
    // it has its prompt, which waits for an answer
    while place.json(&["show", "stopped"])["result"]["counts"]["candidates"] == 0 {}
    while !working.ended() {
        working.signal("INT");
        std::thread::yield_now();
    }
    let (code, _, stderr) = working.end();
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stderr.contains("clade resume stopped"), "{stderr}");
    place.ok(&["report", "stopped"]);
    let page = std::fs::read_to_string(place.path("stopped.html")).unwrap();
    assert!(page.contains("<td class=\"n\">–</td>"), "{page}");
    place.slow(0);
    place.ok(&["eval", "p.yaml", "--run-id", "whole"]);
    let again = place.run(&["resume", "whole"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("clade eval") && !again.stderr.contains("clade branch"), "{}", again.stderr);
}

#[test]
fn the_second_signal_does_not_wait() {
    let place = Place::new();
    // one answer takes an hour
    place.slow(3_600_000);
    let mut command = place.clade();
    command.args(["run", "p.yaml", "--json", "--run-id", "stopped", "-j", "8"]);
    let mut working = Working::start(command);
    while !working.line().contains("\"event\":\"candidate_admitted\"") {}
    working.signal("INT");
    // both signals could be taken for one, so the second is repeated until it is heard
    let (code, ..) = loop {
        working.signal("INT");
        if working.ended() {
            break working.end();
        }
        std::thread::yield_now();
    };
    assert_eq!(code, Some(130));
    assert_eq!(place.json(&["show", "stopped"])["result"]["status"], "paused");
    assert_eq!(place.json(&["show", "stopped"])["result"]["spent"]["calls"], 0);
}

#[test]
fn calls_that_queue_are_not_begun_after_the_signal() {
    let place = Place::new();
    place.slow(300);
    let mut command = place.clade();
    command.args(["eval", "p.yaml", "--json", "--run-id", "stopped", "-j", "1"]);
    let mut working = Working::start(command);
    working.until_trials(1);
    working.signal("INT");
    let (code, rest, _) = working.end();
    assert_eq!(code, Some(130));
    let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    // one was done, one in flight, one may have begun before the signal was heard; 57 wait for `clade resume`
    assert!(last["result"]["spent"]["calls"].as_u64().unwrap() <= 3, "{last}");
}

#[test]
fn a_killed_run_loses_and_repeats_nothing() {
    let whole = uninterrupted();
    let place = Place::new();
    place.slow(5);
    for trials in [3, 40, 90] {
        let mut command = place.clade();
        match trials {
            3 => command.args(["run", "p.yaml", "--json", "--run-id", "stopped", "-j", "8"]),
            _ => command.args(["resume", "stopped", "--json", "-j", "8"]),
        };
        let mut working = Working::start(command);
        working.until_trials(trials);
        working.signal("KILL");
        assert_eq!(working.end().0, None, "killed");
        let row: Value = serde_json::from_str(place.ok(&["list", "--json"]).trim()).unwrap();
        assert_ne!(row["status"], "running", "nobody works on it");
        let shown = place.json(&["show", "stopped"])["result"]["spent"].clone();
        for figure in ["calls", "task_calls", "tokens_in"] {
            assert_eq!(row["spent"][figure], shown[figure], "a list says of {figure} what `show` says");
        }
        // sums of the same prices in another order differ in their last digits
        let usd = |spent: &Value| spent["usd"].as_f64().unwrap();
        assert!((usd(&row["spent"]) - usd(&shown)).abs() < 1e-9, "{row} {shown}");
    }
    // calls, tokens and money are those of a run that nothing disturbed: no answer was bought twice
    assert_eq!(essence(&resumed(&place)), essence(&whole));
}

#[test]
fn two_processes_never_share_a_run() {
    let place = Place::new();
    place.slow(20);
    let working = at_work(&place, 5);
    let second = place.run(&["resume", "stopped"]);
    assert_eq!(second.code, 1, "{}", second.stderr);
    let id = working.id().to_string();
    assert!(second.stderr.contains("stopped") && second.stderr.contains(&id), "{}", second.stderr);
    let row: Value = serde_json::from_str(place.ok(&["list", "--json"]).trim()).unwrap();
    assert_eq!(row["status"], "running");
    working.signal("INT");
    assert_eq!(working.end().0, Some(130), "the first was not disturbed");
}

#[test]
fn a_finished_run_is_not_resumed() {
    let place = Place::new();
    place.finished("done");
    let ran = place.run(&["resume", "done"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("is finished") && ran.stderr.contains("clade show done"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("goes on"), "{}", ran.stderr);
}

#[test]
fn a_spent_budget_can_be_raised() {
    let place = Place::new();
    place.run_file("[simulated:gsm8k]", "{calls: 60}");
    let ran = place.run(&["eval", "p.yaml", "--json", "--run-id", "short", "--budget-calls", "25"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(ran.result()["status"], "paused");
    assert_eq!(ran.result()["spent"]["calls"], 25);
    let more = place.run(&["resume", "short", "--json", "--budget-calls", "60"]);
    assert_eq!(more.code, 0, "{}", more.stderr);
    assert_eq!(more.result()["spent"]["calls"], 60);
    assert_eq!(more.result()["prompts"][0]["trials"], 60);
}

#[test]
fn a_spent_limit_on_tokens_is_named_with_the_option_that_raises_it() {
    let place = Place::new();
    place.run_file("[simulated:gsm8k]", "{tokens: 4000}");
    let ran = place.run(&["eval", "p.yaml", "--run-id", "terse"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("clade resume terse --budget-tokens"), "{}", ran.stderr);
    let more = place.run(&["resume", "terse", "--json", "--budget-tokens", "1000000"]);
    assert_eq!(more.code, 0, "{}", more.stderr);
    assert_eq!(more.result()["prompts"][0]["trials"], 60);
}

#[test]
fn the_command_that_goes_on_names_the_folder_and_the_keys_that_were_named() {
    let place = Place::new();
    place.run_file("[simulated:gsm8k]", "{tokens: 4000}");
    place.write("my keys.env", "A_KEY=x\n");
    let elsewhere = ["--data-dir", "my runs", "--env-file", "my keys.env"];
    let ran = place.run(&[&["eval", "p.yaml", "--run-id", "terse"][..], &elsewhere].concat());
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let command = "clade resume --data-dir 'my runs' --env-file 'my keys.env' terse --budget-tokens N";
    assert!(ran.stderr.contains(command), "{}", ran.stderr);
    let shown = place.run(&["resume", "nothing", "--data-dir", "my runs"]);
    assert!(shown.stderr.contains("`clade list --data-dir 'my runs'` shows what is"), "{}", shown.stderr);
}
