use clade_domain::{ModelAnswer, Step};
use clade_text::{
    Span,
    protect::Mask,
    segment::{LineKind, Section, lines, sections},
};
use rand::seq::IndexedRandom;

use super::{
    edit::{Edit, MUTATION, SMALL, Source, edit_component},
    instruction_move::cue_len,
    paragraph_order::{body, exchanged, is_whole},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Exchanges two sections, each a header with what is under it.
#[derive(Debug, Clone, Copy)]
pub struct SectionMove;

impl Operator for SectionMove {
    fn name(&self) -> &'static str {
        "section-move"
    }

    fn description(&self) -> &'static str {
        "exchanges two sections, each a header with what is under it"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "there are no two sections with headers", |source, rng| {
            let text = source.text;
            let movable = movable(source);
            let pairs: Vec<_> =
                movable.iter().enumerate().flat_map(|(i, a)| movable.iter().skip(i + 1).map(move |b| (a, b))).collect();
            let ((first_name, first), (second_name, second)) = pairs.choose(rng).copied()?;
            let note = format!("section `{second_name}` changes places with `{first_name}`");
            Some(Edit { text: exchanged(text, first, second), note })
        })
    }
}

fn movable(source: Source<'_>) -> Vec<(String, Span)> {
    let text = source.text;
    if text.contains("{%") {
        return Vec::new();
    }
    let mask = Mask::new(text, source.frozen);
    let cue = text.len() - cue_len(text);
    sections(text)
        .into_iter()
        .filter(|section| !section.header.is_empty())
        .map(|section| (section.header.clone(), body(text, &extent(text, &section))))
        .filter(|(header, span)| header.end < span.end && span.end <= cue && is_whole(text, span, &mask))
        .map(|(header, span)| (text[header].trim().trim_matches(['#', '*', ':', ' ']).to_owned(), span))
        .collect()
}

/// A section under a mere `Label:` ends with its first paragraph: what follows often belongs to no label.
fn extent(text: &str, section: &Section) -> Span {
    let marked = text[section.header.clone()].trim_start().starts_with(['#', '*']);
    if marked {
        return section.span.clone();
    }
    let lines = lines(&text[section.span.clone()]);
    let blank = lines.iter().skip(1).find(|line| line.kind == LineKind::Blank);
    blank.map_or(section.span.clone(), |line| section.span.start..section.span.start + line.span.start)
}
