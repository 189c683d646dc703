use clade_domain::{ModelAnswer, Step};
use clade_text::synonyms::replacements;
use rand::{
    RngExt,
    seq::{IndexedRandom, SliceRandom},
};

use super::edit::{Edit, MUTATION, SMALL, edit_component};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Most words of one edit.
const MOST: usize = 3;

/// Replaces one to three words by synonyms of their most frequent sense ([`clade_text::synonyms`]).
#[derive(Debug, Clone, Copy)]
pub struct SynonymReplacement;

impl Operator for SynonymReplacement {
    fn name(&self) -> &'static str {
        "synonym-replacement"
    }

    fn description(&self) -> &'static str {
        "replaces words by synonyms of the same sense and part of speech"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "no word has a synonym that surely means the same here", |source, rng| {
            let mut found = replacements(source.text, source.frozen);
            if found.is_empty() {
                return None;
            }
            let count = rng.random_range(1..=found.len().min(MOST));
            found.shuffle(rng);
            found.truncate(count);
            // from the end, so that earlier positions stay
            found.sort_by_key(|replacement| std::cmp::Reverse(replacement.span.start));
            let mut text = source.text.to_owned();
            let mut notes = Vec::new();
            for replacement in found {
                let new = replacement.options.choose(rng)?;
                notes.push(format!("`{}` becomes `{new}`", &source.text[replacement.span.clone()]));
                text.replace_range(replacement.span, new);
            }
            notes.reverse();
            Some(Edit { text, note: notes.join(", ") })
        })
    }
}
