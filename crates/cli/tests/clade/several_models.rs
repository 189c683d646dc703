//! Runs that several task models answer in: scores of different models are told apart, and models go by their labels.

use crate::common::Place;

/// A search whose fourth generation another model answers.
fn relieved(place: &Place) {
    place.write(
        "p.yaml",
        "prompts: [file://prompt.txt]\nproviders: [simulated:gsm8k]\ntests: file://data.jsonl\n\
         defaultTest:\n  assert:\n    - {type: numeric, value: '{{target}}', metric: accuracy}\n\
         optimize:\n  budget: {calls: 1500}\n  strategy: {name: genetic, population: 4, generations: 4}\n  \
         models:\n    generations: [{from: 4, task: {id: 'simulated:gsm8k', label: newer, config: {noise: 0.3}}}]\n  \
         splits: {train: 0.4, validation: 0.3, test: 0.3, seed: 7}\n  seed: 1\n",
    );
}

#[test]
fn answers_of_different_models_are_not_paired() {
    let place = Place::new();
    relieved(&place);
    place.finished("relieved");
    let shown = place.json(&["show", "relieved"])["result"].clone();
    assert_eq!(shown["evidence"]["model"], "newer", "{shown}");
    assert_eq!(shown["task_models"].as_array().map(Vec::len), Some(2), "{shown}");
    assert!(place.ok(&["show", "relieved"]).contains("both prompts were answered by newer"));
    let nodes = place.json(&["lineage", "relieved", "--all"]);
    let of_first = nodes["nodes"].as_array().unwrap().iter().find(|node| node["model"] == "simulated:gsm8k");
    let Some(first) = of_first.and_then(|node| node["id"].as_str()).and_then(|id| id.rsplit('@').next()) else {
        panic!("every candidate met the second model: {nodes}");
    };
    let told = place.ok(&["diff", "relieved", first, "seed"]);
    assert!(told.contains("their scores are of different models and not paired"), "{told}");
    assert!(told.contains(" by newer") && told.contains(" by simulated:gsm8k"), "{told}");
    let told = place.json(&["diff", "relieved", first, "seed"]);
    assert_eq!(told["scores"].as_array().map(Vec::len), Some(0), "{told}");
    assert_eq!(told["models"][1], "newer", "{told}");
    assert!(told["not_paired"].as_str().unwrap().contains("different models"), "{told}");
    let tree = place.ok(&["lineage", "relieved", "--all"]);
    assert!(tree.contains("  by simulated:gsm8k"), "{tree}");
    // of one model nothing is said of models
    place.run_file("[simulated:gsm8k]", "{calls: 400}");
    place.finished("plain");
    assert!(!place.ok(&["lineage", "plain"]).contains(" by simulated"));
    assert_eq!(place.json(&["show", "plain"])["result"]["evidence"]["model"], "simulated:gsm8k");
    let compared = place.ok(&["compare", "relieved", "plain"]);
    assert!(compared.contains("their task models differ: relieved newer, plain simulated:gsm8k"), "{compared}");
}

#[test]
fn a_model_is_shown_by_its_label_and_found_by_its_id() {
    let place = Place::new();
    let labelled = "[{id: 'simulated:gsm8k', label: my model}]";
    place.run_file(labelled, "{calls: 60}");
    let told = place.ok(&["eval", "p.yaml", "--run-id", "labelled"]);
    assert!(told.contains("my model") && !told.contains("simulated:gsm8k"), "{told}");
    let shown = place.json(&["show", "labelled"])["result"]["prompts"][0].clone();
    assert_eq!((shown["model"].as_str(), shown["model_id"].as_str()), (Some("my model"), Some("simulated:gsm8k")));
}
