use clade_domain::{ModelAnswer, Step};
use rand::seq::IndexedRandom;

use super::{
    edit::{Edit, MUTATION, SMALL, edit_component, line_break},
    units::{runs, units},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Makes a bulleted list of the sentences of a paragraph.
#[derive(Debug, Clone, Copy)]
pub struct SentencesToList;

impl Operator for SentencesToList {
    fn name(&self) -> &'static str {
        "sentences-to-list"
    }

    fn description(&self) -> &'static str {
        "makes a bulleted list of consecutive sentences"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        edit_component(context, seed, "no paragraph has two sentences to list", |source, rng| {
            let text = source.text;
            let units = units(source);
            let all = runs(text, &units);
            let run = units.get(all.choose(rng)?.clone())?;
            let (first, last) = (run.first()?, run.last()?);
            let newline = line_break(text);
            let (before, after) = (&text[..first.body.start], &text[last.body.end..]);
            let mut new = before.trim_end_matches([' ', '\t']).to_owned();
            if !new.is_empty() && !new.ends_with('\n') {
                new.push_str(newline);
            }
            let items: Vec<String> = run
                .iter()
                .map(|unit| format!("- {}", text[unit.body.clone()].split_whitespace().collect::<Vec<_>>().join(" ")))
                .collect();
            new.push_str(&items.join(newline));
            let rest = after.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(['\n', '\r']) {
                new.push_str(newline);
            }
            new.push_str(rest);
            Some(Edit { text: new, note: format!("{} sentences become a list", run.len()) })
        })
    }
}
