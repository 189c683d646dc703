use clade_domain::{ModelAnswer, Step};

use super::{
    flow::{self, MUTATION},
    request::{Ask, Past},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, Wants};

const ASK: Ask =
    Ask { operation: "mipro", past: Past::Scored, failures: true, successes: true, ways: &TIPS, ..Ask::PLAIN };

/// The tips of MIPROv2's proposer (none, creative, simple, description, high stakes, persona), in our words.
const TIPS: [&str; 6] = [
    "Hint: none this time.",
    "Hint: do not be afraid of an unusual idea.",
    "Hint: keep it clear and short.",
    "Hint: be informative and describe well what is to be done.",
    "Hint: name a situation in which a right answer matters much.",
    "Hint: say who the model is: an expert who fits the task.",
];

/// The grounded proposal of an instruction in MIPRO (Opsahl-Ong et al. 2024, "grounding"): a summary of the data, a tip, and where
/// there are any, earlier instructions with their scores.
///
/// Ours asks once where MIPROv2 asks a chain of requests (a summary over batches of ten examples, a description of the program, then
/// the instruction); examples are shown with the prompt's own answers and what the checks say, never with the data's answers.
#[derive(Debug, Clone, Copy)]
pub struct Mipro;

impl Operator for Mipro {
    fn name(&self) -> &'static str {
        ASK.operation
    }

    fn description(&self) -> &'static str {
        "a model summarises the data and writes an instruction by a tip"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
    }

    fn wants(&self) -> Wants {
        // together the ten examples of a batch
        Wants { failures: 5, successes: 5, ..Wants::default() }
    }

    fn default_weight(&self) -> f64 {
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
