use clade_domain::{ModelAnswer, Step};
use clade_text::{Span, english::reads_as_english, protect::Mask, similarity::TextVector};
use rand::{RngExt, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    edit::{CROSSOVER, Source, keeps_protected, not_applicable, parent, rng},
    imperative::leans_back,
    units::{Unit, units},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// From this cosine on, two sentences say the same and only one of them is taken.
const SAME: f64 = 0.7;
/// How often the coins are tossed before giving up: a child equal to its first parent is no child.
const TRIES: usize = 8;

/// Uniform crossover of sentences in one component. Each sentence of the first parent, and each of the second that says something
/// else, is in the child with probability 1/2; of two that say the same, one is. Sentences of the first parent that hold
/// placeholders, numbers, negations or quotes stay, and such of the user's as do not read as English.
#[derive(Debug, Clone, Copy)]
pub struct SentenceCrossover;

impl Operator for SentenceCrossover {
    fn name(&self) -> &'static str {
        "sentence-crossover"
    }

    fn description(&self) -> &'static str {
        "mixes the sentences of two parents, without saying anything twice"
    }

    fn kind(&self) -> OperatorKind {
        CROSSOVER
    }

    fn default_weight(&self) -> f64 {
        0.5
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        let (first, second) = (parent(context, 0)?, parent(context, 1)?);
        let mut rng = rng(seed);
        let mut order: Vec<usize> = (0..first.components.len()).collect();
        order.shuffle(&mut rng);
        for index in order {
            let (Some(a), Some(b)) = (first.components.get(index), second.components.get(index)) else { continue };
            if a.frozen || a.name != b.name || a.text == b.text {
                continue;
            }
            let frozen = &context.constraints.frozen;
            let users = |sentence: &str| context.seed_prompt.components.iter().any(|own| own.text.contains(sentence));
            let plan = Plan::of(Source { text: &a.text, frozen }, Source { text: &b.text, frozen }, &users);
            for _ in 0..TRIES {
                let (text, note) = plan.toss(&mut rng);
                if text == a.text
                    || text == b.text
                    || text.trim().is_empty()
                    || !keeps_protected(&a.text, &text, frozen)
                {
                    continue;
                }
                let mut prompt = first.clone();
                if let Some(component) = prompt.components.get_mut(index) {
                    component.text = text;
                }
                return Ok(Step::Done(Proposal::new(prompt, note)));
            }
        }
        Err(not_applicable("the parents have no sentences to exchange"))
    }
}

/// One place of the child's text.
struct Slot<'a> {
    /// The first parent's sentence; empty where only the second has one.
    own: &'a str,
    /// Whether it must stay.
    fixed: bool,
    /// The second parent's sentence that says the same, or that goes here.
    other: Option<&'a str>,
    /// The white space behind.
    gap: &'a str,
}

struct Plan<'a> {
    lead: &'a str,
    slots: Vec<Slot<'a>>,
}

impl<'a> Plan<'a> {
    fn of(a: Source<'a>, b: Source<'a>, users: &dyn Fn(&str) -> bool) -> Self {
        let mask = Mask::new(a.text, a.frozen);
        let own = units(a);
        // a sentence that leans on one that may be missing would hang in the air
        let others: Vec<(Span, TextVector)> = units(b)
            .into_iter()
            .filter(|unit| unit.free && !leans_back(&b.text[unit.body.clone()]))
            .map(|unit| (unit.body.clone(), TextVector::of(&b.text[unit.body])))
            .collect();
        let mut used = vec![false; others.len()];
        let vectors: Vec<TextVector> = own.iter().map(|unit| TextVector::of(&a.text[unit.body.clone()])).collect();
        let lead_end = own.first().map_or(0, |unit| unit.body.start);
        let mut slots: Vec<Slot<'a>> = Vec::new();
        for (index, (unit, vector)) in own.iter().zip(&vectors).enumerate() {
            let alike = others.iter().zip(&mut used).find(|((_, other), used)| !**used && vector.cosine(other) >= SAME);
            let other = alike.map(|((span, _), used)| {
                *used = true;
                &b.text[span.clone()]
            });
            let leaned_on = own.get(index + 1).is_some_and(|next| leans_back(&a.text[next.body.clone()]));
            let sentence = &a.text[unit.body.clone()];
            let foreign = users(sentence) && !reads_as_english(sentence);
            let fixed = !unit.free || leaned_on || mask.touches(&unit.body) || foreign;
            slots.push(Slot {
                own: &a.text[unit.body.clone()],
                fixed,
                other: other.filter(|other| *other != &a.text[unit.body.clone()]),
                gap: &a.text[unit.body.end..next_start(a.text, &own, index)],
            });
        }
        // what only the second parent says goes behind the free sentence at the same share of the way
        let free: Vec<usize> = own.iter().enumerate().filter(|(_, unit)| unit.free).map(|(index, _)| index).collect();
        let count = others.len();
        let mut added: Vec<(usize, &str)> = Vec::new();
        for (index, ((span, vector), used)) in others.iter().zip(used).enumerate() {
            let said = used || vectors.iter().any(|own| own.cosine(vector) >= SAME);
            if said {
                continue;
            }
            let place = free.get(index * free.len() / count.max(1)).map_or(0, |at| at + 1);
            added.push((place, &b.text[span.clone()]));
        }
        for (place, other) in added.into_iter().rev() {
            // the new sentence comes before a line break that stood there
            let before = place.checked_sub(1).and_then(|at| slots.get_mut(at));
            let gap = match before {
                Some(before) if before.gap.contains('\n') => std::mem::replace(&mut before.gap, " "),
                Some(_) => " ",
                None => "\n\n",
            };
            slots.insert(place, Slot { own: "", fixed: false, other: Some(other), gap });
        }
        Self { lead: &a.text[..lead_end], slots }
    }

    fn toss(&self, rng: &mut ChaCha8Rng) -> (String, String) {
        let mut text = self.lead.to_owned();
        let (mut kept, mut taken) = (0_usize, 0_usize);
        for slot in &self.slots {
            let heads = rng.random_bool(0.5);
            match slot.other {
                _ if slot.fixed => push(&mut text, slot.own, slot.gap),
                Some(other) if heads => {
                    push(&mut text, other, slot.gap);
                    taken += 1;
                }
                // another wording of the same may only be replaced, what stands alone may also go
                Some(_) if !slot.own.is_empty() => push(&mut text, slot.own, slot.gap),
                None if heads => {
                    push(&mut text, slot.own, slot.gap);
                    kept += 1;
                }
                _ => push(&mut text, "", slot.gap),
            }
        }
        (text, format!("takes {taken} sentences from the second parent, and {kept} that only the first has"))
    }
}

fn next_start(text: &str, units: &[Unit], index: usize) -> usize {
    units.get(index + 1).map_or(text.len(), |next| next.body.start)
}

/// Appends a sentence with the white space behind it; where a sentence is left out, only line breaks of its white space count.
fn push(text: &mut String, sentence: &str, gap: &str) {
    if sentence.is_empty() {
        let trimmed = text.trim_end_matches([' ', '\t']).len();
        if gap.contains('\n') && !text.ends_with(gap) {
            text.truncate(trimmed);
            if !text.ends_with('\n') || gap.matches('\n').count() > 1 {
                text.push_str(gap);
            }
        }
        return;
    }
    if !text.is_empty() && !text.ends_with(char::is_whitespace) {
        text.push(' ');
    }
    text.push_str(sentence);
    text.push_str(gap);
}
