use serde_json::Value;

use crate::common::Place;

const SMALL: [&str; 12] = [
    "bench",
    "search",
    "--worlds",
    "few,null",
    "--strategies",
    "genetic",
    "--budgets",
    "300",
    "--seeds",
    "2",
    "--out",
    "rows.jsonl",
];

/// Rows without what a clock says.
fn timeless(mut rows: Vec<Value>) -> Vec<Value> {
    for row in &mut rows {
        row["wall_s"].take();
        row["cpu_s"].take();
    }
    rows
}

#[test]
fn a_bench_of_searches_says_that_it_is_simulated_and_goes_on_from_its_file() {
    let place = Place::new();
    let whole = place.run(&[&SMALL[..], &["--json", "--svg", "search.svg"]].concat());
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let result = whole.result();
    assert_eq!((&result["simulated"], &result["complete"]), (&true.into(), &true.into()));
    assert_eq!(result["groups"].as_array().unwrap().len(), 4, "two worlds, two ways of counting: {result}");
    assert_eq!(whole.lines().len(), 1 + 8);

    let picture = std::fs::read_to_string(place.path("search.svg")).unwrap();
    assert!(picture.contains("Simulated model") && picture.contains("genetic"), "{picture}");

    // as if it had been killed while it wrote its sixth row
    let kept = std::fs::read_to_string(place.path("rows.jsonl")).unwrap();
    let cut: usize = kept.lines().take(5).map(|line| line.len() + 1).sum();
    place.write("rows.jsonl", &kept[..cut + 20]);
    let again = place.run(&[&SMALL[..], &["--json"]].concat());
    let sorted = |ran: &crate::common::Ran| {
        let mut rows: Vec<String> =
            timeless(ran.lines()).iter().filter(|row| row["seed"].is_u64()).map(Value::to_string).collect();
        rows.sort();
        rows
    };
    assert_eq!(sorted(&again), sorted(&whole));
    assert_eq!(std::fs::read_to_string(place.path("rows.jsonl")).unwrap().lines().count(), 8);

    let table = place.ok(&SMALL);
    assert!(table.contains("few (simulated model), task calls alone") && table.contains("genetic"), "{table}");
    assert!(table.contains("say nothing of a real model"), "{table}");
}

#[test]
fn what_cannot_be_measured_is_said() {
    let place = Place::new();
    place.write("other.jsonl", "{\"a\": 1}\n");
    for (arguments, expected) in [
        (&["--worlds", "ruogh"][..], "there is no world `ruogh`; there is rough"),
        (&["--strategies", "annealing"], "there is no strategy `annealing`; there is"),
        (&["--strategies", "genetic", "--set", "genetic.popluation=3"], "popluation"),
        (&["--strategies", "genetic", "--set", "population=3"], "write strategy.PATH=VALUE"),
        (&["--strategies", "auto", "--set", "auto.without=[\"bandit\"]"], "racing, targeting, guard, reviews"),
        (&["--budgets", "5"], "write 40 or more"),
        (&["--counting", "tokens"], "`task` or `all-in` or `both`"),
        (&["--out", "other.jsonl"], "line 1 of other.jsonl is no finished run"),
    ] {
        let ran = place.run(&[&["bench", "search", "--seeds", "1"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stdout);
        assert!(ran.stderr.contains(expected), "{arguments:?}: {}", ran.stderr);
    }
    for bench in ["search", "run"] {
        let ran = place.run(&["bench", bench, "--strategies", "genetic", "--seeds", "0"]);
        assert_eq!(ran.code, 2, "{bench}: {}", ran.stdout);
        assert!(ran.stderr.contains("write 1 or more"), "{bench}: {}", ran.stderr);
    }
}

#[test]
fn strategies_are_compared_on_a_run_file_as_ordinary_runs() {
    let place = Place::new();
    let bench = ["bench", "run", "p.yaml", "--strategies", "genetic", "--seeds", "2", "--name", "trial"];
    let result = place.json(&bench)["result"].clone();
    assert_eq!(result["simulated"], true);
    assert_eq!(result["strategies"][0]["runs"], 2, "{result}");
    // an interval over two seeds would be mostly assumption
    assert!(result["strategies"][0]["ci"].is_null() && result["strategies"][0]["max"].is_f64(), "{result}");
    let told = place.ok(&bench);
    assert!(told.contains("fewer than 5 runs are no base for an interval: MIN and MAX are their range"), "{told}");
    for run in result["runs"].as_array().unwrap() {
        assert!(run["spent"]["calls"].as_u64().unwrap() <= 400, "{run}");
        assert_eq!(run["spent"]["cache_hits"], 0, "no run lives on another's answers: {run}");
    }
    let listed = place.ok(&["list"]);
    assert!(listed.contains("trial-genetic-1") && listed.contains("trial-genetic-2"), "{listed}");

    // the same command again finds everything done
    assert_eq!(place.json(&bench)["result"], result);

    let table = place.ok(&["compare", "trial-genetic-1", "trial-genetic-2", "--svg", "c.svg", "--html", "c.html"]);
    assert!(table.contains("simulated model") && table.contains("AGAINST ITS FIRST PROMPT"), "{table}");
    assert!(table.contains("corrected for the number of pairs, 1 (Holm)"), "{table}");
    let page = std::fs::read_to_string(place.path("c.html")).unwrap();
    let picture = std::fs::read_to_string(place.path("c.svg")).unwrap();
    assert!(page.contains(picture.trim()) && picture.contains("best so far on train"));
}

#[test]
fn the_strategy_of_the_run_file_keeps_its_settings_in_a_comparison() {
    let place = Place::new();
    let file = std::fs::read_to_string(place.path("p.yaml")).unwrap();
    let with = |strategy: &str| {
        let lines = file.lines().filter(|line| !line.trim_start().starts_with("strategy:"));
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        text.replace("optimize:\n", &format!("optimize:\n  strategy: {strategy}\n"))
    };
    place.write("p.yaml", with("{name: auto, without: [guard], lanes: 3}"));
    place.json(&["bench", "run", "p.yaml", "--strategies", "auto,random", "--seeds", "1", "--name", "own"]);
    let of = |run: &str| {
        let journal = place.ok(&["export", run, "--format", "journal"]);
        let started: Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
        started["spec"]["optimize"]["strategy"].clone()
    };
    let own = of("own-auto-1");
    assert_eq!((&own["without"], &own["lanes"]), (&serde_json::json!(["guard"]), &3.into()), "{own}");
    assert_eq!(of("own-random-1")["name"], "random");
    // what the command line sets wins over the file, as everywhere
    let set = "optimize.strategy.lanes=2";
    place.json(&["bench", "run", "p.yaml", "--strategies", "auto", "--seeds", "1", "--name", "set", "--set", set]);
    assert_eq!(of("set-auto-1")["lanes"], 2);
}

#[test]
fn runs_that_cannot_be_paired_are_compared_with_the_reason() {
    let place = Place::new();
    place.finished("first");
    let data = std::fs::read_to_string(place.path("data.jsonl")).unwrap();
    place.write("data.jsonl", data.lines().take(50).map(|line| format!("{line}\n")).collect::<String>());
    place.finished("other");
    let result = place.json(&["compare", "first", "other"])["result"].clone();
    assert_eq!(result["pairs"].as_array().unwrap().len(), 0);
    assert_eq!(result["not_paired"][0], "first and other cannot be paired: they have different data");
    assert!(result["runs"][0]["curve"][0]["best"].is_f64(), "{result}");

    assert_eq!(place.run(&["compare", "nowhere"]).code, 2);
    place.ok(&["eval", "p.yaml", "--run-id", "plain"]);
    let ran = place.run(&["compare", "plain"]);
    assert!(ran.code == 2 && ran.stderr.contains("is an evaluation"), "{}", ran.stderr);
}

#[test]
fn money_is_not_spent_without_a_yes() {
    let place = Place::new();
    place.run_file(
        "[{id: 'openai:chat:gpt-4o-mini', config: {apiKey: k, apiBaseUrl: 'http://127.0.0.1:9/v1'}}]",
        "{calls: 400}",
    );
    let ran = place.run(&["bench", "run", "p.yaml", "--strategies", "genetic", "--seeds", "2"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("2 runs with a budget of 400 calls each"), "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing was started; say --yes"), "{}", ran.stderr);
    assert!(place.ok(&["list"]).contains("no runs"));
}
