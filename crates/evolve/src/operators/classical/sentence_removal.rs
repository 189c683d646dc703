use clade_domain::{ModelAnswer, Step};
use clade_text::english::reads_as_english;
use rand::seq::IndexedRandom;

use super::{
    edit::{Edit, MUTATION, SMALL, brief, edit_freely, keeps_protected},
    instruction_move::taken_out,
    units::{Unit, units},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Removes one free sentence: the one that the brief spells out, or any. Whether it was needed is for evaluation to say: what
/// earns nothing costs tokens on every call. A number, negation or quote goes with a sentence that the search added, never with one
/// of the user's, of which those stay, too, that do not read as English.
#[derive(Debug, Clone, Copy)]
pub struct SentenceRemoval;

impl Operator for SentenceRemoval {
    fn name(&self) -> &'static str {
        "sentence-removal"
    }

    fn description(&self) -> &'static str {
        "removes one sentence"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        let own = &context.seed_prompt.components;
        edit_freely(context, seed, "there is no sentence to remove", |source, rng| {
            let units = units(source);
            let asked = |unit: &&Unit| context.brief.is_none_or(|text| &source.text[unit.body.clone()] == text);
            let free: Vec<&Unit> = units.iter().filter(|unit| unit.free).filter(asked).collect();
            let (sentence, text) = taken_out(source.text, free.choose(rng)?);
            let added = !own.iter().any(|component| component.text.contains(sentence.trim()));
            // a prohibition in a language without a list of its negations looks like any sentence
            let safe = added || (reads_as_english(&sentence) && keeps_protected(source.text, &text, source.frozen));
            let note = format!("removes {}", brief(&sentence));
            (safe && !text.trim().is_empty()).then_some(Edit { text, note })
        })
    }
}
