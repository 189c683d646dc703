use clade_domain::{ModelAnswer, Step};

use super::{
    flow::{self, MUTATION},
    request::{Ask, Past},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, Wants};

const ASK: Ask =
    Ask { operation: "opro", past: Past::Scored, failures: true, successes: true, ways: &WAYS, ..Ask::PLAIN };

const WAYS: [&str; 4] = [
    "Be concise and effective.",
    "Let it apply to every example of the task.",
    "Try an idea that none of the prompts has.",
    "Join what the best prompts have in common with one idea of your own.",
];

/// The meta-prompt of OPRO (Yang et al. 2024, section 4.2 and figure 3): past prompts with their scores in ascending order, some
/// examples of the task, and the wish for a prompt that differs and scores higher.
///
/// Parents in order: the best first, at most twenty. Scores are whole numbers from 0 to 100, as in the paper (its section 5.1).
/// The paper's exemplars show questions with their right answers from the data; ours show answers that the checks found right or
/// wrong, since a data set's right answers are never shown to a model that writes prompts.
#[derive(Debug, Clone, Copy)]
pub struct Opro;

impl Operator for Opro {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model sees past prompts with their scores and writes one that should score higher"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn wants(&self) -> Wants {
        Wants { failures: 3, successes: 3, ..Wants::default() }
    }

    fn default_weight(&self) -> f64 {
        // without past prompts it is `elaborate`
        0.0
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
