use clade_domain::{ModelAnswer, RejectReason, Step};

use super::{
    flow::{self, MUTATION},
    request::Ask,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, Wants};

const ASK: Ask = Ask { operation: "reflect", failures: true, ways: &WAYS, ..Ask::PLAIN };

const WAYS: [&str; 5] = [
    "Mend the cause that most of the failures share.",
    "Mend the first failure's cause, and look whether the others share it.",
    "Look at how the input was understood.",
    "Look at the reasoning between input and answer.",
    "Look at the form of the answer and how it is checked.",
];

/// Reflects on failures with the evaluators' feedback: diagnose, state a general rule, write it into the prompt (after GEPA, Agrawal et al. 2025).
#[derive(Debug, Clone, Copy)]
pub struct Reflect;

impl Operator for Reflect {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model diagnoses failures and writes general rules against them"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn wants(&self) -> Wants {
        Wants { failures: 4, ..Wants::default() }
    }

    fn default_weight(&self) -> f64 {
        3.0
    }

    fn step(
        &self,
        context: &ProposalContext<'_>,
        seed: u64,
        answers: &[ModelAnswer],
    ) -> Result<Step<Proposal>, Rejection> {
        if context.failures.is_empty() {
            let detail = "there is no failure to learn from".to_owned();
            return Err(Rejection { reason: RejectReason::NotApplicable, detail });
        }
        flow::step(ASK, context, seed, answers)
    }
}
