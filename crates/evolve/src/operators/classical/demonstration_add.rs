use clade_domain::{Demonstration, ModelAnswer, Step};
use rand::{RngExt, seq::IndexedRandom};

use super::edit::{MUTATION, not_applicable, parent, rng};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, Wants};

/// Most demonstrations of a prompt; more cost tokens on every call and rarely help.
pub const MOST_DEMONSTRATIONS: usize = 8;

/// Adds one worked example at a random place.
#[derive(Debug, Clone, Copy)]
pub struct DemonstrationAdd;

impl Operator for DemonstrationAdd {
    fn name(&self) -> &'static str {
        "demonstration-add"
    }

    fn description(&self) -> &'static str {
        "adds one worked example that was answered rightly"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn wants(&self) -> Wants {
        Wants { demonstrations: 2 * MOST_DEMONSTRATIONS, ..Wants::default() }
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        let parent = parent(context, 0)?;
        let has = parent.demonstrations.len();
        if has >= MOST_DEMONSTRATIONS {
            return Err(not_applicable("the prompt has as many demonstrations as it may have"));
        }
        let shown = |new: &Demonstration| parent.demonstrations.iter().any(|old| old.vars == new.vars);
        let new: Vec<&Demonstration> = context.demonstrations.iter().filter(|new| !shown(new)).collect();
        let mut rng = rng(seed);
        let Some(chosen) = new.choose(&mut rng) else {
            return Err(not_applicable("there is no worked example that the prompt does not show already"));
        };
        let mut prompt = parent.clone();
        prompt.demonstrations.insert(rng.random_range(0..=has), (*chosen).clone());
        Ok(Step::Done(Proposal::new(
            prompt,
            match has {
                0 => "shows a worked example".to_owned(),
                _ => format!("shows {} worked examples instead of {has}", has + 1),
            },
        )))
    }
}
