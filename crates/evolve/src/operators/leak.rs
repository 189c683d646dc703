use std::collections::HashSet;

use clade_domain::Prompt;
use serde_json::Value;

use super::ProposalContext;

/// So many words in a row that an example and a prompt share are a copy.
const RUN: usize = 8;
/// A value with fewer words may stand in a prompt by accident.
const LEAST: usize = 5;

/// The words that a proposal copied from an example it was shown: eight in a row, or a whole value of five to seven. `None` where
/// there are none. What a parent, the first prompt or the task's description says already is no copy, and demonstrations are
/// examples by their nature, so only the components are looked at.
pub(super) fn copied(context: &ProposalContext<'_>, prompt: &Prompt) -> Option<String> {
    let old = context.parents.iter().chain([context.seed_prompt]).flat_map(|prompt| &prompt.components);
    let known: Vec<Vec<String>> = old.map(|c| words(&c.text)).chain([words(context.task)]).collect();
    let new: Vec<Vec<String>> = prompt.components.iter().map(|component| words(&component.text)).collect();
    let shown = context.failures.iter().chain(context.successes).flat_map(|rollout| rollout.vars.values());
    let mut values = Vec::new();
    shown.for_each(|value| texts(value, &mut values));
    for value in values.into_iter().map(words).filter(|value| value.len() >= LEAST) {
        let size = RUN.min(value.len());
        let runs = |texts: &'_ [Vec<String>]| -> HashSet<Vec<String>> {
            texts.iter().flat_map(|text| text.windows(size)).map(<[String]>::to_vec).collect()
        };
        let (before, after) = (runs(&known), runs(&new));
        if let Some(run) = value.windows(size).find(|run| after.contains(*run) && !before.contains(*run)) {
            return Some(run.join(" "));
        }
    }
    None
}

fn words(text: &str) -> Vec<String> {
    let all = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    all.map(str::to_lowercase).collect()
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(all) => all.iter().for_each(|one| texts(one, found)),
        Value::Object(all) => all.values().for_each(|one| texts(one, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
