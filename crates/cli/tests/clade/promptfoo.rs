use crate::common::Place;

/// As promptfoo's users have it: no `optimize`, comments, several kinds of checks, promptfoo's own keys.
const CONFIG: &str = r#"# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json
description: Support triage

prompts:
  - 'Name the topic of this message in one word: {{message}}'
  - id: file://second.txt
    label: short

providers:
  - id: simulated:gentle
    label: the model
    config:
      temperature: 0
      max_tokens: 200

defaultTest:
  options:
    transform: output.trim()
  assert:
    - type: latency
      threshold: 60000

tests: file://cases.csv

evaluateOptions:
  maxConcurrency: 4
outputPath: results.json
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("promptfooconfig.yaml", CONFIG);
    place.write("second.txt", "Topic of \"{{message}}\"?\n");
    let mut cases = String::from("message,__expected\n");
    for number in 0..60 {
        let topic = ["billing", "shipping", "login"][number % 3];
        cases.push_str(&format!("\"Message {number}, about {topic}\",icontains:{topic}\n"));
    }
    place.write("cases.csv", cases);
    place
}

#[test]
fn an_untouched_config_evaluates() {
    let place = place();
    // the one key that runs code is named and nothing else is wrong with the file
    let refused = place.run(&["eval"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(
        refused.stderr.contains("promptfooconfig.yaml:") && refused.stderr.contains("transform"),
        "{}",
        refused.stderr
    );
    place.write("promptfooconfig.yaml", CONFIG.replace("  options:\n    transform: output.trim()\n", ""));
    let ran = place.run(&["eval", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let result = ran.result();
    let prompts = result["prompts"].as_array().unwrap();
    assert_eq!(prompts.len(), 2);
    assert!(prompts.iter().all(|prompt| prompt["trials"] == 60 && prompt["errors"] == 0), "{result}");
    assert_eq!(prompts[1]["label"], "short");
}

#[test]
fn an_untouched_config_runs_under_defaults() {
    let place = place();
    place.write("promptfooconfig.yaml", CONFIG.replace("  options:\n    transform: output.trim()\n", ""));
    let ran = place.run(&["run", "--json", "--budget-calls", "500"]);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    let result = ran.result();
    assert_eq!(result["status"], "finished");
    assert!(result["evidence"]["n"].as_u64().unwrap() > 0, "{result}");
}
