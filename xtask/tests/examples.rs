//! The examples are complete: run file, the files it names, data that differ from one another, source and licence.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// Most examples of a data file: each example runs within a minute against the simulated model.
const MOST: usize = 300;

fn folders() -> Vec<PathBuf> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| format!("{}: {error}", path.display()))
}

#[test]
fn each_has_a_run_file_with_its_files_and_says_where_its_data_come_from() {
    let names: Vec<String> =
        folders().iter().map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["bbh", "classification", "custom-fitness", "gsm8k", "humaneval", "program", "writing"]);
    for folder in folders() {
        let run_file = read(&folder.join("promptclade.yaml"));
        let named: Vec<&str> =
            run_file.split("file://").skip(1).filter_map(|rest| rest.split([']', '\n', '\'']).next()).collect();
        assert!(named.len() >= 2, "{}: prompt and data", folder.display());
        for file in named.into_iter().chain(["LICENSE", "DATA.md"]) {
            let path = folder.join(file);
            assert!(fs::metadata(&path).is_ok_and(|found| found.len() > 0), "{} is missing", path.display());
        }
        let running = run_file.lines().filter(|line| !line.trim_start().starts_with('#'));
        let providers: Vec<&str> = running.filter(|line| line.starts_with("providers:")).collect();
        assert!(providers.len() == 1 && providers[0].contains("simulated:"), "{}: {providers:?}", folder.display());
        for block in ["optimize:", "budget:", "splits:", "constraints:"] {
            assert!(run_file.contains(block), "{} has no {block}", folder.display());
        }
        assert!(read(&folder.join("DATA.md")).contains("icence"), "{}", folder.display());
    }
}

#[test]
fn rows_are_whole_and_differ() {
    let mut read_rows = 0;
    for folder in folders() {
        let Ok(data) = fs::read_to_string(folder.join("data.jsonl")) else { continue };
        let mut seen = BTreeSet::new();
        for (number, line) in data.lines().enumerate() {
            let at = format!("{} line {}", folder.display(), number + 1);
            let row: Value = serde_json::from_str(line).unwrap();
            let vars = row["vars"].as_object().unwrap();
            let texts: Vec<&str> = vars.values().filter_map(Value::as_str).collect();
            assert!(vars.len() >= 2 && texts.len() == vars.len(), "{at}");
            assert!(texts.iter().all(|text| !text.trim().is_empty()), "{at}");
            let question = vars.iter().find(|(name, _)| *name != "target").unwrap().1;
            assert!(seen.insert(question.to_string()), "{at}: this question is there twice");
        }
        assert!((100..=MOST).contains(&seen.len()), "{}: {} rows", folder.display(), seen.len());
        read_rows += seen.len();
    }
    assert_eq!(read_rows, 764, "humaneval has 164, each of the others 150");
}

#[test]
fn labels_are_those_that_the_prompt_names() {
    let folder = folders().into_iter().find(|folder| folder.ends_with("classification")).unwrap();
    let (prompt, data) = (read(&folder.join("prompt.txt")), read(&folder.join("data.csv")));
    let rows: Vec<&str> = data.lines().skip(1).collect();
    assert_eq!(rows.len(), 200);
    assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), rows.len(), "a question is there twice");
    let labels: BTreeSet<&str> = rows.iter().map(|row| row.rsplit(',').next().unwrap()).collect();
    assert_eq!(labels.len(), 6, "{labels:?}");
    assert!(labels.iter().all(|label| prompt.contains(label)), "{labels:?}");
}
