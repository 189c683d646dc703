//! JSON and YAML files, which are read whole.

use std::path::Path;

use clade_domain::Vars;
use serde_json::value::RawValue;

use super::{
    case::items,
    row,
    source::{Located, Shared},
    test_case::{node_case, test_case, wrong_test},
};
use crate::{
    json_object,
    problem::Problem,
    source::{MAX_WHOLE_DATA, MAX_YAML_DATA, Sources, read_text},
    yaml,
};

/// The cases of a JSON file: an array of objects.
pub(super) fn json(path: &Path, shared: &Shared) -> Result<Vec<Result<Located, Problem>>, Problem> {
    let name = path.display().to_string();
    let text = read_text(path, MAX_WHOLE_DATA, "convert it to JSON lines, for example with `jq -c '.[]'`")?;
    if text.trim().is_empty() {
        return Err(Problem::of_file(name, "the file is empty", "write an array of objects into it"));
    }
    let list: Vec<&RawValue> = serde_json::from_str(&text).map_err(|error| {
        if error.is_data() {
            let fix = "write an array of objects, or name the file .jsonl where each line is one";
            return Problem::of_line(&name, error.line(), None, "the file holds no JSON array", fix);
        }
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or(&said).to_owned();
        let line = text.lines().nth(error.line().saturating_sub(1));
        let second = text.lines().nth(1).is_some_and(|l| l.trim_start().starts_with('{'));
        let fix = if text.trim_start().starts_with('{') && second {
            "name the file .jsonl where each line is an object"
        } else {
            "mend the JSON there"
        };
        Problem::of_line(&name, error.line(), line, format!("this is no JSON: {said}"), fix)
    })?;
    let mut cases = Vec::with_capacity(list.len());
    let mut line = 1;
    let mut seen = 0;
    for raw in list {
        let raw = raw.get();
        // the slices lie in the text in order
        let at = raw.as_ptr() as usize - text.as_ptr() as usize;
        line += text.as_bytes()[seen..at].iter().filter(|b| **b == b'\n').count();
        seen = at;
        cases.push(json_case(raw, &name, line, shared));
    }
    Ok(cases)
}

fn json_case(raw: &str, name: &str, line: usize, shared: &Shared) -> Result<Located, Problem> {
    let object = json_object::read(raw).map_err(|error| {
        if let Some(twice) = json_object::repeats_a_key(&error) {
            let line = line + error.line().saturating_sub(1);
            return Problem::of_line(name, line, None, twice, "keep one of them");
        }
        let fix = "write an object such as {\"question\": \"...\", \"answer\": \"...\"}";
        Problem::of_line(name, line, raw.lines().next(), "the item is no JSON object", fix)
    })?;
    let case = if object.contains_key("vars") || object.contains_key("assert") {
        test_case(object, raw, name, line, shared)?
    } else {
        row::case(object, shared.keep_split)
            .map_err(|p| wrong_test(name, line, raw.lines().next(), &p.column, p.message, p.fix))?
    };
    Ok(Located { case, line })
}

/// The cases of a YAML file: a list of tests or of plain maps.
pub(super) fn yaml(path: &Path, shared: &Shared) -> Result<Vec<Result<Located, Problem>>, Problem> {
    let name = path.display().to_string();
    let text = read_text(path, MAX_YAML_DATA, "convert it to JSON lines")?;
    let mut sources = Sources::default();
    let source = sources.add(&name, text);
    if yaml::read_all(&sources, source).is_ok_and(|documents| documents.is_empty()) {
        let fix = "write each example as a list entry, such as `- vars: {question: ..., answer: ...}`";
        return Err(Problem::of_file(name, "the file is empty", fix));
    }
    let root = yaml::read(&sources, source).map_err(|mut problems| problems.swap_remove(0))?;
    let Some(list) = items(&root) else {
        let fix = "write each test as a list entry, with `- ` in front";
        return Err(sources.problem(root.span, "", "the file holds no list of tests", fix));
    };
    let mut cases = Vec::with_capacity(list.len());
    for item in list {
        let line = item.span.line;
        let fix = "write a map such as `- vars: {question: ..., answer: ...}`";
        let case = if item.get("vars").is_some() || item.get("assert").is_some() {
            node_case(item, &sources, shared)
        } else {
            match serde_json::from_value::<Vars>(item.to_json()) {
                Ok(row) => row::case(row, shared.keep_split).map_err(|p| {
                    wrong_test(&name, line, Some(sources.line(source, line)), &p.column, p.message, p.fix)
                }),
                Err(_) => Err(sources.problem(item.span, "", "the item is no test", fix)),
            }
        };
        cases.push(case.map(|case| Located { case, line }));
    }
    Ok(cases)
}
