use clade_domain::{ModelAnswer, Step};

use super::{
    flow::{self, MUTATION},
    request::Ask,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

const ASK: Ask = Ask { operation: "shorten", ways: &WAYS, ..Ask::PLAIN };

const WAYS: [&str; 4] = [
    "Aim at two thirds of the length.",
    "Aim at half of the length.",
    "Remove only what is said twice or says nothing.",
    "Turn prose into terse commands.",
];

/// Says the same in fewer words. A shorter prompt costs less on every call, and often answers no worse.
#[derive(Debug, Clone, Copy)]
pub struct Shorten;

impl Operator for Shorten {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model says the same in fewer words"
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
