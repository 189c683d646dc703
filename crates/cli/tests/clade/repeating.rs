use serde_json::Value;

use crate::common::{Place, essence};

fn result(arguments: &[&str]) -> Value {
    let place = Place::new();
    let ran = place.run(&[&["run", "p.yaml", "--json"], arguments].concat());
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    ran.result()
}

#[test]
fn the_same_seed_gives_the_same_result_however_many_calls_go_at_once() {
    let first = result(&[]);
    for arguments in [&["--no-cache"][..], &["-j", "1"], &["-j", "7", "--seed", "1"], &["--durable"]] {
        assert_eq!(essence(&result(arguments)), essence(&first), "{arguments:?}");
    }
    let other = result(&["--seed", "2"]);
    assert_ne!(other["best"], first["best"], "another seed takes another way");
}

#[test]
fn another_seed_is_another_simulated_model_and_takes_no_answers_of_the_first() {
    let place = Place::new();
    let eval = |seed: &str| place.run(&["eval", "p.yaml", "--json", "--seed", seed]).result();
    eval("1");
    let (beside, alone) = (eval("5"), Place::new().run(&["eval", "p.yaml", "--json", "--seed", "5"]).result());
    assert_eq!(essence(&beside), essence(&alone));
    assert_eq!((&beside["spent"]["calls"], &eval("5")["spent"]["calls"]), (&60.into(), &0.into()));
}

#[test]
fn a_branch_asks_the_simulated_model_of_its_run() {
    let place = Place::new();
    place.finished("first-run");
    place.ok(&["branch", "first-run@seed", "--run-id", "second", "--no-start", "--seed", "99"]);
    let journal = place.ok(&["export", "second", "--format", "journal"]);
    let first: Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
    assert_eq!(first["spec"]["seed"], 99);
    assert_eq!(first["spec"]["models"]["task"][0]["config"]["seed"], 1);
    let ran = place.run(&["resume", "second"]);
    assert!(ran.stdout.contains("test examples of run first-run too"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn flags_override_the_run_file() {
    let spec = |arguments: &[&str]| -> Value {
        let place = Place::new();
        let arguments = [&["run", "p.yaml", "--quiet", "--run-id", "under-test"], arguments].concat();
        assert!([0, 3].contains(&place.run(&arguments).code));
        let journal = place.ok(&["export", "under-test", "--format", "journal"]);
        let first: Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
        assert_eq!(first["event"], "run_started");
        first["spec"].clone()
    };
    let cases: [(&[&str], &str, Value); 6] = [
        (&["--seed", "77"], "/seed", 77.into()),
        (&["-j", "3"], "/options/max_concurrency", 3.into()),
        (&["--budget-calls", "90"], "/optimize/budget/calls", 90.into()),
        (&["--budget-usd", "0.002"], "/optimize/budget/usd", 0.002.into()),
        (&["--set", "optimize.budget.calls=80"], "/optimize/budget/calls", 80.into()),
        (
            &["--set", "optimize.constraints={max_prompt_tokens: 99}"],
            "/optimize/constraints/max_prompt_tokens",
            99.into(),
        ),
    ];
    for (arguments, pointer, expected) in cases {
        let spec = spec(arguments);
        assert_eq!(spec.pointer(pointer), Some(&expected), "{arguments:?}: {spec}");
    }
}

#[test]
fn budgets_hold() {
    let spent = result(&["--budget-calls", "120"]);
    assert!(spent["spent"]["calls"].as_u64().unwrap() <= 120, "{spent}");
    let spent = result(&["--budget-usd", "0.002"]);
    assert!(spent["spent"]["usd"].as_f64().unwrap() <= 0.002, "{spent}");
}

#[test]
fn answers_of_earlier_runs_are_used() {
    let place = Place::new();
    let first = place.finished("first").result();
    let second = place.finished("second").result();
    let calls = |result: &Value| result["spent"]["calls"].as_u64().unwrap();
    assert!(second["spent"]["cache_hits"].as_u64().unwrap() > 0);
    assert_eq!(first["spent"]["cache_hits"], 0);
    // the saved budget buys more search, so what is compared is the price of the same work
    let third = place.run(&["eval", "p.yaml", "--json"]).result();
    assert!(calls(&third) < 60, "{third}");
}
