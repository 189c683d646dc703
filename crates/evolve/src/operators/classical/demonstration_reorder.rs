use clade_domain::{ModelAnswer, Step};
use rand::RngExt;

use super::edit::{MUTATION, SMALL, not_applicable, parent, rng};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Puts one worked example in another place; the last one weighs most with many models.
#[derive(Debug, Clone, Copy)]
pub struct DemonstrationReorder;

impl Operator for DemonstrationReorder {
    fn name(&self) -> &'static str {
        "demonstration-reorder"
    }

    fn description(&self) -> &'static str {
        "puts one worked example in another place"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        SMALL
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        let parent = parent(context, 0)?;
        let has = parent.demonstrations.len();
        if has < 2 {
            return Err(not_applicable("the prompt shows fewer than two worked examples"));
        }
        let mut rng = rng(seed);
        let from = rng.random_range(0..has);
        // any place but its own
        let to = (from + rng.random_range(1..has)) % has;
        let mut prompt = parent.clone();
        let moved = prompt.demonstrations.remove(from);
        prompt.demonstrations.insert(to, moved);
        Ok(Step::Done(Proposal::new(prompt, format!("worked example {} becomes number {}", from + 1, to + 1))))
    }
}
