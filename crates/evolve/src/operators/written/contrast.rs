use clade_domain::{ModelAnswer, RejectReason, Step};

use super::{
    flow::{self, MUTATION},
    request::Ask,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, Wants};

const ASK: Ask = Ask { operation: "contrast", failures: true, successes: true, ways: &WAYS, ..Ask::PLAIN };

const WAYS: [&str; 3] = [
    "Name what differs between the inputs.",
    "Name what differs between the ways the answers were reached.",
    "Keep what made the successes succeed, word for word where you can.",
];

/// Puts failures beside successes of the same prompt: what differs is what to mend, and what the successes need is what to keep.
#[derive(Debug, Clone, Copy)]
pub struct Contrast;

impl Operator for Contrast {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model compares failures with successes and mends the difference"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn wants(&self) -> Wants {
        Wants { failures: 2, successes: 2, ..Wants::default() }
    }

    fn default_weight(&self) -> f64 {
        1.5
    }

    fn step(
        &self,
        context: &ProposalContext<'_>,
        seed: u64,
        answers: &[ModelAnswer],
    ) -> Result<Step<Proposal>, Rejection> {
        if context.failures.is_empty() || context.successes.is_empty() {
            let detail = "there is no failure beside a success to compare".to_owned();
            return Err(Rejection { reason: RejectReason::NotApplicable, detail });
        }
        flow::step(ASK, context, seed, answers)
    }
}
