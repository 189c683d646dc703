use std::fs;

use serde_json::{Value, json};

use crate::common::Place;

#[test]
fn init_check_run() {
    let place = Place::new();
    insta::assert_snapshot!("init", place.ok(&["init", "fresh"]));
    let checked = place.run(&["check", "fresh/promptclade.yaml"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, ""), "a fresh folder gives no warning");
    assert!(checked.stdout.lines().all(|line| line.chars().count() <= 80), "{}", checked.stdout);
    insta::assert_snapshot!("check", checked.stdout);
    let estimate = place.json(&["check", "fresh/promptclade.yaml"])["estimate"].take();
    for figure in [&estimate["calls"], &estimate["tokens_in"], &estimate["usd"], &estimate["seconds"]] {
        let [low, likely, high] = ["low", "likely", "high"].map(|end| figure[end].as_f64().unwrap());
        assert!(low < likely && likely <= high, "{figure}");
    }
    assert_eq!(estimate["test_examples"], 30);
    let again = place.run(&["init", "fresh"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("promptclade.yaml") && again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(place.run(&["init", "fresh", "--force"]).code, 0);
    let ran = place.run(&["run", "fresh/promptclade.yaml", "--quiet"]);
    assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.is_empty(), "quiet is quiet: {}", ran.stderr);
    assert_eq!(place.json(&["init", "other"])["written"].as_array().unwrap().len(), 3);
}

#[test]
fn everything_that_can_be_asked_of_a_run() {
    let place = Place::new();
    let result = place.finished("asked").result();
    let best = result["best"]["candidate"].as_str().unwrap();
    let prompt = result["best"]["prompt"].as_str().unwrap();

    // by a unique beginning and as the last one
    assert_eq!(place.json(&["show", "ask"])["result"], result);
    assert_eq!(place.json(&["show"])["result"], result);

    let shown = place.ok(&["show", "asked"]);
    assert!(shown.contains(prompt) && shown.contains(result["evidence"]["sentence"].as_str().unwrap()), "{shown}");
    assert!(shown.contains("simulated model"), "{shown}");
    // scores that chose the prompt say so wherever they are shown
    assert_eq!(result["best"]["biased"], json!(["train", "validation"]));
    assert!(shown.contains("was picked for its score on validation, which therefore flatters it"), "{shown}");
    let compared = place.json(&["diff", "asked"]);
    assert!(compared["biased"].as_array().is_some_and(|biased| !biased.contains(&json!("test"))), "{compared}");
    assert!(place.ok(&["diff", "asked"]).contains("took part in choosing and flatter whoever was chosen"));

    assert_eq!(place.ok(&["best", "asked"]).trim_end(), prompt);
    assert_eq!(place.json(&["best", "asked"])["candidate"], best);
    place.ok(&["best", "asked", "-o", "best.txt"]);
    assert_eq!(fs::read_to_string(place.path("best.txt")).unwrap().trim_end(), prompt);

    let again = place.run(&["best", "asked", "-o", "best.txt"]);
    assert!(again.code == 2 && again.stderr.contains("--force"), "{}: {}", again.code, again.stderr);
    place.ok(&["best", "asked", "-o", "best.txt", "--force"]);

    let listed = place.ok(&["list"]);
    assert!(listed.contains("asked") && listed.contains("finished") && listed.contains("(simulated)"), "{listed}");
    let row: Value = serde_json::from_str(place.ok(&["list", "--json"]).trim()).unwrap();
    assert_eq!((&row["run"], &row["status"]), (&json!("asked"), &json!("finished")));
    assert_eq!(place.ok(&["list", "sums", "--json"]).lines().count(), 1);
    assert_eq!(place.ok(&["list", "unheard-of", "--json"]), "");
    assert_eq!(place.ok(&["list", "--status", "paused", "--json"]), "");
    assert_eq!(place.ok(&["list", "--status", "finished", "--json"]).lines().count(), 1);

    let diff = place.ok(&["diff", "asked"]);
    let (first, second) = (diff.lines().next().unwrap(), diff.lines().nth(1).unwrap());
    assert!(first.starts_with("- c0 seed") && second.starts_with(&format!("+ {best} ")), "{diff}");
    for heading in [first, second] {
        assert!(heading.contains("train ") && heading.contains("test "), "both scores are there: {heading}");
    }
    assert!(diff.contains("{+") || diff.contains("[-") || best == "c0", "{diff}");
    let diff = place.json(&["diff", "asked", "seed", "best"]);
    let side = |without: &str| -> String {
        let runs = diff["components"][0]["runs"].as_array().unwrap().iter();
        runs.filter(|run| run["kind"] != without).map(|run| run["text"].as_str().unwrap()).collect()
    };
    assert_eq!(side("insert"), result["seed_prompt"].as_str().unwrap(), "what stayed and what went is the old prompt");
    assert!(prompt.starts_with(&side("delete")), "what stayed and what came is the new prompt: {diff}");
    assert_eq!(place.run(&["diff", "asked", "c0", "c0"]).code, 0);
    let unknown = place.run(&["diff", "asked", "seed", "c9999"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("c9999") && unknown.stderr.contains("clade lineage asked"), "{}", unknown.stderr);

    let unknown = place.run(&["show", "nobody"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("nobody") && unknown.stderr.contains("clade list"), "{}", unknown.stderr);
    place.ok(&["eval", "p.yaml", "--quiet", "--run-id", "asked-again"]);
    let ambiguous = place.run(&["show", "ask"]);
    assert_eq!(ambiguous.code, 2, "{}", ambiguous.stdout);
    assert!(ambiguous.stderr.contains("asked") && ambiguous.stderr.contains("asked-again"), "{}", ambiguous.stderr);
    let taken = place.run(&["eval", "p.yaml", "--run-id", "asked"]);
    assert_eq!(taken.code, 2);
    assert!(taken.stderr.contains("exists already"), "{}", taken.stderr);
}

#[test]
fn the_family_tree_in_every_format() {
    let place = Place::new();
    let result = place.finished("tree").result();
    let best = result["best"]["candidate"].as_str().unwrap();

    let tree = place.json(&["lineage", "tree"]);
    let nodes = tree["nodes"].as_array().unwrap();
    assert!(nodes.len() > 5, "{} candidates", nodes.len());
    let edges: usize = nodes.iter().map(|node| node["parents"].as_array().unwrap().len()).sum();
    let names: Vec<&str> = nodes.iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert!(nodes.iter().any(|node| node["id"] == best && node["best"] == true));

    let text = place.ok(&["lineage", "tree", "--all"]);
    for name in &names {
        assert!(text.lines().any(|line| line.contains(&format!("{name} "))), "{name} is not in\n{text}");
    }
    assert!(text.contains("★ best") && text.contains("◆ seed") || best == "c0", "{text}");

    let dot = place.ok(&["lineage", "tree", "-f", "dot"]);
    assert!(dot.starts_with("digraph") && dot.trim_end().ends_with('}'), "{dot}");
    assert_eq!((dot.matches(" -> ").count(), dot.matches("[label=").count()), (edges, names.len()));

    let mermaid = place.ok(&["lineage", "tree", "-f", "mermaid"]);
    assert!(mermaid.starts_with("flowchart"), "{mermaid}");
    assert_eq!(mermaid.matches("-->").count() + mermaid.matches("==>").count(), edges);

    let graphml = place.ok(&["lineage", "tree", "-f", "graphml"]);
    let tags = elements(&graphml);
    let count = |name: &str| tags.iter().filter(|tag| *tag == name).count();
    assert_eq!((count("node"), count("edge"), count("graph")), (names.len(), edges, 1));

    let cypher = place.ok(&["export", "tree", "-f", "cypher"]);
    assert_eq!(cypher, place.ok(&["lineage", "tree", "-f", "cypher"]));
    assert_eq!(cypher.matches("{id: 'tree@c").count(), names.len());
    assert_eq!(place.json(&["export", "tree", "-f", "tree"])["nodes"], tree["nodes"]);

    let part = place.json(&["lineage", "tree", "--of", best]);
    assert!(part["nodes"].as_array().unwrap().iter().any(|node| node["id"] == "c0"), "back to the seed");
    place.ok(&["lineage", "tree", "-f", "dot", "-o", "tree.dot"]);
    assert_eq!(fs::read_to_string(place.path("tree.dot")).unwrap().trim_end(), dot.trim_end());
    assert_eq!(place.run(&["lineage", "tree", "-o", "tree.dot"]).code, 2, "nothing is overwritten unasked");
    assert_eq!(fs::read_to_string(place.path("tree.dot")).unwrap().trim_end(), dot.trim_end());
    place.ok(&["lineage", "tree", "-o", "tree.dot", "--force"]);
}

#[test]
fn parts_of_the_family_tree() {
    let place = Place::new();
    let result = place.finished("trunk").result();
    let best = result["best"]["candidate"].as_str().unwrap();
    place.ok(&["branch", "trunk@best", "--run-id", "limb", "--no-start"]);
    place.run(&["resume", "limb", "--quiet", "--budget-calls", "60"]);
    let ids = |arguments: &[&str]| -> Vec<String> {
        let nodes = place.json(&[&["lineage"], arguments].concat())["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
    };
    let line = ids(&["trunk", "--between", "best", "seed"]);
    assert_eq!((line.first().unwrap().as_str(), line.last().unwrap().as_str()), (best, "c0"));
    let above = ids(&["limb", "--ancestors", "c0"]);
    assert_eq!(above[0], format!("trunk@{best}"), "over branches: {above:?}");
    assert_eq!(above.last().unwrap(), "trunk@c0");
    assert_eq!(ids(&["trunk", "--common", "limb@c0", best]), [best]);
    assert!(ids(&["trunk", "--descendants", best]).contains(&"limb@c0".to_owned()), "the branch descends from it");
    let families = place.json(&["lineage", "limb", "--families"]);
    assert!(families["families"].as_array().unwrap().iter().any(|family| family["root"] == "limb@c0"), "{families}");
    assert!(place.ok(&["lineage", "limb", "--branches"]).contains("limb@c0 branch"));

    let all = ids(&["trunk"]);
    let (dropped, others) = (ids(&["trunk", "-F", "status=dropped"]), ids(&["trunk", "-F", "not status=dropped"]));
    assert!(!dropped.is_empty() && dropped.len() + others.len() == all.len());
    assert!(ids(&["trunk", "--filter", "text~solve or score>=0"]).len() <= all.len());
    let folded = place.ok(&["lineage", "trunk"]);
    assert!(folded.contains("dropped]"), "dropped ones are counted where they came from: {folded}");
    let wrong = place.run(&["lineage", "trunk", "-F", "score>0.5 and oprator=x"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("character 15") && wrong.stderr.contains("`operator`"), "{}", wrong.stderr);
    let unknown = place.run(&["lineage", "trunk", "--ancestors", "c9999"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("c9999"), "{}", unknown.stderr);
    assert_eq!(place.run(&["lineage", "trunk", "--common", "c0"]).code, 2, "two are needed");
    assert_eq!(place.run(&["lineage", "trunk", "--ancestors", "c1", "--families"]).code, 2, "one part at a time");

    let listed = |filter: &str| place.ok(&["list", "--json", "-F", filter]).lines().count();
    assert_eq!((listed("id=trunk"), listed("branch_of=trunk"), listed("calls>=0 and simulated=yes")), (1, 1, 2));
    assert_eq!(place.run(&["list", "-F", "status=done"]).code, 2);
}

/// The names of all elements of an XML text, in order. Fails where it is not well-formed: tags that do not match, markup
/// that is not escaped, entities that XML does not know, more than one root.
fn elements(xml: &str) -> Vec<String> {
    let (mut open, mut seen) = (Vec::new(), Vec::new());
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap();
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        for (place, _) in text.match_indices('&') {
            let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"];
            assert!(known.iter().any(|entity| text[place..].starts_with(entity)), "{text}");
        }
        assert!(!open.is_empty() || text.trim().is_empty(), "text outside of the root: {text}");
        let end = tag.find('>').unwrap();
        let inner = &tag[1..end];
        assert_eq!(inner.matches('"').count() % 2, 0, "{inner}");
        if let Some(name) = inner.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
        } else {
            let name = inner.split([' ', '/']).next().unwrap().to_owned();
            assert!(!open.is_empty() || seen.is_empty(), "a second root: {name}");
            seen.push(name.clone());
            if !inner.ends_with('/') {
                open.push(name);
            }
        }
        rest = &tag[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    seen
}

#[test]
fn snapshots_and_branches() {
    let place = Place::new();
    let result = place.finished("trunk").result();
    let best = result["best"]["candidate"].as_str().unwrap().to_owned();
    place.ok(&["snapshot", "trunk", "here"]);
    assert!(place.ok(&["snapshot", "trunk", "--list"]).contains("here"));
    let again = place.run(&["snapshot", "trunk", "here"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("here"), "{}", again.stderr);
    assert_eq!(place.run(&["snapshot", "trunk", "a@b"]).code, 2);

    let text = |candidate: &str| {
        let tree = place.json(&["lineage", "trunk"]);
        let nodes = tree["nodes"].as_array().unwrap().clone();
        nodes.iter().find(|node| node["id"] == candidate).unwrap()["prompt"].clone()
    };
    let tree = place.json(&["lineage", "trunk"]);
    let nodes = tree["nodes"].as_array().unwrap();
    let other = nodes.iter().map(|node| node["id"].as_str().unwrap()).find(|id| *id != best && *id != "c0").unwrap();
    for (point, from) in [("here", best.as_str()), ("best", &best), (other, other)] {
        let name = format!("twig-{point}");
        let made = place.json(&["branch", &format!("trunk@{point}"), "--no-start", "--run-id", &name]);
        assert_eq!((&made["branch_of"], &made["candidate"]), (&json!("trunk"), &json!(from)));
        let ran = place.run(&["resume", &name, "--json", "--budget-calls", "150"]);
        assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
        assert_eq!(ran.result()["seed_prompt"], text(from), "a branch begins with that prompt");
        assert_eq!(ran.result()["status"], "finished");
    }
    let ran = place.run(&["branch", "trunk@best", "--json", "--seed", "5", "--budget-calls", "150"]);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    assert_eq!(place.json(&["show", "trunk"])["result"], result, "the trunk stays as it was");
    place.ok(&["eval", "p.yaml", "--quiet", "--run-id", "judged"]);
    let refused = place.run(&["branch", "judged@best"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(
        refused.stderr.contains("evaluation") && refused.stderr.contains("clade best judged"),
        "{}",
        refused.stderr
    );
    for wrong in ["trunk", "trunk@c9999", "trunk@nothing", "nobody@c0"] {
        let ran = place.run(&["branch", wrong]);
        assert_eq!(ran.code, 2, "{wrong}: {}", ran.stderr);
    }
}

#[test]
fn a_report_opens_from_disk_with_nothing_around_it() {
    let place = Place::new();
    let result = place.finished("told").result();
    place.ok(&["report", "told"]);
    let page = fs::read_to_string(place.path("told.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"), "{}", &page[..80]);
    for outer in ["http://", "https://", "//cdn", "src=", "@import", "url(", "<link", "<iframe", "fetch("] {
        // the one address that stands in every inline drawing is a name, not a place
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(outer), "`{outer}` in the report");
    }
    let escaped =
        |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let sentence = escaped(result["evidence"]["sentence"].as_str().unwrap());
    assert!(page.contains(&sentence), "the evidence in words: {sentence}");
    assert!(page.contains("<svg") && page.contains("simulated"));
    assert!(page.contains(result["best"]["candidate"].as_str().unwrap()));
    place.ok(&["report", "told", "-o", "other.html", "--json"]);
    assert_eq!(fs::read_to_string(place.path("other.html")).unwrap(), page, "the same run gives the same page");
    place.write("told.html", "mine");
    assert_eq!(place.run(&["report", "told"]).code, 2);
    assert_eq!(fs::read_to_string(place.path("told.html")).unwrap(), "mine");
    place.ok(&["report", "told", "--force"]);
    assert_eq!(fs::read_to_string(place.path("told.html")).unwrap(), page);
}

/// Where nothing was compared on test examples, no figure looks as if it had been.
#[test]
fn a_run_without_test_examples_shows_no_figures_of_them() {
    let place = Place::new();
    let ran = place.run(&["run", "p.yaml", "--run-id", "untested", "--set", "optimize.splits.test=0"]);
    assert!(
        ran.stdout.contains("validation examples, which chose it") && !ran.stdout.contains("[-100"),
        "{}",
        ran.stdout
    );
    let row = place.json(&["list"]);
    let [first, best] = ["seed_score", "best_score"].map(|score| row[score].as_f64().unwrap());
    assert!(first < best, "{row}");
    assert_eq!(row["worth"]["split"], "validation", "{row}");
    place.ok(&["report", "untested"]);
    let page = fs::read_to_string(place.path("untested.html")).unwrap();
    assert!(page.contains("no test examples, so nothing is claimed") && !page.contains("chosen, test"));
}

#[test]
fn the_schema_describes_what_the_program_takes() {
    let place = Place::new();
    let schema: Value = serde_json::from_str(&place.ok(&["schema"])).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let good = json!({
        "prompts": ["Answer: {{question}}"], "providers": ["simulated:gsm8k"], "tests": "file://data.jsonl",
        "defaultTest": {"assert": [{"type": "numeric", "value": "{{target}}", "metric": "accuracy"}]},
        "optimize": {"budget": {"calls": 100}, "strategy": "auto", "seed": 3,
            "objectives": [{"metric": "accuracy", "direction": "maximize"}],
            "splits": {"train": 0.4, "validation": 0.3, "test": 0.3, "seed": 7}},
    });
    // a run file may be JSON, which is YAML
    let cases: [(&str, Value, bool); 5] = [
        ("/optimize/budget/calls", json!(90), true),
        ("/optimize/budget/calls", json!("many"), false),
        ("/optimize/objectives/0/direction", json!("sideways"), false),
        ("/optimize/strategy", json!({"name": "genetic", "population": 6}), true),
        ("/optimize/splits", json!({"trian": 1}), false),
    ];
    for (pointer, value, right) in cases {
        let mut file = good.clone();
        *file.pointer_mut(pointer).unwrap() = value;
        place.write("as.json", file.to_string());
        let ran = place.run(&["check", "as.json"]);
        assert_eq!((ran.code == 0, validator.is_valid(&file)), (right, right), "{file} {}", ran.stderr);
    }
}

#[test]
fn completions_for_every_shell() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.ok(&["completions", shell]);
        for word in ["lineage", "--budget-calls", "--require-improvement"] {
            let word = if shell == "fish" { word.trim_start_matches('-') } else { word };
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn output_is_plain_where_nobody_asked_for_more() {
    let place = Place::new();
    for arguments in [&["run", "p.yaml"][..], &["list"], &["diff", "last"], &["lineage", "--no-color"]] {
        let ran = place.run(arguments);
        assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains('\x1b'), "{arguments:?}");
    }
    let ran = place.run(&["run", "p.yaml", "--no-cache"]);
    assert!(ran.stderr.contains("calls") && ran.stderr.contains("finished:"), "a plain log: {}", ran.stderr);
}

/// What there was to gain, what operators earned, and what each candidate was written for stand in a finished run.
#[test]
fn a_search_by_default_accounts_for_itself() {
    let place = Place::new();
    let file = fs::read_to_string(place.path("p.yaml")).unwrap();
    let lines = file.lines().filter(|line| !line.trim_start().starts_with("strategy:"));
    place.write("p.yaml", lines.map(|line| format!("{line}\n")).collect::<String>());
    let result = place.finished("told").result();
    let shown = place.ok(&["show", "told"]);
    assert!(
        shown.contains("headroom: the first prompt scores") && shown.contains("a gain can be shown with: 2 points")
    );

    let shares = |of: &Value| -> f64 {
        of["operators"].as_array().unwrap().iter().map(|one| one["gain"].as_f64().unwrap()).sum()
    };
    let difference = result["gain_shown"]["difference"].as_f64().unwrap_or(0.0);
    assert!((shares(&result) - difference).abs() < 1e-9, "{result}");
    let one = &result["operators"].as_array().unwrap().iter().find(|one| one["operator"] == "reflect").unwrap();
    assert!(one["calls"].as_u64() > Some(0) && one["per_try"]["value"].is_f64(), "{one}");
    assert!(shown.contains(" a try") && shown.contains(" a USD"), "{shown}");

    let tree = place.json(&["lineage", "told", "--all"]);
    let nodes = tree.as_array().or_else(|| tree["nodes"].as_array()).unwrap();
    let written = |node: &&Value| node["operator"] == "reflect" && !node["reason"].as_str().unwrap().is_empty();
    let node = nodes.iter().find(written).unwrap();
    assert!(node["targets"].as_array().is_some_and(|targets| !targets.is_empty()), "{node}");
    assert!(!node["note"].as_str().unwrap().is_empty(), "{node}");
    let text = place.ok(&["lineage", "told", "--all"]);
    let line = text.lines().find(|line| line.contains("reflect") && line.contains("dropped: ")).unwrap();
    assert!(line.contains("  for e") && line.find("  for e") < line.find("dropped: "), "{line}");
}
