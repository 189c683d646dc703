use serde_json::Value;

use crate::common::{Place, example};

/// Everything that scripts may rely on in the result of a run.
const RUN: &[&str] = &[
    "/run",
    "/status",
    "/seed_prompt",
    "/best/candidate",
    "/best/prompt",
    "/best/generation",
    "/evidence/n",
    "/evidence/seed_score",
    "/evidence/best_score",
    "/evidence/difference",
    "/evidence/ci_low",
    "/evidence/ci_high",
    "/evidence/p_value",
    "/evidence/improved",
    "/finish_reason",
];
const SPENT: &[&str] = &[
    "/spent/usd",
    "/spent/calls",
    "/spent/task_calls",
    "/spent/reflection_calls",
    "/spent/judge_calls",
    "/spent/tokens_in",
    "/spent/tokens_out",
    "/spent/seconds",
    "/spent/cache_hits",
];
const PROMPT: &[&str] = &["/prompt", "/trials", "/errors", "/score", "/ci_low", "/ci_high", "/named_scores"];

fn has(value: &Value, pointers: &[&str]) {
    for pointer in pointers {
        assert!(value.pointer(pointer).is_some_and(|found| !found.is_null()), "no {pointer} in {value}");
    }
}

/// Checks, runs and evaluates an example as its README says, and reads the streams as a script would.
fn an_example(name: &str) {
    let place = Place::new();
    let file = example(name).join("promptclade.yaml");
    let file = file.to_str().unwrap();

    let checked = place.json(&["check", file]);
    assert_eq!(checked["ok"], true);
    assert!(checked["estimate"]["calls"]["high"].as_f64().unwrap() <= 3_000.0, "{checked}");
    assert!(!place.path("data").exists(), "checking keeps nothing");

    let ran = place.run(&["run", "--json", file]);
    let lines = ran.lines();
    assert_eq!(lines[0]["event"], "run_started");
    let run = lines[0]["run"].as_str().unwrap();
    assert!(lines[1..lines.len() - 1].iter().all(|line| line["event"].is_string()), "events, then the result");
    let result = ran.result();
    has(&result, RUN);
    has(&result, SPENT);
    assert_eq!((result["run"].as_str(), result["status"].as_str()), (Some(run), Some("finished")));
    assert_eq!(result["simulated"], true);
    let improved = result["evidence"]["improved"].as_bool().unwrap();
    let spent_out = result["finish_reason"].as_str().unwrap().starts_with("budget_spent");
    assert_eq!(ran.code, if spent_out && !improved { 3 } else { 0 }, "{}", ran.stderr);
    let calls = |role: &str| result["spent"][role].as_u64().unwrap();
    assert!(calls("calls") <= 3_000);
    assert_eq!(calls("calls"), calls("task_calls") + calls("reflection_calls") + calls("judge_calls"));
    assert_eq!(place.json(&["show", run])["result"], result, "shown again it is the same");

    let evaluated = place.run(&["eval", "--json", file]);
    assert_eq!(evaluated.code, 0, "{}", evaluated.stderr);
    let result = evaluated.result();
    has(&result, SPENT);
    for prompt in result["prompts"].as_array().unwrap() {
        has(prompt, PROMPT);
        assert_eq!(prompt["errors"], 0);
        let bound = |key: &str| prompt[key].as_f64().unwrap();
        assert!(bound("ci_low") <= bound("score") && bound("score") <= bound("ci_high"), "{prompt}");
    }
    assert_eq!(place.json(&["show", result["run"].as_str().unwrap()])["result"], result);
}

#[test]
fn gsm8k() {
    an_example("gsm8k");
}

#[test]
fn classification() {
    an_example("classification");
}

#[test]
fn bbh() {
    an_example("bbh");
}

#[test]
fn writing() {
    an_example("writing");
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_is_executed() {
    let place = Place::new();
    for name in ["promptclade.yaml", "prompt.yaml", "app.py"] {
        std::fs::copy(example("program").join(name), place.path(name)).unwrap();
    }
    let ran = crate::code::eval(&place, &["promptclade.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let result = ran.result();
    assert_eq!((&result["prompts"][0]["errors"], &result["prompts"][0]["trials"]), (&0.into(), &60.into()));
    let calls = result["spent"]["calls"].as_u64().unwrap();
    assert!((120..=180).contains(&calls), "two calls for each example, and a third where they do not agree: {calls}");
}

#[cfg(target_os = "linux")]
#[test]
fn humaneval_is_executed() {
    let place = Place::new();
    for name in ["promptclade.yaml", "prompt.txt"] {
        std::fs::copy(example("humaneval").join(name), place.path(name)).unwrap();
    }
    let data = std::fs::read_to_string(example("humaneval").join("data.jsonl")).unwrap();
    place.write("data.jsonl", data.lines().take(12).map(|line| format!("{line}\n")).collect::<String>());
    let ran = crate::code::eval(&place, &["promptclade.yaml", "--set", "evaluateOptions.repeat=2"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let prompt = &ran.result()["prompts"][0];
    assert_eq!((&prompt["errors"], &prompt["trials"]), (&0.into(), &24.into()));
    let pass_at = |k: &str| prompt["pass_at"][k].as_f64().unwrap();
    assert!((pass_at("1") - prompt["pass_rate"].as_f64().unwrap()).abs() < 1e-9, "{prompt}");
    assert!(0.0 < pass_at("1") && pass_at("1") <= pass_at("2"), "{prompt}");
}
