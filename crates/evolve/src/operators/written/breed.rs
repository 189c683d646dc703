//! The mutations of Promptbreeder (Fernando et al. 2024), as one table: they differ in what they are shown and asked.
//!
//! A unit's mutation prompt is the text that a strategy gives as [`ProposalContext::brief`]; the hyper-mutations give a new one back.
//! Where the paper asks twice for those (a new mutation prompt, then its use), ours asks once for both. Its units have two task prompts
//! that are used one after the other; ours have one prompt. Its crossover and context shuffling need no words of their own: they are
//! `sentence-crossover` and
//! `demonstration-set`.

use clade_domain::{ModelAnswer, RejectReason, Step};

use super::{
    flow,
    request::{Ask, Brief, Past},
};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection, Wants};

/// One of the mutations.
#[derive(Debug, Clone, Copy)]
pub struct Breed {
    ask: Ask,
    description: &'static str,
    /// Right answers that it needs to see.
    successes: usize,
}

/// Zero-order prompt generation: from the description of the task alone.
pub static ZERO_ORDER: Breed = Breed {
    ask: Ask { operation: "breed-zero-order", ways: &STYLES, ..Ask::PLAIN },
    description: "a model writes a prompt from the task's description alone",
    successes: 0,
};

/// First-order prompt generation: the mutation prompt is followed on the prompt.
pub static FIRST_ORDER: Breed = Breed {
    ask: Ask { operation: "breed-first-order", brief: Brief::Given, ways: &WAYS, ..Ask::PLAIN },
    description: "a model changes a prompt by the mutation prompt that comes with it",
    successes: 0,
};

/// Estimation of distribution: the list of prompts is continued.
pub static ESTIMATE: Breed = Breed {
    ask: Ask { operation: "breed-estimate", past: Past::Texts, ways: &WAYS, ..Ask::PLAIN },
    description: "a model goes on with a list of prompts",
    successes: 0,
};

/// Estimation of distribution by rank: the list is ordered by fitness. Unlike the paper ours does not tell the model
/// that the order is the other way round, a trick that it found to make answers more diverse.
pub static ESTIMATE_RANKED: Breed = Breed {
    ask: Ask { operation: "breed-estimate-ranked", past: Past::Texts, ways: &WAYS, ..Ask::PLAIN },
    description: "a model goes on with a list of prompts that get better",
    successes: 0,
};

/// Lineage-based mutation: a unit's ancestors that were the best of their time are continued, in order of time.
pub static LINEAGE: Breed = Breed {
    ask: Ask { operation: "breed-lineage", past: Past::Texts, ways: &WAYS, ..Ask::PLAIN },
    description: "a model goes on with the ancestors that were best in their time",
    successes: 0,
};

/// Zero-order hyper-mutation: a new mutation prompt from a style of thinking, then its use.
pub static HYPER_ZERO_ORDER: Breed = Breed {
    ask: Ask { operation: "breed-hyper-zero-order", brief: Brief::Rewritten, ways: &STYLES, ..Ask::PLAIN },
    description: "a model invents a mutation prompt from a way of thinking and follows it",
    successes: 0,
};

/// First-order hyper-mutation: the mutation prompt is improved, then used.
pub static HYPER_FIRST_ORDER: Breed = Breed {
    ask: Ask { operation: "breed-hyper-first-order", brief: Brief::Rewritten, ways: &WAYS, ..Ask::PLAIN },
    description: "a model improves the mutation prompt and follows it",
    successes: 0,
};

/// Lamarckian mutation: from a right solution back to the prompt that would lead to it.
pub static LAMARCKIAN: Breed = Breed {
    ask: Ask { operation: "breed-lamarckian", successes: true, ways: &WAYS, ..Ask::PLAIN },
    description: "a model works back from right answers to the prompt that would lead to them",
    successes: 2,
};

/// Ways to go about it, where the mutation itself names none.
const WAYS: [&str; 4] = [
    "Write it as short commands.",
    "Write it as advice to a capable colleague.",
    "Write it as a method in steps.",
    "Write it in whatever form serves best.",
];

/// Ways of thinking (the paper's thinking styles), in our words.
const STYLES: [&str; 8] = [
    "Way of thinking: take the problem apart and deal with the pieces one by one.",
    "Way of thinking: ask what could go wrong, and guard against it.",
    "Way of thinking: look for a simpler problem that has the same answer.",
    "Way of thinking: doubt every assumption and look for what speaks against it.",
    "Way of thinking: imagine how an expert of the field would begin.",
    "Way of thinking: work backwards from what the answer must look like.",
    "Way of thinking: make a plan, follow it, and compare the result with the question.",
    "Way of thinking: look at the problem from the side of somebody whom the answer affects.",
];

impl Operator for Breed {
    fn name(&self) -> &'static str {
        self.ask.operation
    }

    fn description(&self) -> &'static str {
        self.description
    }

    fn kind(&self) -> OperatorKind {
        flow::MUTATION
    }

    fn wants(&self) -> Wants {
        Wants { successes: self.successes, ..Wants::default() }
    }

    fn default_weight(&self) -> f64 {
        // they belong to units with mutation prompts, which `promptbreeder` keeps
        0.0
    }

    fn step(
        &self,
        context: &ProposalContext<'_>,
        seed: u64,
        answers: &[ModelAnswer],
    ) -> Result<Step<Proposal>, Rejection> {
        if self.successes > 0 && context.successes.is_empty() {
            let detail = "there is no right answer to work back from".to_owned();
            return Err(Rejection { reason: RejectReason::NotApplicable, detail });
        }
        flow::step(self.ask, context, seed, answers)
    }
}
