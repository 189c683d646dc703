//! Prompts and data sets by name, of this machine and of a server.

use serde_json::Value;

use crate::common::{Place, Served};

fn named(place: &Place, prompt: &str) {
    place.write(
        "named.yaml",
        format!(
            "prompts: [{prompt}]\nproviders: [simulated:gentle]\ntests: library://sums\n\
             defaultTest: {{assert: [{{type: numeric, value: '{{{{answer}}}}'}}]}}\n"
        ),
    );
}

fn lines(from: u32, to: u32) -> String {
    (from..to).map(|n| format!("{{\"question\": \"What is {n} + {n}?\", \"answer\": \"{}\"}}\n", 2 * n)).collect()
}

#[test]
fn run_files_name_what_was_kept_on_this_machine() {
    let place = Place::new();
    named(&place, "library://ask");
    let missing = place.run(&["check", "named.yaml"]);
    assert_eq!(missing.code, 2);
    assert!(
        missing.stderr.contains("keeps no prompt `ask`") && missing.stderr.contains("clade library add"),
        "{missing:?}"
    );
    place.write("one.txt", "First: {{question}}\n");
    place.write("two.txt", "Second: {{question}}\n");
    place.write("sums.jsonl", lines(0, 30));
    place.ok(&["library", "add", "prompt", "ask", "one.txt"]);
    place.ok(&["library", "add", "dataset", "sums", "sums.jsonl", "--note", "thirty of them"]);
    let added = place.ok(&["library", "add", "prompt", "ask", "two.txt"]);
    assert!(added.contains("library://ask@2"), "{added}");
    let listed = place.ok(&["library", "list"]);
    assert_eq!(
        listed.split_whitespace().collect::<Vec<_>>(),
        "dataset sums 1 version prompt ask 2 versions".split(' ').collect::<Vec<_>>()
    );
    assert_eq!(place.ok(&["library", "show", "prompt", "ask@1"]), "First: {{question}}\n");
    place.ok(&["check", "named.yaml"]);
    place.ok(&["eval", "named.yaml", "--run-id", "named-one", "--json"]);
    let journal = place.ok(&["export", "named-one", "-f", "journal"]);
    let started: Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
    let spec = &started["spec"];
    assert_eq!(spec["library"][0]["version"], 2, "{started}");
    assert_eq!((&spec["library"][1]["kind"], &spec["library"][1]["name"]), (&"dataset".into(), &"sums".into()));
    assert_eq!(spec["prompts"][0]["label"], "ask@2");

    for (arguments, words) in [
        (["library", "add", "dataset", "odd", "one.txt"], "no JSON object"),
        (["library", "add", "prompt", "../up", "one.txt"], "a name has"),
        (["library", "add", "prompt", "ask", "nowhere.txt"], "nowhere.txt"),
    ] {
        let refused = place.run(&arguments);
        assert!(refused.code != 0 && refused.stderr.contains(words), "{refused:?}");
    }
    assert!(place.run(&["library", "show", "prompt", "ask@9"]).stderr.contains("no version 9"));
}

#[test]
fn a_server_keeps_its_own() {
    let place = Place::new();
    let server = Served::start(&place, &[]);
    let elsewhere = Place::new();
    elsewhere.write("one.txt", "Ask: {{question}}");
    elsewhere.write("sums.jsonl", lines(0, 30));
    for arguments in
        [["library", "add", "prompt", "ask", "one.txt"], ["library", "add", "dataset", "sums", "sums.jsonl"]]
    {
        let added = server.run(&elsewhere, &arguments);
        assert_eq!(added.code, 0, "{}", added.stderr);
    }
    named(&elsewhere, "library://ask@1");
    assert_eq!(elsewhere.run(&["check", "named.yaml"]).code, 2, "they are not this machine's");
    let listed = server.run(&elsewhere, &["library", "list", "--json"]);
    assert_eq!(listed.stdout.lines().count(), 2, "{}", listed.stdout);
    assert_eq!(server.run(&elsewhere, &["library", "show", "prompt", "ask"]).stdout, "Ask: {{question}}\n");
    let checked = server.run(&elsewhere, &["check", "named.yaml"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    let ran = server.run(&elsewhere, &["eval", "named.yaml", "--run-id", "named-there", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let journal = server.run(&elsewhere, &["export", "named-there", "-f", "journal"]);
    let started: Value = serde_json::from_str(journal.stdout.lines().next().unwrap()).unwrap();
    let ask = &started["spec"]["library"][0];
    assert_eq!((&ask["kind"], &ask["name"], &ask["version"]), (&"prompt".into(), &"ask".into(), &1.into()));
    server.stop();
}
