use clade_domain::{ModelAnswer, RejectReason, Step};

use super::{flow, request::Ask};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// The parents: who is challenged, two that differ, and the best.
const PARENTS: usize = 4;

const ASK: Ask = Ask { operation: "differential", labelled: PARENTS, ways: &WAYS, ..Ask::PLAIN };

const WAYS: [&str; 4] = [
    "Let the changed parts be bold.",
    "Let the changed parts be few and precise.",
    "Keep the structure of d.",
    "Keep the structure of a.",
];

/// The variation of EvoPrompt's differential evolution (Guo et al. 2024, section 3.3 and figure 2): what two prompts differ in is
/// changed, put into the best one, and the result is crossed with the prompt that it challenges.
///
/// Parents in order: the challenged one, two others, the best. Ours differs in its words, names what must be kept (placeholders,
/// frozen text), shows scores, and gives no worked example of the four steps.
#[derive(Debug, Clone, Copy)]
pub struct Differential;

impl Operator for Differential {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model changes what two prompts differ in, puts it into the best one and crosses that with a fourth"
    }

    fn kind(&self) -> OperatorKind {
        OperatorKind { model_written: true, parents: PARENTS }
    }

    fn default_weight(&self) -> f64 {
        // its parents have roles, which only `de` gives them
        0.0
    }

    fn step(
        &self,
        context: &ProposalContext<'_>,
        seed: u64,
        answers: &[ModelAnswer],
    ) -> Result<Step<Proposal>, Rejection> {
        if let [_, one, other, ..] = context.parents
            && one == other
        {
            let detail = "the two prompts to compare are the same".to_owned();
            return Err(Rejection { reason: RejectReason::NotApplicable, detail });
        }
        flow::step(ASK, context, seed, answers)
    }
}
