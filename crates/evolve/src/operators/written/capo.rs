use clade_domain::{Demonstration, ModelAnswer, Step};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    flow::{self, CROSSOVER, MUTATION},
    request::Ask,
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

const CROSS: Ask = Ask {
    operation: "capo-crossover",
    labelled: 2,
    ways: &[
        "Begin as a does, and bring in what b adds.",
        "Begin as b does, and bring in what a adds.",
        "Put what both ask for first.",
    ],
    ..Ask::PLAIN
};

const MUTATE: Ask = Ask {
    operation: "capo-mutation",
    ways: &[
        "Write as to a colleague.",
        "Write as in a manual.",
        "Write in short commands.",
        "Write as an expert of the field would.",
        "Write so that a beginner could follow.",
    ],
    ..Ask::PLAIN
};

/// CAPO's child of two prompts: a model merges them, and a model rephrases what came of it. It shows half as many worked examples as
/// both parents together, drawn from theirs; then one that the strategy gives is added, or with probability one half one is
/// dropped, and all are shuffled (Zehle et al. 2025, algorithms 2 and 3: add, drop or keep with a third each, where the strategy gives
/// one in a third of the cases).
#[derive(Debug, Clone, Copy)]
pub struct CapoCrossover;

impl Operator for CapoCrossover {
    fn name(&self) -> &'static str {
        CROSS.operation
    }

    fn description(&self) -> &'static str {
        "a model merges two prompts and rephrases the result, with half of their worked examples"
    }

    fn kind(&self) -> OperatorKind {
        CROSSOVER
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
        let mut used = answers.len().min(1);
        let mut crossed = flow::step(CROSS, context, seed, &answers[..used])?;
        if used == 1 && matches!(crossed, Step::Ask(_)) && answers.len() > 1 {
            used = 2;
            crossed = flow::step(CROSS, context, seed, &answers[..used])?;
        }
        let crossed = match crossed {
            Step::Done(proposal) => [proposal.prompt],
            ask @ Step::Ask(_) => return Ok(ask),
        };
        let child = ProposalContext { parents: &crossed, ..*context };
        match flow::step(MUTATE, &child, seed, &answers[used..])? {
            Step::Done(mut proposal) => {
                proposal.prompt.demonstrations = inherited(context, seed);
                Ok(Step::Done(proposal))
            }
            ask @ Step::Ask(_) => Ok(ask),
        }
    }
}

/// CAPO's mutation alone: a model rephrases the prompt, and the worked examples that the strategy gives are added to it. With it the
/// first population is written.
#[derive(Debug, Clone, Copy)]
pub struct CapoMutation;

impl Operator for CapoMutation {
    fn name(&self) -> &'static str {
        MUTATE.operation
    }

    fn description(&self) -> &'static str {
        "a model rephrases the prompt, and worked examples are added"
    }

    fn kind(&self) -> OperatorKind {
        MUTATION
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
        let step = flow::step(MUTATE, context, seed, answers)?;
        let Step::Done(mut proposal) = step else { return Ok(step) };
        let shown = &mut proposal.prompt.demonstrations;
        add(shown, context.demonstrations);
        shown.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        Ok(Step::Done(proposal))
    }
}

/// The worked examples of a child of two prompts.
fn inherited(context: &ProposalContext<'_>, seed: u64) -> Vec<Demonstration> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut all: Vec<Demonstration> = Vec::new();
    let mut count = 0;
    for parent in context.parents.iter().take(2) {
        add(&mut all, &parent.demonstrations);
        count += parent.demonstrations.len();
    }
    let mut shown = all;
    shown.shuffle(&mut rng);
    shown.truncate(count / 2);
    if context.demonstrations.is_empty() {
        if !shown.is_empty() && rng.random_bool(0.5) {
            shown.swap_remove(rng.random_range(0..shown.len()));
        }
    } else {
        add(&mut shown, context.demonstrations);
    }
    shown.shuffle(&mut rng);
    shown
}

/// Adds examples that are not there already.
fn add(shown: &mut Vec<Demonstration>, more: &[Demonstration]) {
    for demonstration in more {
        if !shown.iter().any(|other| other.vars == demonstration.vars) {
            shown.push(demonstration.clone());
        }
    }
}
