use clade_domain::{ModelAnswer, Step};
use clade_text::{
    Span,
    protect::Mask,
    segment::{LineKind, lines, paragraphs},
};
use rand::{RngExt, seq::IndexedRandom};

use super::{
    edit::{Edit, MUTATION, SMALL, Source, brief, edit_component},
    imperative::leans_back,
    instruction_move::cue_len,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Exchanges two neighbouring paragraphs. A header stays with the paragraph under it; a paragraph that holds template blocks, or
/// only half of a tag or a frozen text, stays where it is,
/// and so does a last line such as `Answer:`.
#[derive(Debug, Clone, Copy)]
pub struct ParagraphOrder;

impl Operator for ParagraphOrder {
    fn name(&self) -> &'static str {
        "paragraph-order"
    }

    fn description(&self) -> &'static str {
        "exchanges two neighbouring paragraphs"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "no two neighbouring paragraphs could change places", |source, rng| {
            let pairs = pairs(source);
            let at = rng.random_range(0..pairs.len().max(1));
            let (first, second) = pairs.get(at).or_else(|| pairs.choose(rng))?;
            Some(Edit {
                text: exchanged(source.text, first, second),
                note: format!(
                    "{} comes before {}",
                    brief(&source.text[second.clone()]),
                    brief(&source.text[first.clone()])
                ),
            })
        })
    }
}

/// The text with two spans exchanged; what stands between them stays.
pub(super) fn exchanged(text: &str, first: &Span, second: &Span) -> String {
    format!(
        "{}{}{}{}{}",
        &text[..first.start],
        &text[second.clone()],
        &text[first.end..second.start],
        &text[first.clone()],
        &text[second.end..]
    )
}

/// A span without the white space around it; the first line's indentation stays with the text before.
pub(super) fn body(text: &str, span: &Span) -> Span {
    let part = &text[span.clone()];
    let start = span.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

/// Whether a part of a template stands by itself: no template block, all its XML-like tags closed, nothing protected cut.
pub(super) fn is_whole(text: &str, span: &Span, mask: &Mask) -> bool {
    let part = &text[span.clone()];
    let opened = part.matches('<').count() - part.matches("</").count();
    let closed = part.matches("</").count();
    !part.is_empty() && !part.contains("{%") && opened == closed && !mask.cuts(span.start) && !mask.cuts(span.end)
}

fn pairs(source: Source<'_>) -> Vec<(Span, Span)> {
    let text = source.text;
    if text.contains("{%") {
        return Vec::new();
    }
    let mask = Mask::new(text, source.frozen);
    let mut blocks: Vec<Span> = Vec::new();
    let mut under_header = false;
    for span in paragraphs(text) {
        let span_body = body(text, &span);
        match blocks.last_mut() {
            Some(last) if under_header => last.end = span_body.end,
            _ => blocks.push(span_body.clone()),
        }
        let last_line = lines(&text[span_body]).into_iter().next_back();
        under_header = last_line.is_some_and(|line| line.kind == LineKind::Header);
    }
    let cue = text.len() - cue_len(text);
    let movable = |span: &Span| span.end <= cue && is_whole(text, span, &mask) && !leans_back(&text[span.clone()]);
    blocks
        .windows(2)
        .filter_map(|pair| match pair {
            [first, second] if movable(first) && movable(second) => Some((first.clone(), second.clone())),
            _ => None,
        })
        .collect()
}
