//! A row of a table or a plain JSON object: every column is a variable, except promptfoo's `__` columns.

use clade_domain::{Assertion, Vars};
use serde_json::Value;

use super::{
    case::{Case, split_name},
    expected,
};
use crate::text::nearest;

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowProblem {
    pub column: String,
    pub message: String,
    pub fix: String,
}

/// Whether a column is promptfoo's own and known here; what is wrong with it, otherwise.
pub(super) fn check_column(name: &str) -> Result<(), (String, String)> {
    let Some(special) = name.strip_prefix("__") else { return Ok(()) };
    match special {
        "description" | "metric" | "threshold" | "prefix" | "suffix" | "split" => Ok(()),
        "providerOutput" => Err((
            format!("the column `{name}` is promptfoo's and not supported"),
            "remove it: outputs are always asked of the model".into(),
        )),
        "metadata" => Err(("the column `__metadata` names no key".into(), "write `__metadata:` and the key".into())),
        _ if special.strip_prefix("expected").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit())) => Ok(()),
        _ if special.strip_prefix("metadata:").is_some_and(|key| !key.is_empty()) => Ok(()),
        _ if config_column(special).is_some() => Ok(()),
        _ => {
            let near = nearest(
                name,
                [
                    "__expected",
                    "__description",
                    "__threshold",
                    "__metric",
                    "__prefix",
                    "__suffix",
                    "__split",
                    "__config:__expected:threshold",
                    "__config:__expected:weight",
                    "__config:__expected:metric",
                ],
            );
            if let Some(near) = near {
                return Err((format!("the column `{name}` is not known"), format!("did you mean `{near}`?")));
            }
            let fix = "known are `__expected`, `__expected1` ..., `__description`, `__metadata:KEY`, `__threshold`, `__metric`, \
                       `__prefix`, `__suffix`, `__split`, `__config:__expected:KEY`";
            Err((format!("the column `{name}` is not known"), fix.into()))
        }
    }
}

/// The index of `__expected` and the setting that `__config:__expected2:threshold` names; `None` for all of them.
fn config_column(special: &str) -> Option<(Option<usize>, &str)> {
    let (target, key) = special.strip_prefix("config:__expected")?.split_once(':')?;
    let known = matches!(key, "threshold" | "weight" | "metric");
    match target {
        "" if known => Some((None, key)),
        _ if known => target.parse().ok().map(|n| (Some(n), key)),
        _ => None,
    }
}

/// Reads a row. `keep_split` says that a column `split` is an ordinary variable because a prompt uses it.
pub(super) fn case(row: Vars, keep_split: bool) -> Result<Case, RowProblem> {
    let special = row.keys().any(|k| k.starts_with("__"));
    let splits = !keep_split && row.get("split").and_then(Value::as_str).is_some_and(|t| split_name(t).is_some());
    if !special && !splits {
        return Ok(Case { vars: row, default_asserts: true, ..Case::default() });
    }
    let mut case = Case { default_asserts: true, ..Case::default() };
    let mut metric = None;
    let mut expected: Vec<(usize, Assertion)> = Vec::new();
    let mut configs: Vec<(String, Value)> = Vec::new();
    for (name, value) in row {
        let problem = |message: String, fix: String| RowProblem { column: name.clone(), message, fix };
        if name == "split" && splits {
            case.split = value.as_str().and_then(split_name);
            continue;
        }
        let Some(special) = name.strip_prefix("__") else {
            case.vars.insert(name, value);
            continue;
        };
        check_column(&name).map_err(|(message, fix)| problem(message, fix))?;
        let text = text_of(&value);
        if let Some(number) = special.strip_prefix("expected") {
            let number = number.parse().unwrap_or(0);
            let cells = match &value {
                Value::Array(items) => items.iter().map(text_of).collect(),
                _ => vec![text],
            };
            for cell in cells.iter().filter(|cell| !cell.trim().is_empty()) {
                let assertion = expected::assertion(cell).map_err(|(message, fix)| problem(message, fix))?;
                expected.push((number, assertion));
            }
            continue;
        }
        match special {
            "description" => case.description = text,
            "metric" => metric = Some(text).filter(|t| !t.trim().is_empty()),
            "prefix" => case.prefix = Some(text),
            "suffix" => case.suffix = Some(text),
            "threshold" if text.trim().is_empty() => {}
            "threshold" => match text.trim().parse() {
                Ok(threshold) if (0.0..=1.0).contains(&threshold) => case.threshold = Some(threshold),
                _ => {
                    let message = format!("the threshold `{text}` is no number from 0 to 1");
                    return Err(problem(message, "write a number such as 0.8".into()));
                }
            },
            "split" if text.trim().is_empty() => {}
            "split" => match split_name(&text) {
                Some(split) => case.split = Some(split),
                None => {
                    let fix = "write `train`, `validation` or `test`".to_owned();
                    return Err(problem(format!("`{text}` is no split"), fix));
                }
            },
            _ => match special.strip_prefix("metadata:") {
                Some(key) => match key.strip_suffix("[]") {
                    Some(key) => {
                        case.metadata.insert(key.to_owned(), Value::Array(parts(&text)));
                    }
                    None => {
                        case.metadata.insert(key.to_owned(), value);
                    }
                },
                None => configs.push((special.to_owned(), value)),
            },
        }
    }
    expected.sort_by_key(|(number, _)| *number);
    for (special, value) in configs {
        configure(&special, &value, &mut expected)?;
    }
    case.asserts = expected.into_iter().map(|(_, assertion)| assertion).collect();
    for assertion in &mut case.asserts {
        if assertion.metric.is_none() {
            assertion.metric.clone_from(&metric);
        }
    }
    Ok(case)
}

fn configure(special: &str, value: &Value, expected: &mut [(usize, Assertion)]) -> Result<(), RowProblem> {
    let Some((target, key)) = config_column(special) else { return Ok(()) };
    let text = text_of(value);
    if text.trim().is_empty() {
        return Ok(());
    }
    let problem = || RowProblem {
        column: format!("__{special}"),
        message: format!("`{text}` is no number"),
        fix: "write a number such as 0.8".to_owned(),
    };
    let concerned =
        expected.iter_mut().filter(|(number, _)| target.is_none_or(|n| n == *number || (n == 1 && *number == 0)));
    for (_, assertion) in concerned {
        match key {
            "threshold" => assertion.threshold = Some(text.trim().parse().map_err(|_| problem())?),
            "weight" => assertion.weight = text.trim().parse().map_err(|_| problem())?,
            _ => assertion.metric = Some(text.clone()),
        }
    }
    Ok(())
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Parts of a cell between commas; `\,` is a comma.
fn parts(text: &str) -> Vec<Value> {
    const ESCAPED: &str = "\u{0}";
    let text = text.replace("\\,", ESCAPED);
    let parts = text.split(',').map(|part| part.trim().replace(ESCAPED, ","));
    parts.filter(|part| !part.is_empty()).map(Value::String).collect()
}
