use clade_domain::{ModelAnswer, Step};
use clade_text::segment::{LineKind, lines};
use rand::seq::IndexedRandom;

use super::{
    edit::{Edit, MUTATION, SMALL, brief, edit_component, line_break},
    imperative::{instructs, leans_back},
    units::{Unit, units},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Moves one instruction behind everything else, where models heed it most after long data; a last line such as `Answer:` stays last.
#[derive(Debug, Clone, Copy)]
pub struct InstructionToEnd;

impl Operator for InstructionToEnd {
    fn name(&self) -> &'static str {
        "instruction-to-end"
    }

    fn description(&self) -> &'static str {
        "moves one instruction to the end"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "there is no instruction to move to the end", |source, rng| {
            let units = units(source);
            let last = units.len().checked_sub(1)?;
            let movable: Vec<&Unit> =
                movable(source.text, &units).filter(|(index, _)| *index < last).map(|(_, unit)| unit).collect();
            let unit = *movable.choose(rng)?;
            let (sentence, rest) = taken_out(source.text, unit);
            let newline = line_break(source.text);
            let cue = cue_len(&rest);
            let (body, cue) = rest.split_at(rest.len() - cue);
            let text = if cue.is_empty() {
                format!("{}{newline}{newline}{sentence}", body.trim_end())
            } else {
                format!("{}{newline}{newline}{sentence}{newline}{newline}{cue}", body.trim_end())
            };
            Some(Edit { text, note: format!("moves {} to the end", brief(&sentence)) })
        })
    }
}

/// Moves one instruction before everything else.
#[derive(Debug, Clone, Copy)]
pub struct InstructionToStart;

impl Operator for InstructionToStart {
    fn name(&self) -> &'static str {
        "instruction-to-start"
    }

    fn description(&self) -> &'static str {
        "moves one instruction to the start"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "there is no instruction to move to the start", |source, rng| {
            let units = units(source);
            let movable: Vec<&Unit> =
                movable(source.text, &units).filter(|(index, _)| *index > 0).map(|(_, unit)| unit).collect();
            let unit = *movable.choose(rng)?;
            let (sentence, rest) = taken_out(source.text, unit);
            let newline = line_break(source.text);
            let text = format!("{sentence}{newline}{newline}{}", rest.trim_start());
            Some(Edit { text, note: format!("moves {} to the start", brief(&sentence)) })
        })
    }
}

/// Free sentences that nothing leans on and that lean on nothing, with their places.
fn movable<'a>(text: &'a str, units: &'a [Unit]) -> impl Iterator<Item = (usize, &'a Unit)> {
    units.iter().enumerate().filter(move |(index, unit)| {
        let next = units.get(index + 1);
        unit.free
            && instructs(&text[unit.body.clone()])
            && !leans_back(&text[unit.body.clone()])
            && next.is_none_or(|next| !next.free || !leans_back(&text[next.body.clone()]))
    })
}

/// A sentence, and the text without it.
pub(super) fn taken_out(text: &str, unit: &Unit) -> (String, String) {
    let (before, after) = (&text[..unit.body.start], &text[unit.span.end..]);
    // the white space before the sentence does for what stands behind it, unless a new paragraph began there
    let gap = &text[unit.body.end..unit.span.end];
    let kept = if before.trim().is_empty() || before.ends_with('\n') { "" } else { gap };
    let before = if kept.is_empty() { before } else { before.trim_end() };
    (text[unit.body.clone()].to_owned(), format!("{before}{kept}{after}"))
}

/// Bytes of a last line that asks for the answer, such as `Answer:`, with what is behind it.
pub(super) fn cue_len(text: &str) -> usize {
    let lines = lines(text);
    let last = lines.iter().rev().find(|line| line.kind != LineKind::Blank);
    last.filter(|line| {
        let line = text[line.span.clone()].trim();
        line.ends_with(':') && !line.contains("{{") && line.split_whitespace().count() <= 5
    })
    .map_or(0, |line| text.len() - line.span.start)
}
