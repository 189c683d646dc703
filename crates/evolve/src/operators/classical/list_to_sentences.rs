use clade_domain::{ModelAnswer, Step};
use clade_text::{
    Span,
    protect::{Mask, Protection},
    segment::{LineKind, lines},
};
use rand::seq::IndexedRandom;

use super::edit::{Edit, MUTATION, SMALL, Source, capitalised, edit_component, line_break};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Makes a paragraph of a list. Bullets go; numbers stay as `(1)`, since other sentences may refer to them.
#[derive(Debug, Clone, Copy)]
pub struct ListToSentences;

impl Operator for ListToSentences {
    fn name(&self) -> &'static str {
        "list-to-sentences"
    }

    fn description(&self) -> &'static str {
        "makes a paragraph of a list"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "there is no list of plain items", |source, rng| {
            let text = source.text;
            let lists = lists(source);
            let list = lists.choose(rng)?;
            let (first, last) = (list.first()?, list.last()?);
            let sentences: Vec<String> = list.iter().map(|item| item.sentence(text)).collect();
            let ending = if text[last.span.clone()].ends_with('\n') { line_break(text) } else { "" };
            let new = format!("{}{}{ending}{}", &text[..first.span.start], sentences.join(" "), &text[last.span.end..]);
            Some(Edit { text: new, note: format!("a list of {} items becomes sentences", list.len()) })
        })
    }
}

struct Item {
    span: Span,
    marker_end: usize,
    indent: usize,
}

impl Item {
    fn sentence(&self, text: &str) -> String {
        let marker = text[self.span.start..self.marker_end].trim();
        let body = text[self.marker_end..self.span.end].trim();
        let label = marker.trim_matches(['(', ')', '.']);
        let number = if label.chars().all(char::is_alphanumeric) { format!("({label}) ") } else { String::new() };
        let body =
            if number.is_empty() && body.starts_with(char::is_lowercase) { capitalised(body) } else { body.to_owned() };
        let end = if body.ends_with(['.', '!', '?', ':', ';', '}', '>', ')']) { "" } else { "." };
        format!("{number}{body}{end}")
    }
}

/// Lists of two or more items of one level, each on one line, with nothing frozen cut and no code.
fn lists(source: Source<'_>) -> Vec<Vec<Item>> {
    let text = source.text;
    let mask = Mask::new(text, source.frozen);
    let code = Mask::only(text, &[], &[Protection::Code]);
    let mut lists: Vec<Vec<Item>> = vec![Vec::new()];
    let mut broken = false;
    for line in lines(text) {
        let LineKind::Item { marker_end } = line.kind else {
            // a line that goes on from an item makes the list one that cannot be joined
            broken = matches!(line.kind, LineKind::Text) && text[line.span.clone()].starts_with([' ', '\t']);
            if broken && let Some(last) = lists.last_mut() {
                last.clear();
            }
            lists.push(Vec::new());
            continue;
        };
        let part = &text[line.span.clone()];
        let indent = part.len() - part.trim_start().len();
        let body = marker_end..line.span.start + part.trim_end().len();
        // a masked first letter must not change its case
        let cut = mask.cuts(line.span.start) || mask.cuts(line.span.end);
        let first = body.start..body.start + 1;
        let held_letter = mask.touches(&first) && text[body].starts_with(char::is_lowercase);
        let fits = !(broken || cut || held_letter || code.touches(&line.span) || part.contains("{%"));
        match lists.last_mut() {
            Some(list) if fits && list.first().is_none_or(|first| first.indent == indent) => {
                list.push(Item { span: line.span, marker_end, indent });
            }
            Some(list) => {
                list.clear();
                broken = true;
            }
            None => {}
        }
    }
    lists.retain(|list| list.len() > 1);
    lists
}
