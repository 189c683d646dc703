//! Every example of `docs/run-file.md` loads, for `eval` and for `run`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::fs;

use clade_domain::RunMode;
use clade_runfile::Overrides;
use common::{load_with, write};

#[test]
fn every_example_of_the_documentation_loads() {
    let text = fs::read_to_string("../../docs/run-file.md").unwrap();
    let blocks: Vec<&str> = text.split("```yaml\n").skip(1).map(|part| part.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 6, "{} examples", blocks.len());
    let rows = |from: u32| {
        (from..from + 20)
            .map(|i| format!("{{\"question\": \"number {i}?\", \"answer\": \"{i}\"}}\n"))
            .collect::<String>()
    };
    let checked = |from: u32| rows(from).replace("\"answer\"", "\"__expected\"");
    for block in blocks {
        let folder = tempfile::tempdir().unwrap();
        let (data, train, validation, test) = (rows(0), checked(0), checked(20), checked(40));
        write(
            folder.path(),
            &[
                ("promptclade.yaml", block),
                ("prompt.txt", "Answer: {{question}}\n---\nThink, then answer: {{question}}\n"),
                ("more/one.txt", "{{question}}"),
                (
                    "chat.json",
                    "[{\"role\": \"system\", \"content\": \"Be right.\"}, {\"role\": \"user\", \"content\": \"{{question}}\"}]",
                ),
                ("data.jsonl", &data),
                ("train.jsonl", &train),
                ("validation.jsonl", &validation),
                ("test.jsonl", &test),
            ],
        );
        // the smallest examples hold too few tests for a search, which is not what they are about
        let modes: &[RunMode] = if block.contains("optimize:") || block.contains("train:") {
            &[RunMode::Evaluate, RunMode::Optimize]
        } else {
            &[RunMode::Evaluate]
        };
        for mode in modes {
            if let Err(problems) = load_with(&folder.path().join("promptclade.yaml"), *mode, Overrides::default()) {
                panic!("{block}\n{problems}");
            }
        }
    }
}

#[test]
fn the_documentation_names_every_key_of_the_schema() {
    let text = fs::read_to_string("../../docs/run-file.md").unwrap();
    let schema = clade_runfile::schema();
    let mut missing = Vec::new();
    for object in [
        "OptimizeInput",
        "BudgetInput",
        "ModelsInput",
        "SplitsInput",
        "ConstraintsInput",
        "StopInput",
        "SandboxSettings",
        "SandboxLimits",
        "EvaluateOptionsInput",
    ] {
        let properties = schema["$defs"][object]["properties"].as_object().unwrap();
        missing.extend(properties.keys().filter(|key| !text.contains(key.as_str())).cloned());
    }
    missing
        .extend(schema["properties"].as_object().unwrap().keys().filter(|key| !text.contains(key.as_str())).cloned());
    assert!(missing.is_empty(), "{missing:?}");
}
