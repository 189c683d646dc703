use crate::common::Place;

#[test]
fn a_key_that_is_missing_is_said_before_anything_runs() {
    let place = Place::new();
    place.run_file("[openai:chat:gpt-5-mini]", "{calls: 400}");
    let checked = place.json(&["check", "p.yaml"]);
    assert_eq!((&checked["ok"], &checked["ready"]), (&true.into(), &false.into()));
    assert!(checked["unready"].as_str().unwrap().contains("OPENAI_API_KEY"), "{checked}");
    assert!(place.ok(&["check", "p.yaml"]).contains("OPENAI_API_KEY"));
    let mut ready = place.clade();
    let ready = ready.args(["check", "p.yaml", "--json"]).env("OPENAI_API_KEY", "sk-of-a-test").output().unwrap();
    let said = String::from_utf8(ready.stdout).unwrap();
    assert!(said.contains("\"ready\":true") && !said.contains("sk-of-a-test"), "{said}");
}

#[test]
fn options_that_cannot_be_are_refused_with_the_option_named() {
    let place = Place::new();
    let cases: &[(&[&str], &[&str])] = &[
        (&["run", "p.yaml", "--budget-calls", "0"], &["--budget-calls"]),
        (&["run", "p.yaml", "--budget-calls", "-3"], &["--budget-calls", "a whole number"]),
        (&["run", "p.yaml", "--budget-calls", "many"], &["--budget-calls"]),
        (&["run", "p.yaml", "--budget-usd", "0"], &["--budget-usd", "above 0"]),
        (&["run", "p.yaml", "--budget-usd", "-1"], &["--budget-usd", "above 0"]),
        (&["run", "p.yaml", "--budget-usd", "nan"], &["--budget-usd", "above 0"]),
        (
            &["check", "p.yaml", "--set", "optimize.budget.tokens=100"],
            &["100 tokens", "one evaluation", "raise it", "max_tokens"],
        ),
        (&["run", "p.yaml", "--min-score", "7"], &["--min-score", "from 0 to 1"]),
        (&["run", "p.yaml", "-j", "0"], &["--concurrency", "1 to"]),
        (&["run", "p.yaml", "--seed", "-1"], &["-1"]),
        (&["run", "p.yaml", "--budget-calls", "39"], &["4 of 18 test examples", "40 calls", "optimize.splits.test=0"]),
        (&["check", "p.yaml", "--budget-calls", "39"], &["4 of 18 test examples"]),
        (&["run", "p.yaml", "--budget-calls", "6", "--set", "optimize.splits.test=0"], &["7 calls", "clade eval"]),
        (&["run", "p.yaml", "--min-score", "0.5", "--set", "optimize.splits.test=0"], &["--min-score", "evidence"]),
        (&["run", "p.yaml", "--require-improvement", "--set", "optimize.splits.test=0"], &["no example is in test"]),
        (&["run", "p.yaml", "--set", "budget.calls=5"], &["budget", "optimize.budget"]),
        (&["run", "data.jsonl"], &["data.jsonl", "data file", "tests: file://"]),
        (&["run", "p.yaml", "--set", "seed"], &["--set", "optimize.budget.calls=500"]),
        (&["run", "p.yaml", "--set", "optimize.bugdet.calls=5"], &["bugdet", "budget"]),
        (&["run", "p.yaml", "--set", "optimize.strategy=nope"], &["nope", "genetic"]),
        (&["run", "p.yaml", "--run-id", "a b"], &["a b", "run id"]),
        (&["list", "--status", "asleep"], &["asleep", "paused"]),
        (&["lineage", "-f", "png"], &["png", "mermaid"]),
        (&["simulate", "--garbage-rate", "2"], &["2"]),
        (&["simulate", "nobody"], &["nobody", "gentle"]),
        (&["resmue"], &["resmue", "resume"]),
        (&["show"], &["clade list"]),
        (&["branch", "somewhere"], &["RUN@CANDIDATE"]),
    ];
    for (arguments, told) in cases {
        let ran = place.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        for words in *told {
            assert!(ran.stderr.contains(words), "{arguments:?}: `{words}` is not in: {}", ran.stderr);
        }
    }
}
