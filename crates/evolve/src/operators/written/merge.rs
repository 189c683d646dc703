use clade_domain::{ModelAnswer, Step};

use super::{
    flow::{self, CROSSOVER},
    request::Ask,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

const ASK: Ask = Ask { operation: "merge", labelled: 2, ways: &WAYS, ..Ask::PLAIN };

const WAYS: [&str; 3] = [
    "Start from the prompt with the higher score.",
    "Start from the shorter prompt.",
    "Where the two disagree, keep the more specific rule.",
];

/// Joins what two lineages have learnt: every rule of either that does not contradict the other, each once.
#[derive(Debug, Clone, Copy)]
pub struct Merge;

impl Operator for Merge {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model joins what two prompts know into one"
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
