use clade_domain::{ModelAnswer, ModelRequest, RejectReason, Step};

use super::{
    answer::{self, read},
    request::{self, Ask, Brief},
};
use crate::operators::{OperatorKind, Proposal, ProposalContext, Rejection, admit};

/// A model-written operator on one parent.
pub(super) const MUTATION: OperatorKind = OperatorKind { model_written: true, parents: 1 };
/// A model-written operator on two parents.
pub(super) const CROSSOVER: OperatorKind = OperatorKind { model_written: true, parents: 2 };

/// Asks, reads, and asks once more where the answer breaks a placeholder or a frozen text; then it is given up. Any other
/// fault is left to whoever admits the proposal.
pub(super) fn step(
    ask: Ask,
    context: &ProposalContext<'_>,
    seed: u64,
    answers: &[ModelAnswer],
) -> Result<Step<Proposal>, Rejection> {
    let Some(first) = answers.first() else {
        return Ok(Step::Ask(vec![ModelRequest::Chat(request::first(ask, context, seed)?)]));
    };
    let proposal = proposal(ask, context, first)?;
    let Some(broken) = breaks(context, &proposal) else { return Ok(Step::Done(proposal)) };
    let Some(second) = answers.get(1) else {
        let text = first.text().unwrap_or_default();
        return Ok(Step::Ask(vec![ModelRequest::Chat(request::again(ask, context, seed, text, &broken)?)]));
    };
    let first = proposal.brief;
    let mut proposal = self::proposal(ask, context, second)?;
    proposal.brief = proposal.brief.or(first);
    match breaks(context, &proposal) {
        None => Ok(Step::Done(proposal)),
        Some(broken) => Err(Rejection { detail: format!("{}, after asking twice", broken.detail), ..broken }),
    }
}

fn proposal(ask: Ask, context: &ProposalContext<'_>, answer: &ModelAnswer) -> Result<Proposal, Rejection> {
    let unreadable = |detail: &str| Rejection { reason: RejectReason::Unreadable, detail: detail.to_owned() };
    let ModelAnswer::Chat(answer) = answer else { return Err(unreadable("the answer is no chat answer")) };
    let parent = context.parents.first().ok_or_else(|| unreadable("there is no parent"))?;
    let mut proposal = read(parent, answer)?;
    proposal.brief = answer::brief(&answer.text).filter(|_| ask.brief == Brief::Rewritten);
    Ok(proposal)
}

fn breaks(context: &ProposalContext<'_>, proposal: &Proposal) -> Option<Rejection> {
    let broken = |reason| matches!(reason, RejectReason::Placeholder | RejectReason::Frozen | RejectReason::Template);
    admit(context, proposal.prompt.clone()).err().filter(|rejection| broken(rejection.reason))
}
