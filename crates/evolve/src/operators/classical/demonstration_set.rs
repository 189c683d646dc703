use clade_domain::{ModelAnswer, Step};

use super::{
    demonstration_add::MOST_DEMONSTRATIONS,
    edit::{MUTATION, not_applicable, parent},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, Wants};

/// Shows exactly the worked examples that it is given, in their order, instead of the prompt's own: for strategies that choose whole
/// sets of demonstrations.
#[derive(Debug, Clone, Copy)]
pub struct DemonstrationSet;

impl Operator for DemonstrationSet {
    fn name(&self) -> &'static str {
        "demonstration-set"
    }

    fn description(&self) -> &'static str {
        "shows the worked examples that are given instead of its own"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn wants(&self) -> Wants {
        Wants { demonstrations: MOST_DEMONSTRATIONS, ..Wants::default() }
    }

    fn default_weight(&self) -> f64 {
        // a set that nobody chose is worth little
        0.0
    }

    fn step(&self, context: &ProposalContext<'_>, _: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        if context.demonstrations.is_empty() {
            return Err(not_applicable("there is no worked example to show"));
        }
        let mut prompt = parent(context, 0)?.clone();
        prompt.demonstrations = context.demonstrations.iter().take(MOST_DEMONSTRATIONS).cloned().collect();
        let note = format!("shows a set of {} worked examples", prompt.demonstrations.len());
        Ok(Step::Done(Proposal::new(prompt, note)))
    }
}
