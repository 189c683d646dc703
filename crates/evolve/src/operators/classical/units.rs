use clade_domain::Prompt;
use clade_text::{
    Span,
    protect::{Mask, Protection, protected},
    segment::{LineKind, lines, sentences},
};

use super::edit::Source;

/// A sentence and what may be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// Without the white space around it.
    pub(super) body: Span,
    /// With the white space behind it.
    pub(super) span: Span,
    /// Whether it is prose that may stand elsewhere: a whole sentence, or a line of words, without placeholders or code, outside
    /// template blocks, tags, headers and list items.
    pub(super) free: bool,
}

/// Fewest words of a line without an end mark that counts as a sentence.
const WORDS_OF_A_LINE: usize = 4;

/// The sentences of a component.
pub(super) fn units(source: Source<'_>) -> Vec<Unit> {
    let text = source.text;
    let whole = Mask::new(text, source.frozen);
    let fixed = Mask::only(text, &[], &[Protection::Placeholder, Protection::Code, Protection::Tag]);
    let enclosed = enclosed(text);
    let structure: Vec<Span> = lines(text)
        .into_iter()
        .filter(|line| !matches!(line.kind, LineKind::Text | LineKind::Blank))
        .map(|line| line.span)
        .collect();
    let meets =
        |spans: &[Span], span: &Span| spans.iter().any(|other| other.start < span.end && span.start < other.end);
    sentences(text)
        .into_iter()
        .map(|span| {
            let part = &text[span.clone()];
            let start = span.start + (part.len() - part.trim_start().len());
            let body = start..start + part.trim().len();
            let free = is_sentence(&text[body.clone()])
                && !fixed.touches(&body)
                && !meets(&enclosed, &body)
                && !meets(&structure, &body)
                && !whole.cuts(body.start)
                && !whole.cuts(body.end)
                && !whole.cuts(span.start)
                && !whole.cuts(span.end);
            Unit { body, span, free }
        })
        .collect()
}

/// The texts of a prompt's free sentences in all components that may change, in order.
pub(crate) fn free_sentences(prompt: &Prompt, frozen: &[String]) -> Vec<String> {
    let open = prompt.components.iter().filter(|component| !component.frozen);
    open.flat_map(|component| {
        let text = component.text.as_str();
        units(Source { text, frozen }).into_iter().filter(|unit| unit.free).map(|unit| text[unit.body].to_owned())
    })
    .collect()
}

/// Runs of free sentences that follow one another in one paragraph, each of two or more, as places in the list.
pub(super) fn runs(text: &str, units: &[Unit]) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    for (index, unit) in units.iter().enumerate().filter(|(_, unit)| unit.free) {
        let joins = index > 0
            && units
                .get(index - 1)
                .is_some_and(|before| before.free && text[before.body.end..unit.body.start].matches('\n').count() <= 1);
        match runs.last_mut() {
            Some(run) if joins => run.end = index + 1,
            _ => runs.push(index..index + 1),
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

fn is_sentence(body: &str) -> bool {
    let core = body.trim_end_matches(['"', '\'', '”', '’', ')', '*']);
    let letters = body.chars().any(char::is_alphabetic);
    let ended = core.ends_with(['.', '!', '?', '。', '！', '？']);
    letters && !core.ends_with(':') && (ended || body.split_whitespace().count() >= WORDS_OF_A_LINE)
}

/// Stretches between the first and the last template tag, and between an opening XML-like tag and its closing one: what is in
/// there belongs there.
fn enclosed(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut blocks: Option<Span> = None;
    let mut open: Vec<(String, usize)> = Vec::new();
    for protected in protected(text, &[]) {
        let part = &text[protected.span.clone()];
        match protected.kind {
            Protection::Placeholder if part.starts_with("{%") => {
                blocks = Some(blocks.map_or(protected.span.clone(), |all| all.start..protected.span.end));
            }
            Protection::Tag => {
                let name: String = part
                    .trim_start_matches(['<', '/'])
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || "_-:.".contains(*c))
                    .collect();
                if !part.starts_with("</") {
                    open.push((name, protected.span.start));
                } else if let Some(at) = open.iter().rposition(|(opened, _)| *opened == name) {
                    let (_, start) = open.swap_remove(at);
                    open.truncate(at);
                    spans.push(start..protected.span.end);
                }
            }
            _ => {}
        }
    }
    spans.extend(blocks);
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_move() {
        let text = "Read it. Answer {{ q }} now.\n# Title here.\n- An item here.\n<a>Inside stays.</a>\n{% if x %}In a block.{% endif %}\nKeep \"A. B\" so. Free line of words\nOne two:\n";
        let source = Source { text, frozen: &["Read it. Answer".to_owned()] };
        let free: Vec<_> = units(source).into_iter().filter(|unit| unit.free).map(|unit| &text[unit.body]).collect();
        // a sentence that a quote runs through is in halves, and neither may go
        assert_eq!(free, ["Free line of words"]);
        let source = Source { frozen: &[], ..source };
        assert!(units(source).iter().any(|unit| unit.free && &text[unit.body.clone()] == "Read it."));
    }

    #[test]
    fn runs_are_in_one_paragraph() {
        let text = "Do one. Do two.\nDo three.\n\nDo four.\n\nQ: {{ q }}\nDo five. Do six.";
        let units = units(Source { text, frozen: &[] });
        let found: Vec<_> = runs(text, &units)
            .into_iter()
            .map(|run| text[units[run.start].body.start..units[run.end - 1].body.end].to_owned())
            .collect();
        assert_eq!(found, ["Do one. Do two.\nDo three.", "Do five. Do six."]);
    }
}
