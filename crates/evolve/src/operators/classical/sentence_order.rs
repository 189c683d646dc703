use clade_domain::{ModelAnswer, Step};
use clade_text::Span;
use rand::{RngExt, seq::IndexedRandom};

use super::{
    edit::{Edit, MUTATION, SMALL, brief, edit_component},
    imperative::leans_back,
    units::{Unit, runs, units},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Exchanges two neighbouring sentences of a paragraph. Sentences that lean on the one before (`Then ...`, `It ...`) move with it.
#[derive(Debug, Clone, Copy)]
pub struct SentenceOrder;

impl Operator for SentenceOrder {
    fn name(&self) -> &'static str {
        "sentence-order"
    }

    fn description(&self) -> &'static str {
        "exchanges two neighbouring sentences of a paragraph"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "no paragraph has two sentences that could change places", |source, rng| {
            let units = units(source);
            let choices: Vec<Vec<Span>> = runs(source.text, &units)
                .into_iter()
                .map(|run| groups(source.text, &units, run))
                .filter(|groups| groups.len() > 1)
                .collect();
            let groups = choices.choose(rng)?;
            let at = rng.random_range(0..groups.len() - 1);
            let (first, second) = (groups.get(at)?.clone(), groups.get(at + 1)?.clone());
            let text = source.text;
            let between = &text[first.end..second.start];
            let new = format!(
                "{}{}{between}{}{}",
                &text[..first.start],
                &text[second.clone()],
                &text[first.clone()],
                &text[second.end..]
            );
            Some(Edit { text: new, note: format!("{} comes before {}", brief(&text[second]), brief(&text[first])) })
        })
    }
}

/// Sentences with those that lean on them, as spans without the white space behind.
fn groups(text: &str, units: &[Unit], run: Span) -> Vec<Span> {
    let mut groups: Vec<Span> = Vec::new();
    for unit in units.get(run).unwrap_or_default() {
        match groups.last_mut() {
            Some(group) if leans_back(&text[unit.body.clone()]) => group.end = unit.body.end,
            _ => groups.push(unit.body.clone()),
        }
    }
    groups
}
