//! Who is asked: the judge that a check names, the first provider in a search, and nobody else.

use crate::common::{Place, Ran, Simulator, Working};

/// A run file of 40 examples whose check names its judge.
fn judged(providers: &str, judge: &str) -> String {
    let texts: Vec<String> = (0..40).map(|n| format!("'{n} and {n}'")).collect();
    format!(
        "prompts: ['Sum {{{{t}}}}']\nproviders: {providers}\ntests: [{{vars: {{t: [{}]}}}}]\ndefaultTest:\n  assert:\n    \
         - {{type: llm-rubric, value: ok, provider: '{judge}'}}\n",
        texts.join(", ")
    )
}

#[test]
fn a_judge_that_a_check_names_needs_its_key_and_its_price() {
    let place = Place::new();
    place.write("j.yaml", judged("[simulated:gsm8k]", "anthropic:messages:claude-sonnet-4-5"));
    for (command, code) in [("check", 0), ("eval", 2)] {
        let ran = place.run(&[command, "j.yaml", "--no-cache"]);
        assert_eq!(ran.code, code, "{command}: {}{}", ran.stdout, ran.stderr);
        let told = format!("{}{}", ran.stdout, ran.stderr);
        assert!(told.contains("ANTHROPIC_API_KEY") && told.contains("j.yaml:6:"), "{told}");
    }
    place.write("j.yaml", judged("[simulated:gsm8k]", "openai:chat:priced-by-nobody"));
    let mut command = place.clade();
    command.args(["eval", "j.yaml", "--budget-usd", "1"]).env("OPENAI_API_KEY", "k");
    let ran = Ran::of(command);
    assert!(ran.code == 2 && ran.stderr.contains("price of openai:chat:priced-by-nobody"), "{}", ran.stderr);
    place.write("j.yaml", judged("[simulated:gsm8k]", "nonsense:foo"));
    let ran = place.run(&["check", "j.yaml"]);
    assert!(ran.code == 2 && ran.stderr.contains("j.yaml:6:") && ran.stderr.contains("nonsense"), "{}", ran.stderr);
}

#[test]
fn a_judge_is_known_by_its_label_and_by_any_spelling() {
    for judge in ["jj", "openai:judge-model", "openai/judge-model", "openai:chat:judge-model"] {
        let place = Place::new();
        let (task, other) = (Simulator::start(&place, &[]), Simulator::start(&place, &[]));
        let model = |id: &str, label: &str, at: &Simulator| {
            format!("{{id: 'openai:chat:{id}', label: '{label}', config: {{apiBaseUrl: '{}/v1', apiKey: k}}}}", at.url)
        };
        let providers = format!("[{}, {}]", model("task-model", "tt", &task), model("judge-model", "jj", &other));
        place.write("j.yaml", judged(&providers, judge));
        let result = place.run(&["eval", "j.yaml", "--no-cache", "--json"]).result();
        let judge_calls = result["spent"]["judge_calls"].as_u64().unwrap();
        assert!(judge_calls >= 40, "{result}");
        // each of the two answers every question, and one judges all answers
        let [task, other] = [task, other].map(|one| one.stop()["result"]["requests"].as_u64().unwrap());
        assert_eq!((task, other), (40, 40 + judge_calls), "{judge}");
    }
}

#[test]
fn a_search_asks_the_first_provider_alone_and_says_so() {
    let place = Place::new();
    let providers = "[simulated:gsm8k, openai:gpt-5-mini, {id: 'openai:chat:unpriced', label: other}]";
    place.run_file(providers, "{calls: 100, usd: 1}");
    let told = "a search is for the first model, `simulated:gsm8k`; `openai:gpt-5-mini`, `other` are not asked";
    for command in ["check", "run"] {
        let ran = place.run(&[command, "p.yaml"]);
        assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.replace('\n', " ").contains(told), "{command}: {}", ran.stderr);
    }
    // an evaluation asks all
    assert_eq!(place.run(&["eval", "p.yaml"]).code, 2);
    // one that writes the proposals is asked
    place.write("p.yaml", std::fs::read_to_string(place.path("p.yaml")).unwrap() + "  models: {reflection: other}\n");
    let ran = place.run(&["run", "p.yaml"]);
    assert!(ran.code == 2 && ran.stderr.contains("openai:chat:unpriced"), "{}", ran.stderr);
}

#[test]
fn a_run_goes_on_from_any_folder_with_the_key_of_its_file() {
    let place = Place::new();
    let simulator = Simulator::start(&place, &["--latency-ms", "50"]);
    place.run_file(&simulator.providers(""), "{calls: 200}");
    let mut command = place.clade();
    command.args(["run", "p.yaml", "--json", "--run-id", "moved", "--no-cache", "-j", "8"]);
    let mut working = Working::start(command);
    working.until_trials(10);
    working.signal("INT");
    assert_eq!(working.end().0, Some(130));
    std::fs::create_dir(place.path("elsewhere")).unwrap();
    let mut command = place.clade();
    command.args(["resume", "moved"]).current_dir(place.path("elsewhere"));
    let ran = Ran::of(command);
    assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
}
