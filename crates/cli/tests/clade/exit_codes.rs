use crate::common::Place;

#[test]
fn every_ending_has_its_code() {
    let place = Place::new();
    let cases: [(&[&str], i32); 10] = [
        (&["eval", "p.yaml"], 0),
        (&["eval", "p.yaml", "--min-score", "0.1"], 0),
        (&["eval", "p.yaml", "--min-score", "0.99"], 100),
        (&["eval", "p.yaml", "--require-improvement"], 2),
        (&["run", "p.yaml", "--min-score", "1", "--set", "optimize.strategy=genetic"], 100),
        (&["run", "p.yaml", "--require-improvement", "--set", "providers=['simulated:null']"], 100),
        (&["run", "p.yaml", "--set", "providers=['simulated:null']"], 3),
        (&["run", "missing.yaml"], 2),
        (&["dance"], 2),
        (&["--version"], 0),
    ];
    for (arguments, code) in cases {
        let ran = place.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn a_model_that_no_prompt_helps_shows_no_improvement() {
    let place = Place::new();
    place.run_file("[simulated:null]", "{calls: 400}");
    let result = place.finished("in-vain").result();
    assert_eq!(result["evidence"]["improved"], false);
    assert_eq!(result["finish_reason"], "budget_spent_calls");
    let shown = place.ok(&["show", "in-vain"]);
    assert!(shown.contains("no improvement shown"), "{shown}");
    assert!(shown.contains("simulated"), "{shown}");
}

#[test]
fn errors_are_json_too() {
    let place = Place::new();
    let ran = place.run(&["run", "missing.yaml", "--json"]);
    let lines = ran.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["error"]["exit_code"], 2);
    assert!(lines[0]["error"]["message"].as_str().unwrap().contains("missing.yaml"));
}

#[test]
fn help_names_the_exit_codes() {
    let place = Place::new();
    insta::assert_snapshot!(place.ok(&["--help"]));
}
