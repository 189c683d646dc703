use clade_domain::{ModelAnswer, Prompt, Step};

use super::{
    edit::{not_applicable, parent},
    units::{Unit, units},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, classical::edit::Source};

/// Carries an edit over: the first parent, with the sentences and demonstrations that the second has and the third, from which
/// the second was made, has not. So an edit that proved itself on one prompt can be tried on its successor, and what a
/// rewriting model lost by the way comes back.
#[derive(Debug, Clone, Copy)]
pub struct Rebase;

impl Operator for Rebase {
    fn name(&self) -> &'static str {
        "rebase"
    }

    fn description(&self) -> &'static str {
        "adds to one prompt what another gained over its parent"
    }

    fn kind(&self) -> OperatorKind {
        OperatorKind { model_written: false, parents: 3 }
    }

    fn default_weight(&self) -> f64 {
        // it needs to know who was made from whom, which only some strategies tell
        0.0
    }

    fn step(&self, context: &ProposalContext<'_>, _: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        let (onto, edited, base) = (parent(context, 0)?, parent(context, 1)?, parent(context, 2)?);
        let frozen = &context.constraints.frozen;
        let mut prompt = onto.clone();
        let mut carried = 0;
        for component in prompt.components.iter_mut().filter(|component| !component.frozen) {
            let text_of = |prompt: &Prompt| {
                prompt.components.iter().find(|other| other.name == component.name).map(|other| other.text.clone())
            };
            let (Some(edited), Some(base)) = (text_of(edited), text_of(base)) else { continue };
            for (sentence, before) in gained(&edited, &base, frozen) {
                if !component.text.contains(&sentence) {
                    component.text = with_sentence(&component.text, &sentence, before.as_deref(), frozen);
                    carried += 1;
                }
            }
        }
        for demonstration in &edited.demonstrations {
            let known = |prompt: &Prompt| prompt.demonstrations.iter().any(|other| other.vars == demonstration.vars);
            if !known(base) && !known(&prompt) {
                prompt.demonstrations.push(demonstration.clone());
                carried += 1;
            }
        }
        if carried == 0 {
            return Err(not_applicable("there is nothing to carry over"));
        }
        Ok(Step::Done(Proposal::new(
            prompt,
            format!("carries {carried} addition{} over", if carried == 1 { "" } else { "s" }),
        )))
    }
}

/// The free sentences that a text has and its base has not, each with the sentence that stands before it.
fn gained(edited: &str, base: &str, frozen: &[String]) -> Vec<(String, Option<String>)> {
    let all = units(Source { text: edited, frozen });
    let text = |unit: &Unit| edited[unit.body.clone()].to_owned();
    let mut gained = Vec::new();
    for (index, unit) in all.iter().enumerate().filter(|(_, unit)| unit.free) {
        if !base.contains(&edited[unit.body.clone()]) {
            gained.push((text(unit), index.checked_sub(1).and_then(|at| all.get(at)).map(text)));
        }
    }
    gained
}

/// The text with one more sentence: behind `before` where that is there, else behind the last free sentence, else at the start.
fn with_sentence(text: &str, sentence: &str, before: Option<&str>, frozen: &[String]) -> String {
    let all = units(Source { text, frozen });
    let known = all.iter().rev().find(|unit| unit.free && before.is_some_and(|b| &text[unit.body.clone()] == b));
    match known.or_else(|| all.iter().rev().find(|unit| unit.free)) {
        Some(unit) => {
            let (head, tail) = text.split_at(unit.body.end);
            format!("{head} {sentence}{tail}")
        }
        None => format!("{sentence}\n\n{}", text.trim_start()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_find_their_place() {
        let table = [
            ("Solve it. Be brief.\n\n{{q}}", "New one.", Some("Solve it."), "Solve it. New one. Be brief.\n\n{{q}}"),
            ("Solve it. Be brief.\n\n{{q}}", "New one.", None, "Solve it. Be brief. New one.\n\n{{q}}"),
            ("{{q}}", "New one.", None, "New one.\n\n{{q}}"),
        ];
        for (text, sentence, before, expected) in table {
            assert_eq!(with_sentence(text, sentence, before, &[]), expected);
        }
    }

    #[test]
    fn what_was_gained() {
        let found = gained("Solve it. New one.\n\n{{q}}", "Solve it. Old one.\n\n{{q}}", &[]);
        assert_eq!(found, [("New one.".to_owned(), Some("Solve it.".to_owned()))]);
    }
}
