//! Checks that are code, executed in sandboxes: what reaches the trial, and that a run that was killed executes nothing twice.

use std::process::Command;

use serde_json::Value;

use crate::common::{Place, Ran, Working};

/// Whether this machine has an interpreter; a test that needs one says that it was skipped.
pub fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: there is no {program} here");
    }
    there
}

/// A place whose run file has these checks, as YAML.
pub fn place(checks: &str, more: &str) -> Place {
    let place = Place::new();
    place.write("p.yaml", run_file("[simulated:gsm8k]", checks, more));
    place
}

pub fn run_file(providers: &str, checks: &str, more: &str) -> String {
    format!(
        "prompts: [file://prompt.txt]\nproviders: {providers}\ntests: file://data.jsonl\n\
         defaultTest:\n  assert:\n{checks}\noptimize:\n  budget: {{calls: 400}}\n{more}\n"
    )
}

/// `clade` may look for programs, as a user's does.
pub fn clade(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.clade();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).args(arguments);
    command
}

/// Evaluates the run file that the arguments begin with.
pub fn eval(place: &Place, arguments: &[&str]) -> Ran {
    let all = [&["eval", "--json", "--run-id", "code"], arguments].concat();
    Ran::of(clade(place, &all))
}

pub fn trials(ran: &Ran) -> Vec<Value> {
    ran.lines().into_iter().filter(|line| line["event"] == "trial_finished").collect()
}

pub const SCORE: &str = "
def get_assert(output, context):
    right = context['vars']['target'].split('####')[-1].strip() in output
    return {'pass': right, 'score': 0.75 if right else 0.25, 'reason': 'right' if right else 'not so',
            'namedScores': {'brevity': 1 / (1 + len(output))}}
";

#[test]
fn a_check_that_never_judges_ends_the_run_soon() {
    if !has("python3") {
        return;
    }
    let place = place("    - {type: python, value: 'output.nothing'}", "");
    let ran = Ran::of(clade(&place, &["run", "p.yaml", "--run-id", "unjudged", "-j", "4"]));
    assert!(ran.code == 1 && ran.stderr.contains("not one of the first 12 answers could be judged"), "{}", ran.stderr);
    assert!(ran.stderr.contains("clade resume unjudged"), "{}", ran.stderr);
    let spent = place.json(&["show", "unjudged"])["result"]["spent"]["calls"].as_u64().unwrap();
    assert!((12..60).contains(&spent), "{spent} of 400 calls were paid for");
    // one more try, and not another dozen
    let again = Ran::of(clade(&place, &["resume", "unjudged"]));
    assert!(again.code == 1 && again.stderr.contains("could be judged"), "{}", again.stderr);
    let more = place.json(&["show", "unjudged"])["result"]["spent"]["calls"].as_u64().unwrap() - spent;
    assert!(more < 40, "{more} calls more");
    let evaluated = Ran::of(clade(&place, &["eval", "p.yaml", "--run-id", "unjudged-too", "--no-cache"]));
    assert_eq!(evaluated.code, 1, "{}", evaluated.stderr);
    let spent = place.json(&["show", "unjudged-too"])["result"]["spent"]["calls"].as_u64().unwrap();
    assert!((12..50).contains(&spent), "{spent} of 60 answers were bought");
}

#[test]
fn a_program_that_is_not_there_fails_its_own_trial() {
    let place = Place::new();
    place.write(
        "p.yaml",
        "prompts: ['Say {{word}}']\nproviders: ['simulated:gsm8k']\ntests:\n  \
         - {vars: {word: a}, assert: [{type: exec, value: [no-such-program, x]}]}\n  \
         - {vars: {word: b}, assert: [{type: exec, value: [sh, -c, 'echo true']}]}\n",
    );
    let ran = eval(&place, &["p.yaml"]);
    let prompt = &ran.result()["prompts"][0];
    assert_eq!(
        (&prompt["trials"], &prompt["errors"], &prompt["score"]),
        (&2.into(), &1.into(), &0.5.into()),
        "{prompt}"
    );
    assert!(ran.stdout.contains("run `no-such-program` in the sandbox"), "{}", ran.stdout);
}

#[test]
fn what_code_says_does_not_lead_the_terminal() {
    if !has("python3") {
        return;
    }
    let place = place("    - {type: python, value: file://loud.py}", "");
    place.write("loud.py", "def get_assert(output, context):\n    raise ValueError('\\x1b[2J\\x1b]0;title\\x07')\n");
    let ran = eval(&place, &["p.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("ValueError: \u{241b}[2J\u{241b}]0;title\u{2407}"), "{:?}", ran.stderr);
}

#[test]
fn code_that_cannot_be_called_is_told_before_anything_is_spent() {
    if !has("python3") || !has("node") {
        return;
    }
    let place = place(
        "    - {type: python, value: 'len(output'}\n    - {type: python, value: 'file://score.py:grade'}\n    \
         - {type: javascript, value: 'output ==== 1'}\n    - {type: python, value: 'file://broken.py'}\n    \
         - {type: python, value: 'file://score.py'}\n    - {type: javascript, value: 'file://lo.js'}",
        "",
    );
    place.write("score.py", SCORE);
    place.write("broken.py", "import nothing_like_that\n");
    place.write("lo.js", "const lo = require('./nothing-like-that');\nmodule.exports = () => true;\n");
    for command in [["check", "p.yaml"], ["run", "p.yaml"], ["eval", "p.yaml"]] {
        let ran = Ran::of(clade(&place, &command));
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        for words in [
            "p.yaml:6:",
            "the code of a check, `len(output`, cannot be used: SyntaxError: '(' was never closed",
            "a check cannot use `grade` of score.py: AttributeError: score.py has no function `grade`",
            "the code of a check, `output ==== 1`, cannot be used: Unexpected token '='",
            "a check cannot use `get_assert` of broken.py: ModuleNotFoundError: No module named 'nothing_like_that'",
            "a check cannot use `default` of lo.js: Cannot find module './nothing-like-that'",
            "list the module's file under `optimize.sandbox.files`",
        ] {
            assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
        }
        let told = ran.stderr.matches(" cannot be used: ").count() + ran.stderr.matches("a check cannot use").count();
        assert_eq!(told, 5, "{}", ran.stderr);
    }
    assert!(place.ok(&["list", "--json"]).trim().is_empty(), "a run was made");
}

#[test]
fn a_python_file_scores_with_words_and_names() {
    if !has("python3") {
        return;
    }
    let place = place("    - {type: python, value: file://score.py}", "  objectives: [score, brevity]");
    place.write("score.py", SCORE);
    let ran = eval(&place, &["p.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let trials = trials(&ran);
    assert_eq!(trials.len(), 60);
    for trial in &trials {
        let judgements = trial["judgements"].as_array().unwrap();
        let (own, aspect) = (&judgements[0], &judgements[1]);
        assert_eq!((&own["metric"], &aspect["metric"]), (&"python".into(), &"brevity".into()));
        let right = own["pass"].as_bool().unwrap();
        assert_eq!(own["score"], if right { 0.75 } else { 0.25 });
        assert_eq!(own["reason"], if right { "right" } else { "not so" });
        assert_eq!(trial["score"], own["score"], "named scores weigh nothing");
    }
    assert!(ran.result()["prompts"][0]["named_scores"]["brevity"].as_f64().unwrap() > 0.0);
    assert_eq!(ran.result()["spent"]["calls"], 60, "code is no call");
}

#[test]
fn every_kind_of_code_scores() {
    if !has("python3") || !has("node") {
        return;
    }
    let checks = "    - {type: python, value: 'len(output) > 0', metric: a}\n    \
                  - {type: javascript, value: 'output.length / (output.length + 1)', metric: b}\n    \
                  - {type: javascript, value: 'file://score.js', metric: c}\n    \
                  - {type: exec, value: 'sh file://score.sh', metric: d}\n    \
                  - {type: not-python, value: 'file://lib/check.py:never', metric: e}\n    \
                  - {type: unit-tests, value: 'assert answer == 42', config: {head: 'answer = 42 #'}, metric: f}";
    let place = place(checks, "  sandbox: {files: [words.txt], limits: {wall_seconds: 20}}");
    place
        .write("score.js", "module.exports = (output, context) => ({score: 0.5, reason: context.prompt.slice(0, 3)});");
    place.write("score.sh", "read line; test -n \"$line\" && cat words.txt");
    place.write("words.txt", "{\"pass\": true, \"score\": 0.25}");
    place.write("lib/check.py", "def never(output, context):\n    return False\n");
    let ran = eval(&place, &["p.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for trial in trials(&ran) {
        let scores: Vec<f64> =
            trial["judgements"].as_array().unwrap().iter().map(|j| j["score"].as_f64().unwrap()).collect();
        assert_eq!((scores[0], scores[2], scores[3], scores[4]), (1.0, 0.5, 0.25, 1.0), "{trial}");
        assert!(scores[1] > 0.5 && scores[1] < 1.0, "{trial}");
    }
}

#[test]
fn tests_that_test_nothing_are_no_success() {
    if !has("python3") {
        return;
    }
    let place = place("    - {type: unit-tests, value: 'def check(candidate): assert candidate()'}", "");
    let ran = eval(&place, &["p.yaml"]);
    assert!(ran.code == 1 && ran.stderr.contains("define `check` and do not call it"), "{}", ran.stderr);
}

#[test]
fn code_that_fails_is_an_error_of_its_trial() {
    if !has("python3") {
        return;
    }
    let checks = "    - {type: python, value: '1 / 0 if context[\"vars\"][\"target\"].startswith(\"1\") else 1'}";
    let place = place(checks, "");
    let ran = eval(&place, &["p.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let failed: Vec<Value> = trials(&ran).into_iter().filter(|trial| trial["error"].is_object()).collect();
    assert!(!failed.is_empty());
    for trial in failed {
        assert_eq!(trial["error"]["kind"], "evaluator");
        let message = trial["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("python: ") && message.contains("ZeroDivisionError"), "{message}");
    }
}

/// The function leaves a mark in its answer that differs each time it is executed.
const RANDOM: &str = "
import random
def get_assert(output, context):
    return {'pass': True, 'score': random.SystemRandom().random(), 'reason': ''}
";

#[test]
fn what_was_executed_is_not_executed_again_and_outlives_its_file() {
    if !has("python3") {
        return;
    }
    let checks = "    - {type: python, value: file://score.py}";
    let place = Place::new();
    let slow = "[{id: 'simulated:gsm8k', config: {latency_ms: 30}}]";
    place.write("p.yaml", run_file(slow, checks, ""));
    place.write("score.py", RANDOM);
    let mut working = Working::start(clade(&place, &["eval", "p.yaml", "--json", "--run-id", "code", "-j", "4"]));
    working.until_trials(20);
    working.signal("KILL");
    drop(working);
    // the run goes on with the function as it was
    place.write("score.py", "def get_assert(output, context):\n    raise RuntimeError('another file')\n");
    let resumed = Ran::of(clade(&place, &["resume", "code", "--json"]));
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    assert_eq!(resumed.result()["prompts"][0]["errors"], 0);
    // another run with the old function takes over every answer, random as they are
    place.write("score.py", RANDOM);
    let again = Ran::of(clade(&place, &["eval", "p.yaml", "--json", "--run-id", "again"]));
    let score = |ran: &Ran| ran.result()["prompts"][0]["score"].clone();
    assert_eq!(score(&again), score(&resumed));
    let fresh = Ran::of(clade(&place, &["eval", "p.yaml", "--json", "--run-id", "fresh", "--no-cache"]));
    assert_ne!(score(&fresh), score(&resumed), "without the cache they are executed");
}

#[test]
fn what_cannot_be_executed_is_said_before_anything_is_spent() {
    for (checks, more, words) in [
        ("    - {type: python, value: file://gone.py}", "", "no such file"),
        ("    - {type: python, value: file://../score.py}", "", "outside of the run file's folder"),
        ("    - {type: python, value: file://score.js}", "", "no such file"),
        ("    - {type: python, value: 'True'}", "  sandbox: {python: no-such-python}", "no-such-python"),
        ("    - {type: python, value: 'True'}", "  sandbox: {isolation: machine}", "machine of its own"),
        ("    - {type: python, value: 'True'}", "  sandbox: {limits: {memory_mb: 1}}", "memory_mb"),
        ("    - {type: python, value: 'True'}", "  sandbox: {files: [gone.txt]}", "no such file"),
        ("    - {type: python, value: 'True'}", "  sandbox: {networks: none}", "network"),
        (
            "    - {type: python, value: 'True'}",
            "  sandbox: {network: all}",
            "write `none`, or a list of host names, such as `[example.org]`",
        ),
    ] {
        let place = place(checks, more);
        let ran = eval(&place, &["p.yaml"]);
        assert_eq!(ran.code, 2, "{checks} {more}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{checks} {more}: {}", ran.stderr);
        assert_eq!(place.run(&["show", "code"]).code, 2, "no run was made");
    }
}

/// As the program and among its arguments, in a command and in a list.
#[test]
fn a_script_of_the_run_is_run() {
    for check in ["file://right.sh 4", "sh file://right.sh 4 | file://last.sh"] {
        let place = place(
            &format!("    - {{type: exec, value: '{check}'}}\n    - {{type: exec, value: ['file://right.sh', '4']}}"),
            "",
        );
        place.write("right.sh", "#!/bin/sh\necho \"$1\" | grep -q 4 && echo true\n");
        place.write("last.sh", "#!/bin/sh\ntail -n 1\n");
        let ran = eval(&place, &["p.yaml"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let failed: Vec<_> = trials(&ran).into_iter().filter(|trial| trial["pass"] != true).collect();
        assert_eq!(failed.first(), None, "{check}");
    }
}

#[test]
fn another_interpreter_judges_anew() {
    let place = place("    - {type: python, value: '{\"score\": 1, \"reason\": __import__(\"sys\").prefix}'}", "");
    // inside, `/tmp` is the sandbox's own
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let made = Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(folder.path().join("env")).status();
    if !made.is_ok_and(|made| made.success()) {
        eprintln!("skipped: there is no python3 that makes virtual environments");
        return;
    }
    let judged = |run: &str, more: &[&str]| {
        let ran = Ran::of(clade(&place, &[&["eval", "p.yaml", "--json", "--run-id", run], more].concat()));
        let judged = trials(&ran).remove(0);
        (judged["judgements"][0]["reason"].clone(), judged["ran"][0]["known"] == true)
    };
    let (usual, _) = judged("first", &[]);
    assert_eq!(judged("again", &[]), (usual.clone(), true));
    let other = format!("optimize.sandbox.python={}", folder.path().join("env/bin/python3").display());
    let (own, known) = judged("other", &["--set", &other]);
    assert!(own != usual && own.to_string().contains("/env") && !known, "{own}");
}
