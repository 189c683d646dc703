use serde_json::json;

use crate::common::{Place, Simulator};

/// The time and the cost's last place differ from machine to machine.
fn without_time(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" · ") {
        Some((before, last)) if last.ends_with(" s") => format!("{before} · [time]\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn an_evaluation_for_people() {
    let place = Place::new();
    let shown = place.ok(&["eval", "p.yaml", "--quiet"]);
    insta::assert_snapshot!(without_time(&shown));
}

#[test]
fn answers_that_were_cut_off_are_said_to_be() {
    let place = Place::new();
    let simulator = Simulator::start(&place, &[]);
    place.run_file(&simulator.providers(", max_tokens: 1"), "{calls: 400}");
    let ran = place.run(&["eval", "p.yaml", "--run-id", "cut-off"]);
    let counts = place.json(&["show", "cut-off"])["result"]["counts"].clone();
    let (cut, trials) = (counts["cut"].as_u64().unwrap(), counts["trials"].as_u64().unwrap());
    assert!(0 < cut && cut <= trials, "{counts}");
    let words = format!("{cut} of {trials} answers were cut off at the model's length limit");
    assert!(ran.stderr.replace('\n', " ").contains(&words), "{}", ran.stderr);
    place.run_file(&simulator.providers(""), "{calls: 400}");
    let whole = place.run(&["eval", "p.yaml", "--run-id", "whole"]);
    assert!(!whole.stderr.contains("cut off"), "{}", whole.stderr);
}

#[test]
fn other_right_answers_are_not_met_with_what_was_answered_before() {
    let place = Place::new();
    for (word, file) in [("apple", "a.yaml"), ("pear", "b.yaml")] {
        let rows =
            (0..20).map(|n| json!({ "vars": { "question": format!("Fruit {n}?"), "label": format!("{word} {n}") } }));
        let file_text = json!({
            "prompts": ["{{question}}"],
            "providers": ["simulated:null"],
            "defaultTest": { "assert": [{ "type": "icontains", "value": "{{label}}" }] },
            "tests": rows.collect::<Vec<_>>(),
        });
        place.write(file, file_text.to_string());
        place.ok(&["eval", file, "--quiet", "--run-id", &format!("fruit-{word}")]);
    }
    let score = |run: &str, pointer: &str| place.json(&["show", run])["result"].pointer(pointer).cloned();
    assert_eq!(score("fruit-pear", "/spent/cache_hits"), Some(json!(0)));
    assert!(score("fruit-apple", "/prompts/0/score").unwrap().as_f64().unwrap() > 0.0);
    assert_eq!(score("fruit-apple", "/prompts/0/score"), score("fruit-pear", "/prompts/0/score"));
    place.ok(&["eval", "b.yaml", "--quiet", "--run-id", "fruit-again"]);
    assert_eq!(score("fruit-again", "/spent/cache_hits"), Some(json!(20)));
}

#[test]
fn several_prompts_are_set_side_by_side() {
    let place = Place::new();
    place.write("prompt.txt", "{{question}}\n---\nThink step by step. {{question}} Answer:\n---\nQ: {{question}}\n");
    let result = place.run(&["eval", "p.yaml", "--json"]).result();
    let prompts = result["prompts"].as_array().unwrap();
    let texts: Vec<_> = prompts.iter().map(|prompt| prompt["prompt"].as_str().unwrap()).collect();
    assert_eq!(texts, ["{{question}}", "Think step by step. {{question}} Answer:", "Q: {{question}}"]);
    assert!(prompts.iter().all(|prompt| prompt["trials"] == 60));
    assert_eq!(result["spent"]["task_calls"], 180);
}

#[test]
fn repeats_are_shown_as_pass_at_k() {
    let place = Place::new();
    let shown = place.ok(&["eval", "p.yaml", "--run-id", "tries", "--set", "evaluateOptions.repeat=3"]);
    let result = place.json(&["show", "tries"])["result"].clone();
    let page = place.ok(&["report", "tries", "-o", "report.html"]);
    let page = page + &std::fs::read_to_string(place.path("report.html")).unwrap();
    for k in ["1", "2", "3"] {
        let share = 100.0 * result["prompts"][0]["pass_at"][k].as_f64().unwrap();
        let words = format!("pass@{k} {share:.1} %");
        assert!(shown.contains(&words), "{words}: {shown}");
        assert!(page.contains(&words), "{words} is not in the report");
    }
    let once = place.ok(&["eval", "p.yaml", "--run-id", "once"]);
    assert!(!once.contains("pass@"), "{once}");
}

#[test]
fn each_example_is_asked_once_and_never_again() {
    let place = Place::new();
    let first = place.run(&["eval", "p.yaml", "--json"]).result();
    let second = place.run(&["eval", "p.yaml", "--json"]).result();
    assert_eq!((&first["spent"]["calls"], &first["spent"]["cache_hits"]), (&json!(60), &json!(0)));
    assert_eq!((&second["spent"]["calls"], &second["spent"]["cache_hits"]), (&json!(0), &json!(60)));
    assert_eq!(second["spent"]["usd"].as_f64(), Some(0.0));
    assert_eq!(first["prompts"], second["prompts"]);
    let third = place.run(&["eval", "p.yaml", "--json", "--no-cache"]).result();
    assert_eq!((&third["spent"]["calls"], &third["spent"]["cache_hits"]), (&json!(60), &json!(0)));
}

#[test]
fn texts_of_others_do_not_lead_the_terminal() {
    let place = Place::new();
    place.write(
        "p.yaml",
        "description: \"\\e[31mred\"\nprompts: [{raw: 'Answer {{question}}', label: \"\\e[2Jgone\"}]\nproviders: ['simulated:gentle']\n\
         tests: file://data.jsonl\ndefaultTest: {assert: [{type: numeric, value: '{{target}}', metric: \"\\e[1mloud\"}]}\n",
    );
    place.ok(&["eval", "p.yaml", "--quiet", "--run-id", "loud"]);
    for arguments in [&["lineage", "loud"][..], &["lineage", "loud", "--families"], &["show", "loud"], &["list"]] {
        let said = place.ok(arguments);
        assert!(!said.contains('\x1b'), "{arguments:?}: {said:?}");
    }
    assert!(place.ok(&["lineage", "loud"]).contains("\u{241b}[2Jgone"));
}

#[test]
fn repeats_of_an_example_do_not_make_a_mean_surer() {
    let place = Place::new();
    // the simulated model answers alike at each repeat
    let intervals = ["1", "5"].map(|repeat| {
        let set = format!("evaluateOptions.repeat={repeat}");
        let result = place.run(&["eval", "p.yaml", "--json", "--set", &set]).result();
        let prompt = &result["prompts"][0];
        assert_eq!(prompt["trials"], 60 * repeat.parse::<u64>().unwrap());
        [&prompt["score"], &prompt["ci_low"], &prompt["ci_high"]].map(|figure| figure.as_f64().unwrap())
    });
    let [once, often] = intervals;
    assert!(once.iter().zip(often).all(|(a, b)| (a - b).abs() < 1e-9), "{intervals:?}");
}

#[test]
fn the_last_search_is_meant_where_an_evaluation_has_no_answer() {
    let place = Place::new();
    place.finished("searched");
    place.ok(&["eval", "p.yaml", "--quiet", "--run-id", "measured"]);
    for arguments in [
        &["best", "last"][..],
        &["diff", "last", "seed", "best"],
        &["lineage", "last"],
        &["export", "last", "-f", "prompt"],
        &["export", "last", "-f", "mermaid"],
    ] {
        let named: Vec<&str> = arguments.iter().map(|word| if *word == "last" { "searched" } else { word }).collect();
        let ran = place.run(arguments);
        assert_eq!(ran.stdout, place.ok(&named), "{arguments:?}");
        assert!(ran.stderr.contains("searched is the last search; measured"), "{arguments:?}: {}", ran.stderr);
    }
    assert!(place.ok(&["show", "last", "--json"]).contains("measured"));
    assert_eq!(place.ok(&["export", "last", "-f", "jsonl"]), place.ok(&["export", "measured", "-f", "jsonl"]));
    let alone = Place::new();
    alone.ok(&["eval", "p.yaml", "--quiet", "--run-id", "measured"]);
    assert!(alone.ok(&["best", "last"]).contains("{{question}}"), "where there is no search, an evaluation will do");
    let taken = alone.ok(&["snapshot", "last"]);
    assert!(taken.contains("no branch starts from an evaluation") && !taken.contains("clade branch"), "{taken}");
}
