use clade_domain::{ModelAnswer, Step};

use super::{
    flow::{self, CROSSOVER},
    request::Ask,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

const ASK: Ask = Ask { operation: "crossover", labelled: 2, ways: &WAYS, ..Ask::PLAIN };

const WAYS: [&str; 3] = [
    "Take the structure from a and the wording from b.",
    "Take the structure from b and the wording from a.",
    "Take the opening of one and the rules of the other.",
];

/// Writes a child that takes some parts from each parent and leaves others out, unlike `merge`, which keeps all (after EvoPrompt, Guo et al. 2023).
#[derive(Debug, Clone, Copy)]
pub struct Crossover;

impl Operator for Crossover {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model writes a child of two prompts"
    }

    fn kind(&self) -> OperatorKind {
        CROSSOVER
    }

    fn step(
        &self,
        context: &ProposalContext<'_>,
        seed: u64,
        answers: &[ModelAnswer],
    ) -> Result<Step<Proposal>, Rejection> {
        flow::step(ASK, context, seed, answers)
    }
}
