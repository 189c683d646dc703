use clade_domain::{ModelAnswer, Step};
use clade_text::{Span, protect::Mask};
use rand::seq::IndexedRandom;

use super::{
    edit::{Edit, MUTATION, SMALL, Source, brief, edit_component, uncapitalised},
    imperative::{first_word, instructs, is_imperative},
    units::units,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Longest sentence that comes of it, in words.
const WORDS: usize = 30;

/// Joins two neighbouring instructions: `Read it. Then answer.` becomes `Read it, then answer.`
#[derive(Debug, Clone, Copy)]
pub struct JoinSentences;

impl Operator for JoinSentences {
    fn name(&self) -> &'static str {
        "join-sentences"
    }

    fn description(&self) -> &'static str {
        "joins two neighbouring instructions into one sentence"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "no two neighbouring instructions could be one sentence", |source, rng| {
            let text = source.text;
            let pairs = pairs(source);
            let (first, second) = pairs.choose(rng)?;
            let begin = text[first.clone()].trim_end_matches('.');
            let rest = uncapitalised(&text[second.start..]);
            let joint = if first_word(&rest) == "then" { ", " } else { ", and " };
            let new = format!("{}{begin}{joint}{rest}", &text[..first.start]);
            Some(Edit { text: new, note: format!("joins {} to the sentence before", brief(&text[second.clone()])) })
        })
    }
}

fn pairs(source: Source<'_>) -> Vec<(Span, Span)> {
    let text = source.text;
    let mask = Mask::new(text, source.frozen);
    let commands = |sentence: &str| is_imperative(first_word(sentence));
    let then = |sentence: &str| sentence.strip_prefix("Then ").is_some_and(commands);
    units(source)
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] if a.free && b.free => Some((a.body.clone(), b.body.clone())),
            _ => None,
        })
        .filter(|(a, b)| {
            let (first, second) = (&text[a.clone()], &text[b.clone()]);
            let near = text[a.end..b.start].matches('\n').count() <= 1;
            let word = b.start..b.start + first_word(second).len();
            near && first.ends_with('.')
                && !first.ends_with("..")
                && second.ends_with(['.', '!'])
                && instructs(first)
                && (commands(second) || then(second))
                && !mask.touches(&word)
                && !mask.touches(&(a.end - 1..b.start))
                && first.split_whitespace().count() + second.split_whitespace().count() <= WORDS
        })
        .collect()
}
