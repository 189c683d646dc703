//! What a person reads when something is wrong: one snapshot for each file of `tests/bad`, and for inputs that are no text.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::{fs, path::Path};

use clade_domain::RunMode;
use clade_runfile::Overrides;
use common::{load_with, write};

/// The problems of a run file, with the folder's name taken out.
fn problems(folder: &Path, file: &str, overrides: Overrides) -> String {
    let loaded = load_with(&folder.join(file), RunMode::Optimize, overrides);
    let text = match loaded {
        Ok(loaded) => {
            let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
            format!("(nothing is wrong)\n{}", warnings.join("\n\n"))
        }
        Err(problems) => {
            for problem in &problems.0 {
                assert!(!problem.fix.is_empty(), "no fix: {problem}");
                assert!(!problem.file.is_empty(), "no file: {problem}");
            }
            problems.to_string()
        }
    };
    text.replace(&format!("{}/", folder.display()), "")
}

/// An id beside the same question makes no other example of it: that would be asked in train and in test, and count as more evidence.
#[test]
fn of_questions_that_differ_in_an_id_alone_one_counts() {
    let folder = tempfile::tempdir().unwrap();
    let row = |n: u32| format!("{{\"id\": {n}, \"question\": \"number {}?\", \"answer\": \"{}\"}}\n", n % 50, n % 50);
    let file = "prompts: ['{{question}}']\nproviders: [simulated:gentle]\ntests: file://rows.jsonl\n\
                defaultTest: {assert: [{type: equals, value: '{{answer}}'}]}\n";
    write(folder.path(), &[("p.yaml", file), ("rows.jsonl", &(0..200).map(row).collect::<String>())]);
    let loaded = load_with(&folder.path().join("p.yaml"), RunMode::Optimize, Overrides::default()).unwrap();
    let sides: Vec<char> = loaded.dataset.splits.chars().collect();
    let of = |question: usize| (0..4).map(|n| sides[question + 50 * n]).filter(|side| *side != 'c').count();
    assert!((0..50).all(|question| of(question) == 1), "{}", loaded.dataset.splits);
    assert_eq!((loaded.dataset.copies(), loaded.dataset.counts().test), (150, 15));
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.join("").contains("150 examples repeat what the prompts ask of an earlier one"), "{warnings:?}");
}

#[test]
fn every_bad_input_is_named_with_its_fix() {
    let mut names: Vec<_> = fs::read_dir("tests/bad").unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    assert!(names.len() > 30);
    for path in names {
        let text = fs::read_to_string(&path).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<(&str, &str)> = text.split("=== ").skip(1).map(|part| part.split_once('\n').unwrap()).collect();
        write(folder.path(), &files);
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        insta::assert_snapshot!(name, problems(folder.path(), files[0].0, Overrides::default()));
    }
}

const GOOD: &str = "prompts: ['Answer {{question}}']\nproviders: [simulated:rough]\ntests: file://data\n";

#[test]
fn bytes_that_are_no_text_are_named() {
    let utf16: Vec<u8> = "\u{feff}question".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, &str, &[u8]); 8] = [
        ("jsonl", "latin-1-jsonl", b"{\"question\": \"a\"}\n{\"question\": \"caf\xe9\"}\n"),
        ("csv", "latin-1-csv", b"question\na\ncaf\xe9\n"),
        ("csv", "latin-1-crlf", b"question\r\na\r\ncaf\xe9\r\ncaf\xe9\r\n"),
        ("json", "latin-1-json", b"[{\"question\": \"caf\xe9\"}]"),
        ("csv", "utf-16-csv", &utf16),
        ("yaml", "utf-16-yaml", &utf16),
        ("jsonl", "utf-16-jsonl", &utf16),
        ("jsonl", "nul-bytes", b"\0\0\0\0\n"),
    ];
    for (extension, name, bytes) in cases {
        let folder = tempfile::tempdir().unwrap();
        let run = GOOD.replace("file://data", &format!("file://data.{extension}"));
        write(folder.path(), &[("promptclade.yaml", &run)]);
        fs::write(folder.path().join(format!("data.{extension}")), bytes).unwrap();
        insta::assert_snapshot!(name, problems(folder.path(), "promptclade.yaml", Overrides::default()));
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("latin.yaml"), b"description: caf\xe9\n").unwrap();
    fs::write(folder.path().join("huge.yaml"), vec![b'#'; 11 * 1024 * 1024]).unwrap();
    fs::create_dir(folder.path().join("folder.yaml")).unwrap();
    for name in ["latin.yaml", "huge.yaml", "folder.yaml", "absent.yaml"] {
        insta::assert_snapshot!(format!("run-file-{name}"), problems(folder.path(), name, Overrides::default()));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_no_file_is_refused_without_waiting_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("data.jsonl");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    write(folder.path(), &[("promptclade.yaml", &GOOD.replace("file://data", "file://data.jsonl"))]);
    let told = problems(folder.path(), "promptclade.yaml", Overrides::default());
    assert!(told.contains("data.jsonl: this is a pipe or a device, and no file"), "{told}");
}

#[test]
fn aliases_of_aliases_do_not_blow_up() {
    let mut run = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let previous = format!("*a{}", i - 1);
        run.push_str(&format!("a{i}: &a{i} [{}]\n", vec![previous; 10].join(", ")));
    }
    let folder = tempfile::tempdir().unwrap();
    let deep = format!("prompts: {}{}\n", "[".repeat(5000), "]".repeat(5000));
    write(folder.path(), &[("bomb.yaml", &run), ("deep.yaml", &deep)]);
    insta::assert_snapshot!("alias-bomb", problems(folder.path(), "bomb.yaml", Overrides::default()));
    insta::assert_snapshot!("deep-nesting", problems(folder.path(), "deep.yaml", Overrides::default()));
}

#[test]
fn values_of_the_command_line_are_checked_too() {
    let folder = tempfile::tempdir().unwrap();
    let run = "prompts: ['{{q}}']\nproviders: [simulated:rough]\ntests: [{vars: {q: [a, b, c]}, assert: [{type: equals, value: a}]}]\n";
    write(folder.path(), &[("promptclade.yaml", run)]);
    let set = [
        ("optimize.budgt.usd", "1"),
        ("optimize.budget.calls", "many"),
        ("", "1"),
        ("providers.7.id", "x"),
        ("optimize.stop", "{"),
        ("prompts.0.config.x", "1"),
    ];
    let overrides = Overrides {
        set: set.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec(),
        seed: Some(1),
        concurrency: Some(0),
        budget_calls: None,
        budget_usd: Some(-2.0),
        budget_tokens: None,
        budget_minutes: Some(-1.0),
    };
    insta::assert_snapshot!("overrides", problems(folder.path(), "promptclade.yaml", overrides));
}

#[test]
fn a_model_of_a_name_alone_takes_settings_of_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = "prompts: ['{{q}}']\nproviders: [simulated:rough]\ntests: [{vars: {q: a}, assert: [{type: equals, value: a}]}]\n";
    write(
        folder.path(),
        &[("promptclade.yaml", run), ("one.yaml", &run.replace("[simulated:rough]", "simulated:rough"))],
    );
    let set = |path: &str| Overrides { set: vec![(path.to_owned(), "0.1".to_owned())], ..Overrides::default() };
    let path = folder.path().join("promptclade.yaml");
    let loaded = load_with(&path, RunMode::Evaluate, set("providers.0.config.noise")).unwrap();
    assert_eq!(loaded.spec.models.task[0].config["noise"], 0.1);
    assert_eq!(loaded.spec.models.task[0].id, "simulated:rough");
    let told = problems(folder.path(), "one.yaml", set("providers.0.config.noise"));
    assert!(told.contains("fix: write the model as a list entry, `- id: PROVIDER:MODEL`"), "{told}");
}

#[test]
fn a_schema_in_yaml_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let run = "prompts: ['{{q}}']\nproviders: [simulated:rough]\ntests:\n  - vars: {q: a}\n    assert:\n      - type: is-json\n        \
               value: |\n          type: object\n          required: [a]\n";
    write(folder.path(), &[("promptclade.yaml", run)]);
    let path = folder.path().join("promptclade.yaml");
    let loaded =
        load_with(&path, RunMode::Evaluate, Overrides::default()).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(loaded.dataset.len(), 1);
}

#[test]
fn examples_without_the_metric_that_the_search_goes_by_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let named = |i: usize| ["right", "{{kind}}", "form"][i % 3];
    let row = |i: usize| {
        let check = serde_json::json!({"type": "contains", "value": "a", "metric": named(i)});
        serde_json::json!({"vars": {"q": format!("number {i}"), "kind": "right"}, "assert": [check]}).to_string()
    };
    let data = (0..150).map(row).collect::<Vec<_>>().join("\n");
    let load = |data: &str, rest: &str| {
        let run = format!("prompts: ['{{{{q}}}}']\nproviders: [simulated:rough]\ntests: file://d.jsonl\n{rest}");
        write(folder.path(), &[("promptclade.yaml", &run), ("d.jsonl", data)]);
        let loaded = load_with(&folder.path().join("promptclade.yaml"), RunMode::Optimize, Overrides::default());
        let loaded = loaded.unwrap_or_else(|problems| panic!("{problems}"));
        let left_out = loaded.dataset.splits.chars().filter(|mark| *mark == 'x').count();
        (left_out, loaded.warnings.iter().map(ToString::to_string).collect::<String>())
    };
    let (left_out, warnings) = load(&data, "optimize: {objectives: [right]}\n");
    assert!(left_out == 50 && warnings.contains("50 of 150 examples have no check `right`"), "{left_out} {warnings}");
    for rest in [
        "optimize: {objectives: [score]}\n",
        // other words for the score, and code that may name any metric
        "optimize: {objectives: [accuracy]}\n",
        "optimize: {objectives: [right]}\ndefaultTest: {assert: [{type: python, value: 'True'}]}\n",
    ] {
        assert_eq!(load(&data, rest).0, 0, "{rest}");
    }
}
