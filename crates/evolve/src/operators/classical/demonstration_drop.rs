use clade_domain::{ModelAnswer, Step};
use rand::RngExt;

use super::edit::{MUTATION, not_applicable, parent, rng};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Drops one worked example.
#[derive(Debug, Clone, Copy)]
pub struct DemonstrationDrop;

impl Operator for DemonstrationDrop {
    fn name(&self) -> &'static str {
        "demonstration-drop"
    }

    fn description(&self) -> &'static str {
        "drops one worked example"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        0.5
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        let parent = parent(context, 0)?;
        let has = parent.demonstrations.len();
        if has == 0 {
            return Err(not_applicable("the prompt shows no worked example"));
        }
        let mut prompt = parent.clone();
        let at = rng(seed).random_range(0..has);
        prompt.demonstrations.remove(at);
        Ok(Step::Done(Proposal::new(prompt, format!("drops worked example {} of {has}", at + 1))))
    }
}
