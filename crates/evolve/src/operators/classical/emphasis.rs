use clade_domain::{ModelAnswer, Step};
use rand::seq::IndexedRandom;

use super::{
    edit::{Edit, MUTATION, SMALL, Source, brief, edit_component},
    imperative::instructs,
    units::units,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Ways to stress a sentence: what goes before and behind it.
const WAYS: [(&str, &str); 3] = [("Important: ", ""), ("Note: ", ""), ("**", "**")];

/// Stresses one sentence, or takes the stress off one that has it.
#[derive(Debug, Clone, Copy)]
pub struct Emphasis;

impl Operator for Emphasis {
    fn name(&self) -> &'static str {
        "emphasis"
    }

    fn description(&self) -> &'static str {
        "stresses one instruction, or takes the stress off one"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "there is no sentence to stress", |source, rng| {
            edits(source).choose(rng).map(|(text, note)| Edit { text: text.clone(), note: note.clone() })
        })
    }
}

fn edits(source: Source<'_>) -> Vec<(String, String)> {
    let text = source.text;
    let mut edits = Vec::new();
    for unit in units(source).into_iter().filter(|unit| unit.free) {
        let sentence = &text[unit.body.clone()];
        let mut put = |new: &str, what: &str| {
            let whole = format!("{}{new}{}", &text[..unit.body.start], &text[unit.body.end..]);
            edits.push((whole, format!("{what} {}", brief(sentence))));
        };
        let stressed = WAYS.iter().find_map(|(before, behind)| sentence.strip_prefix(before)?.strip_suffix(behind));
        match stressed {
            Some(plain) if !plain.contains("**") => put(plain, "takes the stress off"),
            // one stressed in part or in another way stays so, and a statement needs no stress
            _ if sentence.contains("**") || sentence.contains(": ") || !instructs(sentence) => {}
            _ => WAYS.iter().for_each(|(before, behind)| put(&format!("{before}{sentence}{behind}"), "stresses")),
        }
    }
    edits
}
