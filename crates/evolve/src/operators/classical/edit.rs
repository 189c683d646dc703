use std::collections::BTreeMap;

use clade_domain::{Prompt, RejectReason, Step};
use clade_text::protect::{Protection, protected};
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::operators::{OperatorKind, Proposal, ProposalContext, Rejection};

/// A classical operator on one parent.
pub(super) const MUTATION: OperatorKind = OperatorKind { model_written: false, parents: 1 };
/// A classical operator on two parents.
pub(super) const CROSSOVER: OperatorKind = OperatorKind { model_written: false, parents: 2 };
/// The default weight of an edit of wording or structure. Such edits cost nothing to make, but each costs an evaluation to try,
/// and most gain little: together they weigh about as much as reflection.
pub(super) const SMALL: f64 = 0.25;

/// A component's new text.
pub(super) struct Edit {
    pub(super) text: String,
    /// What was done, in a few words.
    pub(super) note: String,
}

/// What an edit of one component may look at.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) frozen: &'a [String],
}

/// The randomness of one step.
pub(super) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Nothing to do here.
pub(super) fn not_applicable(detail: &str) -> Rejection {
    Rejection { reason: RejectReason::NotApplicable, detail: detail.to_owned() }
}

/// A parent by its place.
pub(super) fn parent<'a>(context: &ProposalContext<'a>, index: usize) -> Result<&'a Prompt, Rejection> {
    context.parents.get(index).ok_or_else(|| not_applicable("this operator needs another parent"))
}

/// Edits the first component, in random order, where `edit` finds something to do and loses nothing protected.
pub(super) fn edit_component(
    context: &ProposalContext<'_>,
    seed: u64,
    nothing: &str,
    edit: impl Fn(Source<'_>, &mut ChaCha8Rng) -> Option<Edit>,
) -> Result<Step<Proposal>, Rejection> {
    let safe = |source: Source<'_>, edit: &Edit| keeps_protected(source.text, &edit.text, source.frozen);
    edit_freely(context, seed, nothing, |source, rng| edit(source, rng).filter(|edit| safe(source, edit)))
}

/// The same where the edit itself knows what must be kept.
pub(super) fn edit_freely(
    context: &ProposalContext<'_>,
    seed: u64,
    nothing: &str,
    edit: impl Fn(Source<'_>, &mut ChaCha8Rng) -> Option<Edit>,
) -> Result<Step<Proposal>, Rejection> {
    let parent = parent(context, 0)?;
    let mut rng = rng(seed);
    let mut order: Vec<usize> = (0..parent.components.len()).collect();
    order.shuffle(&mut rng);
    for index in order {
        let Some(component) = parent.components.get(index).filter(|component| !component.frozen) else { continue };
        let source = Source { text: &component.text, frozen: &context.constraints.frozen };
        let Some(edit) = edit(source, &mut rng) else { continue };
        if edit.text == component.text {
            continue;
        }
        let mut prompt = parent.clone();
        if let Some(component) = prompt.components.get_mut(index) {
            component.text = edit.text;
        }
        return Ok(Step::Done(Proposal::new(prompt, edit.note)));
    }
    Err(not_applicable(nothing))
}

/// Whether everything protected in a text is in another at least as often, in any case and order. Names are not counted: an
/// edit may change the case of a sentence's first word.
pub(super) fn keeps_protected(old: &str, new: &str, frozen: &[String]) -> bool {
    let count = |text: &str| {
        let mut counts: BTreeMap<(Protection, String), usize> = BTreeMap::new();
        for protected in protected(text, frozen).into_iter().filter(|p| p.kind != Protection::Name) {
            let part = text[protected.span].trim();
            // words may change their case at the beginning of a sentence
            let words = matches!(protected.kind, Protection::Number | Protection::Negation);
            let part = if words { part.to_lowercase() } else { part.to_owned() };
            *counts.entry((protected.kind, part)).or_default() += 1;
        }
        counts
    };
    let has = count(new);
    count(old).into_iter().all(|(part, needed)| has.get(&part).is_some_and(|found| *found >= needed))
}

/// The text's own line break.
pub(super) fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The first letter in upper case.
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The first letter in lower case, unless the first word is `I` or a name.
pub(super) fn uncapitalised(text: &str) -> String {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '\'' | '’')).collect();
    if word == "I" || word.starts_with("I'") || word.chars().skip(1).any(char::is_uppercase) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The first words of a text, for a note.
pub(super) fn brief(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let shown = words.iter().take(8).copied().collect::<Vec<_>>().join(" ");
    if words.len() > 8 { format!("`{shown} ...`") } else { format!("`{shown}`") }
}
