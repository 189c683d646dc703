use clade_domain::{ModelAnswer, Step};
use clade_text::{
    protect::{Mask, Protection},
    segment::sentences,
};
use rand::seq::{IndexedRandom, SliceRandom};

use super::{
    edit::{Edit, MUTATION, SMALL, Source, edit_component, uncapitalised},
    imperative::{first_word, is_imperative},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Words before an instruction that say how to go about it.
const BEFORE: [&str; 6] = ["Carefully", "Thoughtfully", "Patiently", "Thoroughly", "Always", "First"];

/// Words behind an instruction, before its end mark.
const BEHIND: [&str; 10] = [
    "step by step",
    "carefully",
    "precisely",
    "clearly and concisely",
    "in a systematic way",
    "with attention to detail",
    "as accurately as possible",
    "one step at a time",
    "and double-check the result",
    "and make sure that nothing is missed",
];

/// Puts a phrase from a short table before or behind an instruction: `Solve it.` becomes `Solve it step by step.` A random deletion
/// or insertion of arbitrary words (as in EDA, Wei and Zou 2019) breaks prompts; these fit any imperative.
#[derive(Debug, Clone, Copy)]
pub struct WordInsertion;

impl Operator for WordInsertion {
    fn name(&self) -> &'static str {
        "word-insertion"
    }

    fn description(&self) -> &'static str {
        "adds a phrase such as `step by step` or `carefully` to an instruction"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "no instruction begins with a verb that a phrase could go with", |source, rng| {
            let mut places = places(source);
            places.shuffle(rng);
            for place in places {
                let phrases: &[&str] = if place.behind { &BEHIND } else { &BEFORE };
                let sentence = source.text[place.sentence.clone()].to_lowercase();
                let new: Vec<&&str> =
                    phrases.iter().filter(|phrase| !sentence.contains(&phrase.to_lowercase())).collect();
                let Some(phrase) = new.choose(rng) else { continue };
                let (before, after) = source.text.split_at(place.at);
                let text = if place.behind {
                    format!("{before} {phrase}{after}")
                } else {
                    let comma = if **phrase == "First" { "," } else { "" };
                    format!("{before}{phrase}{comma} {}", uncapitalised(after))
                };
                return Some(Edit { text, note: format!("adds `{phrase}`") });
            }
            None
        })
    }
}

struct Place {
    sentence: clade_text::Span,
    at: usize,
    behind: bool,
}

fn places(source: Source<'_>) -> Vec<Place> {
    let text = source.text;
    let mask = Mask::new(text, source.frozen);
    let content = Mask::only(text, &[], &[Protection::Placeholder, Protection::Code, Protection::Tag]);
    let mut places = Vec::new();
    for sentence in sentences(text) {
        let part = &text[sentence.clone()];
        let start = sentence.start + (part.len() - part.trim_start().len());
        let start = start + marker(&text[start..sentence.end]);
        let word = first_word(&text[start..sentence.end]);
        let verb = start..start + word.len();
        if !is_imperative(word) || mask.touches(&verb) || mask.cuts(start) || !text[start..].starts_with(word) {
            continue;
        }
        if text[verb.end..].starts_with(' ') {
            places.push(Place { sentence: sentence.clone(), at: start, behind: false });
        }
        let body = part.trim_end();
        let end = sentence.start + body.trim_end_matches(['.', '!']).len();
        let ends_in_word = text[..end].ends_with(char::is_alphabetic);
        let whole = start..sentence.start + body.len();
        if ends_in_word && body.ends_with(['.', '!']) && !mask.cuts(end) && !content.touches(&whole) {
            places.push(Place { sentence, at: end, behind: true });
        }
    }
    places
}

/// Bytes of a bullet at the start of a sentence.
fn marker(sentence: &str) -> usize {
    ["- ", "* ", "• "].into_iter().find(|bullet| sentence.starts_with(bullet)).map_or(0, str::len)
}
