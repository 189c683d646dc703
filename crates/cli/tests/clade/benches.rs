use crate::common::Place;

/// Four prompts on twelve examples.
const POOL: &str = r#"{"id": "a", "prompt": "x", "outcomes": "110111011101", "heldout": 0.8}
{"id": "b", "prompt": "y", "outcomes": "010011000100", "heldout": 0.4}
{"id": "c", "prompt": "z", "outcomes": "111111011111", "heldout": 0.9}

{"outcomes": "000000000000", "heldout": 0.0}
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("pool.jsonl", POOL);
    place
}

#[test]
fn a_replay_gives_a_row_for_each_file_policy_and_fraction() {
    let place = place();
    let arguments: &[&str] = &["bench", "replay", "pool.jsonl", "--pools", "20", "--fractions", "0.2,1", "--seed", "3"];
    let result = place.json(arguments)["result"]["rows"].clone();
    let rows = result.as_array().unwrap();
    assert_eq!(rows.len() % 2, 0);
    for policy in ["uniform", "successive-halving", "capo-race", "continuous-halving"] {
        let of_policy: Vec<_> = rows.iter().filter(|row| row["policy"] == policy).collect();
        assert_eq!(of_policy.len(), 2, "{result}");
        for row in of_policy {
            assert_eq!(row["file"], "pool.jsonl");
            assert!((0.0..=90.0).contains(&row["regret"].as_f64().unwrap()) && row["se"].is_f64(), "{row}");
        }
    }
    let uniform = rows.iter().find(|row| row["policy"] == "uniform" && row["fraction"] == 1.0).unwrap();
    assert_eq!(uniform["regret"], 0.0, "the best of four is best on all twelve, too");

    let alone = place.json(&[arguments, &["--policy", "continuous-halving"]].concat());
    for row in alone["result"]["rows"].as_array().unwrap() {
        assert!(rows.contains(row), "the draws do not depend on who takes part: {row}");
    }
    let open = place.json(&[arguments, &["--open"]].concat());
    assert_eq!(open["result"]["rows"].as_array().unwrap().len(), rows.len());
}

#[test]
fn people_get_a_table_for_each_file_and_over_all() {
    let place = place();
    place.write("other.jsonl", POOL);
    let told = place.ok(&["bench", "replay", "pool.jsonl", "other.jsonl", "--pools", "5", "--policy", "uniform"]);
    for words in ["pool.jsonl", "other.jsonl", "all 2 files", "uniform", "all cells known", "20 %", "±"] {
        assert!(told.contains(words), "`{words}` is not in: {told}");
    }
}

#[test]
fn files_of_one_name_are_told_apart_and_policies_stand_side_by_side() {
    let place = place();
    place.write("more/pool.jsonl", POOL);
    let files = ["pool.jsonl", "more/pool.jsonl"];
    let policies = ["--policy", "uniform", "continuous-halving"];
    let rows = |arguments: &[&str]| {
        let all = [&["bench", "replay", "--pools", "5", "--fractions", "0.2"], arguments].concat();
        let rows = place.json(&all)["result"]["rows"].clone();
        let name = |row: &serde_json::Value| format!("{} {}", row["file"], row["policy"]);
        rows.as_array().unwrap().iter().map(name).collect::<Vec<_>>()
    };
    let expected = [
        "\"pool.jsonl\" \"uniform\"",
        "\"pool.jsonl\" \"continuous-halving\"",
        "\"more/pool.jsonl\" \"uniform\"",
        "\"more/pool.jsonl\" \"continuous-halving\"",
    ];
    assert_eq!(rows(&[&files[..], &policies].concat()), expected);
    assert_eq!(rows(&[&policies[..], &files].concat()), expected);
}

#[test]
fn the_control_counts_claims_with_and_without_a_gain() {
    let place = place();
    let arguments: &[&str] =
        &["bench", "control", "pool.jsonl", "--selections", "30", "--fresh", "3,6", "--fraction", "0.5"];
    let rows = place.json(arguments)["result"]["rows"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows}");
    for row in rows.as_array().unwrap() {
        assert!(row["claimed_not_better"].as_f64() <= row["claimed"].as_f64(), "{row}");
    }
    assert_eq!(rows[0]["claimed"], 0.0, "three examples prove nothing at 5 %");
    assert!(place.ok(arguments).contains("under null"));
}

#[test]
fn files_that_cannot_be_replayed_are_told_with_line_and_fix() {
    let place = place();
    place.write("short.jsonl", format!("{POOL}{{\"outcomes\": \"01\", \"heldout\": 0.5}}\n"));
    place.write("odd.jsonl", "{\"outcomes\": \"01\", \"heldout\": 0.5}\n{\"outcomes\": \"0?\", \"heldout\": 0.5}\n");
    place.write("high.jsonl", "{\"outcomes\": \"01\", \"heldout\": 80}\n");
    place.write("keys.jsonl", "{\"outcome\": \"01\", \"heldout\": 0.8}\n");
    place.write("one.jsonl", "{\"outcomes\": \"01\", \"heldout\": 0.8}\n");
    place.write("broken.jsonl.gz", POOL);
    place.write("binary.jsonl", [0xff, 0xfe]);
    let cases: &[(&[&str], &[&str])] = &[
        (&["absent.jsonl"], &["cannot read absent.jsonl"]),
        (&["short.jsonl"], &["short.jsonl:6", "2 outcomes", "12"]),
        (&["odd.jsonl"], &["odd.jsonl:2", "outcome 2 is `?`", "1 for right"]),
        (&["high.jsonl"], &["high.jsonl:1", "80", "between 0 and 1"]),
        (&["keys.jsonl"], &["keys.jsonl:1", "outcomes", "expected a line such as"]),
        (&["one.jsonl"], &["one.jsonl has 1 prompts", "at least two"]),
        (&["broken.jsonl.gz"], &["cannot read broken.jsonl.gz"]),
        (&["binary.jsonl"], &["binary.jsonl is no text", ".gz"]),
        (&["pool.jsonl", "--policy", "nobody"], &["nobody", "continuous-halving"]),
        (&["pool.jsonl", "--fractions", "0.1,2"], &["--fractions", "at most 1"]),
        (&["pool.jsonl", "--pool-size", "1"], &["--pool-size"]),
        (&["pool.jsonl", "--pools", "0"], &["--pools"]),
        (&[], &["FILE"]),
        (&["--policy", "uniform"], &["no FILE is named"]),
        (&["pool.jsonl", "pool.jsonl"], &["pool.jsonl is named twice"]),
    ];
    for (arguments, told) in cases {
        let ran = place.run(&[&["bench", "replay"][..], *arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        for words in *told {
            assert!(ran.stderr.contains(words), "{arguments:?}: `{words}` is not in: {}", ran.stderr);
        }
    }
    let ran = place.run(&["bench", "control", "pool.jsonl", "--fresh", "7"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("leaves 6 of its 12 examples"), "{}", ran.stderr);
}
