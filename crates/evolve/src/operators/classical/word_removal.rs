use clade_domain::{ModelAnswer, Step};
use clade_text::{
    Span,
    protect::Mask,
    segment::{PieceKind, pieces, sentences},
};
use rand::seq::IndexedRandom;

use super::edit::{Edit, MUTATION, SMALL, Source, capitalised, edit_component};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Words that a sentence can do without.
const FILLERS: [&str; 20] = [
    "a",
    "actually",
    "again",
    "also",
    "an",
    "basically",
    "certainly",
    "detailed",
    "essentially",
    "fairly",
    "indeed",
    "just",
    "kindly",
    "perhaps",
    "please",
    "quite",
    "really",
    "somewhat",
    "the",
    "very",
];

/// Words in `-ly` that are no adverbs.
const NO_ADVERBS: [&str; 33] = [
    "ally",
    "anomaly",
    "apply",
    "assembly",
    "belly",
    "bully",
    "butterfly",
    "comply",
    "daily",
    "early",
    "family",
    "fly",
    "friendly",
    "imply",
    "italy",
    "jelly",
    "july",
    "lively",
    "lonely",
    "lovely",
    "monthly",
    "multiply",
    "poly",
    "rally",
    "rely",
    "reply",
    "silly",
    "supply",
    "tally",
    "ugly",
    "weekly",
    "yearly",
    "likely",
];

/// Takes one word out: a filler, an adverb, an article. Words that carry a rule (`only`, `must`, `not`) stay.
#[derive(Debug, Clone, Copy)]
pub struct WordRemoval;

impl Operator for WordRemoval {
    fn name(&self) -> &'static str {
        "word-removal"
    }

    fn description(&self) -> &'static str {
        "removes one word that the sentence can do without"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "no word can be spared", |source, rng| {
            let spare = spare_words(source);
            let (word, begins) = spare.choose(rng)?;
            let text = source.text;
            let after = text[word.end..].trim_start_matches(' ');
            let after = if *begins { capitalised(after) } else { after.to_owned() };
            let note = format!("removes `{}`", &text[word.clone()]);
            Some(Edit { text: format!("{}{after}", &text[..word.start]), note })
        })
    }
}

/// Words that may go, each with whether it begins its sentence with a capital.
fn spare_words(source: Source<'_>) -> Vec<(Span, bool)> {
    let text = source.text;
    let mask = Mask::new(text, source.frozen);
    let mut found = Vec::new();
    for sentence in sentences(text) {
        let mut begins = true;
        for piece in pieces(&text[sentence.clone()]) {
            if piece.kind != PieceKind::Word {
                continue;
            }
            let span = sentence.start + piece.span.start..sentence.start + piece.span.end;
            let word = &text[span.clone()];
            let first = std::mem::take(&mut begins);
            let capital = word.starts_with(char::is_uppercase);
            let lower = word.to_lowercase();
            let adverb = lower.len() > 4 && lower.ends_with("ly") && !NO_ADVERBS.contains(&lower.as_str());
            let before = text[..span.start].chars().next_back();
            let after = &text[span.end..];
            // a word stands between blanks, and something it belonged to follows
            let alone = before.is_none_or(|c| c.is_whitespace() || c == '(')
                && after.starts_with(' ')
                && after.trim_start_matches(' ').starts_with(char::is_alphabetic);
            // what follows keeps its own case
            let next = span.end + (after.len() - after.trim_start_matches(' ').len());
            let free = !mask.touches(&span) && !mask.cuts(span.start) && !mask.cuts(span.end);
            let next_free = !(capital && first && mask.touches(&(next..next + 1)));
            if (adverb || FILLERS.contains(&lower.as_str())) && alone && free && next_free && (!capital || first) {
                found.push((span, capital));
            }
        }
    }
    found
}
