use std::fs;

use serde_json::Value;

use crate::{
    code::{clade, has},
    common::{Place, Ran, Simulator},
};

#[test]
fn a_bundle_carries_a_run_to_another_place() {
    let (here, there) = (Place::new(), Place::new());
    let result = here.finished("carried").result();
    here.ok(&["export", "carried"]);
    let bundle = here.path("carried.clade.tar.zst");
    let path = bundle.to_str().unwrap();
    let again = here.run(&["export", "carried"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("exists already") && again.stderr.contains("--force"), "{}", again.stderr);
    here.ok(&["export", "carried", "--force"]);

    there.ok(&["import", path]);
    assert_eq!(there.json(&["show", "carried"])["result"], result);
    assert_eq!(there.ok(&["lineage", "carried"]), here.ok(&["lineage", "carried"]));
    assert_eq!(
        there.ok(&["export", "carried", "--format", "jsonl"]),
        here.ok(&["export", "carried", "--format", "jsonl"]),
        "every trial with its answer"
    );
    let again = there.run(&["import", path]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("--run-id"), "{}", again.stderr);
    there.ok(&["import", path, "--run-id", "twin"]);
    assert_eq!(there.json(&["show", "twin"])["result"]["best"], result["best"]);
    assert_eq!(
        there.json(&["show", "twin"])["result"]["spent"]["calls"],
        result["spent"]["calls"],
        "as its journal says"
    );
    // what was paid for there is not paid for again here
    let evaluated = there.run(&["eval", "p.yaml", "--json"]).result();
    assert!(evaluated["spent"]["cache_hits"].as_u64().unwrap() > 0, "{evaluated}");
}

#[test]
fn a_paused_run_goes_on_elsewhere() {
    let (here, there) = (Place::new(), Place::new());
    let ran = here.run(&["eval", "p.yaml", "--quiet", "--run-id", "half", "--budget-calls", "20"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    here.ok(&["export", "half", "-o", "half.bundle"]);
    there.ok(&["import", here.path("half.bundle").to_str().unwrap()]);
    let result = there.run(&["resume", "half", "--json", "--budget-calls", "60"]).result();
    assert_eq!(result["prompts"][0]["trials"], 60);
    assert_eq!(result["spent"]["calls"], 60, "the 20 answers came along");
}

/// A check that scores by chance: two executions of it never agree.
#[cfg(target_os = "linux")]
const CHANCE: &str = "
import random
def get_assert(output, context):
    return {'pass': True, 'score': random.SystemRandom().random(), 'reason': 'by chance'}
";
#[cfg(target_os = "linux")]
const TWICE: &str = "
import clade
def call_api(prompt, options, context):
    draft = clade.chat(prompt)
    return clade.chat('Check it: ' + draft + ' ' + context['vars']['question'])
";

#[cfg(target_os = "linux")]
#[test]
fn runs_with_code_go_on_elsewhere_without_their_files_and_execute_nothing_twice() {
    use crate::{
        code::{clade, has},
        common::Ran,
    };
    if !has("python3") {
        return;
    }
    let model = "{model: 'simulated:gsm8k', calls: 2}";
    for (name, providers, calls) in [
        ("fitness", "[simulated:gsm8k]".to_owned(), 1),
        ("program", format!("[{{id: 'sandbox:file://app.py', config: {model}}}]"), 2),
    ] {
        let (here, there) = (Place::new(), Place::new());
        here.write("score.py", CHANCE);
        here.write("app.py", TWICE);
        here.write(
            "p.yaml",
            format!(
                "prompts: [file://prompt.txt]\nproviders: {providers}\ntests: file://data.jsonl\n\
                 defaultTest: {{assert: [{{type: python, value: file://score.py}}]}}\n\
                 optimize: {{budget: {{calls: 400}}, sandbox: always}}\n"
            ),
        );
        let (half, all) = ((20 * calls).to_string(), (60 * calls).to_string());
        let paused = Ran::of(clade(&here, &["eval", "p.yaml", "--quiet", "--run-id", name, "--budget-calls", &half]));
        assert_eq!(paused.code, 3, "{name}: {}", paused.stderr);
        here.ok(&["export", name, "-o", "half.bundle"]);
        there.ok(&["import", here.path("half.bundle").to_str().unwrap()]);
        let trials = |place: &Place| place.ok(&["export", name, "--format", "jsonl"]);
        let shown = |place: &Place| place.json(&["show", name])["result"].clone();
        assert_eq!((trials(&there), shown(&there)), (trials(&here), shown(&here)), "{name}: the same state");
        assert!(trials(&here).lines().count() >= 10, "{name}");

        // nothing of the code lies there
        let resumed = Ran::of(clade(&there, &["resume", name, "--json", "--budget-calls", &all]));
        assert_eq!(resumed.code, 0, "{name}: {}", resumed.stderr);
        let result = resumed.result();
        assert_eq!(
            (&result["prompts"][0]["trials"], &result["prompts"][0]["errors"]),
            (&60.into(), &0.into()),
            "{name}"
        );
        assert_eq!(result["spent"]["calls"], 60 * calls, "{name}: what was bought came along");
        // and back again: the scores by chance are those of there
        there.ok(&["export", name, "-o", "whole.bundle"]);
        here.ok(&["import", there.path("whole.bundle").to_str().unwrap(), "--run-id", "back"]);
        let scores = |place: &Place, run: &str| -> Vec<String> {
            let rows = place.ok(&["export", run, "--format", "jsonl"]);
            let row = |line: &str| -> Value { serde_json::from_str(line).unwrap() };
            let cell = |row: Value| format!("{} {}", row["example"], row["score"]);
            let mut scores: Vec<String> = rows.lines().map(|line| cell(row(line))).collect();
            scores.sort();
            scores
        };
        assert_eq!(scores(&here, "back"), scores(&there, name), "{name}");
        // the same run file executes nothing that came along
        let again = Ran::of(clade(&here, &["eval", "p.yaml", "--json", "--run-id", "again"]));
        assert_eq!(again.result()["prompts"][0]["score"], result["prompts"][0]["score"], "{name}");
    }
}

#[test]
fn a_bundle_that_is_not_whole_is_refused_whole() {
    let place = Place::new();
    place.finished("right");
    place.ok(&["export", "right", "-o", "right.bundle"]);
    let whole = fs::read(place.path("right.bundle")).unwrap();
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let cases: [(&str, Vec<u8>); 4] = [
        ("changed", changed),
        ("cut", whole[..middle].to_vec()),
        ("empty", Vec::new()),
        ("another file", fs::read(place.path("data.jsonl")).unwrap()),
    ];
    for (name, content) in cases {
        let other = Place::new();
        other.write("b.bundle", content);
        let ran = other.run(&["import", "b.bundle"]);
        assert_eq!(ran.code, 2, "{name}: {}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stderr.contains("b.bundle") && ran.stderr.contains("nothing was imported"),
            "{name}: {}",
            ran.stderr
        );
        assert_eq!(other.ok(&["list", "--json"]), "", "{name}: nothing is written");
    }
    let ran = place.run(&["import", "nothing.bundle"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("nothing.bundle"), "{}", ran.stderr);
}

#[test]
fn a_bundle_can_leave_its_data_out_and_come_from_a_stranger() {
    let (here, there) = (Place::new(), Place::new());
    let result = here.finished("shared").result();
    here.ok(&["export", "shared", "--without-data", "-o", "shared.bundle"]);
    let said = there.ok(&["import", here.path("shared.bundle").to_str().unwrap(), "--untrusted"]);
    assert!(said.contains("not resumed"), "{said}");
    assert_eq!(there.json(&["show", "shared"])["result"]["best"], result["best"]);
    let evaluated = there.run(&["eval", "p.yaml", "--json"]).result();
    assert_eq!(evaluated["spent"]["cache_hits"], 0, "a stranger's answers serve no other run");
}

#[test]
fn every_format_of_an_export() {
    let place = Place::new();
    let result = place.finished("exported").result();
    let export = |format: &str| place.ok(&["export", "exported", "--format", format]);

    assert_eq!(export("prompt").trim_end(), result["best"]["prompt"].as_str().unwrap());

    let trials = export("jsonl");
    let rows: Vec<Value> = trials.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.iter().all(|row| row["answer"].is_string()), "each with its answer");
    let csv = export("csv");
    assert!(csv.starts_with("candidate,example,"), "{}", &csv[..80]);
    assert!(csv.lines().filter(|line| line.starts_with('c')).count() > rows.len(), "a head and a row for each trial");

    let counts = &result["counts"];
    assert_eq!(counts["trials"], rows.len(), "every trial is counted");
    let repeats = rows.iter().filter(|row| row["trial"]["purpose"] == "repeat").count();
    assert_eq!(counts["repeats"], repeats);
    assert!(repeats > 0, "a search that asks twice: {counts}");

    // the score of the evidence out of the named scores alone
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names = reader.headers().unwrap().clone();
    let at = |name: &str| names.iter().position(|column| column == name).unwrap();
    let (candidate, purpose, named) = (at("candidate"), at("purpose"), at("score:accuracy"));
    let best = result["best"]["candidate"].as_str().unwrap();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let of = |record: &&csv::StringRecord| &record[candidate] == best && &record[purpose] == "evidence";
    let scores: Vec<f64> = records.iter().filter(of).map(|record| record[named].parse().unwrap()).collect();
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    assert!((mean - result["evidence"]["best_score"].as_f64().unwrap()).abs() < 1e-9, "{mean}: {result}");

    let journal = export("journal");
    for (number, line) in journal.lines().enumerate() {
        let entry: Value = serde_json::from_str(line).unwrap();
        assert_eq!(entry["seq"], number, "numbered without gaps");
    }

    // what goes out as a promptfoo config comes in again as one; its model is asked over the wire there, its checks are code
    if !has("node") {
        return;
    }
    let simulator = Simulator::start(&place, &["--answers", "p.yaml"]);
    place.write("again.json", export("promptfoo").replace("http://127.0.0.1:8787", &simulator.url));
    let evaluated = Ran::of(clade(&place, &["eval", "again.json", "--json"]));
    assert_eq!(evaluated.code, 0, "{}", evaluated.stderr);
    let prompt = &evaluated.result()["prompts"][0];
    assert_eq!((&prompt["trials"], &prompt["errors"]), (&60.into(), &0.into()));
}
