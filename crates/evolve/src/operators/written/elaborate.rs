use clade_domain::{ModelAnswer, Step};

use super::{
    flow::{self, MUTATION},
    request::Ask,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

const ASK: Ask = Ask { operation: "elaborate", ways: &WAYS, ..Ask::PLAIN };

const WAYS: [&str; 5] = [
    "Spell out the order of the steps.",
    "Spell out the form of the answer.",
    "Spell out how to handle unclear or unusual input.",
    "Spell out what to check before answering.",
    "Spell out what the words of the task mean.",
];

/// Spells out one thing that the prompt leaves open.
#[derive(Debug, Clone, Copy)]
pub struct Elaborate;

impl Operator for Elaborate {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model spells out what the prompt leaves open"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn default_weight(&self) -> f64 {
        0.75
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
