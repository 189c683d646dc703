use clade_domain::{ModelAnswer, Step};
use clade_text::protect::Mask;
use rand::seq::IndexedRandom;

use super::{
    edit::{Edit, MUTATION, SMALL, Source, brief, capitalised, edit_component},
    imperative::{first_word, instructs, is_imperative},
    units::units,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Where a sentence can be cut, and what begins the second half. An instruction must follow, or it would be no sentence.
const JOINTS: [(&str, &str); 8] = [
    (", and then ", "Then "),
    (" and then ", "Then "),
    (", then ", "Then "),
    ("; then ", "Then "),
    (", and ", ""),
    ("; and ", ""),
    ("; ", ""),
    (" and ", ""),
];

/// Cuts a sentence of two instructions into two: `Read it and answer.` becomes `Read it. Answer.`
#[derive(Debug, Clone, Copy)]
pub struct SplitSentence;

impl Operator for SplitSentence {
    fn name(&self) -> &'static str {
        "split-sentence"
    }

    fn description(&self) -> &'static str {
        "cuts a sentence that joins two instructions into two sentences"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "no sentence joins two instructions", |source, rng| {
            let text = source.text;
            let cuts = cuts(source);
            let (at, len, begin) = *cuts.choose(rng)?;
            let rest = &text[at + len..];
            let rest = if begin.is_empty() { capitalised(rest) } else { format!("{begin}{rest}") };
            Some(Edit {
                text: format!("{}. {rest}", &text[..at]),
                note: format!("cuts before {}", brief(&text[at + len..])),
            })
        })
    }
}

/// Position and length of each joint, and the second half's first word.
fn cuts(source: Source<'_>) -> Vec<(usize, usize, &'static str)> {
    let text = source.text;
    let mask = Mask::new(text, source.frozen);
    let mut cuts: Vec<(usize, usize, &'static str)> = Vec::new();
    for unit in units(source).into_iter().filter(|unit| unit.free) {
        let body = &text[unit.body.clone()];
        if !instructs(body) || !body.ends_with(['.', '!']) {
            continue;
        }
        for (joint, begin) in JOINTS {
            for (offset, _) in body.match_indices(joint) {
                let at = unit.body.start + offset;
                let word = first_word(&text[at + joint.len()..]);
                let verb = at + joint.len()..at + joint.len() + word.len();
                let taken = cuts.iter().any(|(other, len, _)| at < other + len && *other < at + joint.len());
                if is_imperative(word)
                    && !taken
                    && !mask.touches(&verb)
                    && !mask.touches(&(at..verb.start))
                    && !mask.cuts(at)
                {
                    cuts.push((at, joint.len(), begin));
                }
            }
        }
    }
    cuts
}
