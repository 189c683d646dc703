use clade_domain::{ModelAnswer, Step};

use super::{
    flow::{self, MUTATION},
    request::Ask,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

const ASK: Ask = Ask { operation: "paraphrase", ways: &WAYS, ..Ask::PLAIN };

const WAYS: [&str; 5] = [
    "Prefer short, direct commands.",
    "Prefer plain, common words.",
    "Address the model as an expert who is given a brief.",
    "Prefer precise terms over general ones.",
    "Vary the structure: let another point come first.",
];

/// Says the same in other words: explores wording while the meaning stays (as in OPRO and EvoPrompt, where wording alone moves scores).
#[derive(Debug, Clone, Copy)]
pub struct Paraphrase;

impl Operator for Paraphrase {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model says the same in other words"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
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
