use clade_domain::{Constraints, Demonstration, Judgement, ModelAnswer, Prompt, RejectReason, Step, Vars};

/// Makes a new prompt from one or two others.
pub trait Operator: Send + Sync {
    /// The name in run files and journals: lower-case words with `-`.
    fn name(&self) -> &'static str;

    /// What it does, in one sentence for people.
    fn description(&self) -> &'static str;

    /// Whether it asks a model, and how many parents it takes.
    fn kind(&self) -> OperatorKind;

    /// What it wants to see beside its parents.
    fn wants(&self) -> Wants {
        Wants::default()
    }

    /// Its weight where the run file names no operators; 0 leaves it out unless asked for.
    fn default_weight(&self) -> f64 {
        1.0
    }

    /// Proposes, or asks for model answers first; called again with all answers so far. All randomness comes from
    /// `seed` (a `ChaCha8Rng` built afresh on each call), so the same arguments give the same step.
    ///
    /// # Errors
    /// A [`Rejection`] where there is nothing to do on these parents, or the answer holds no prompt.
    fn step(
        &self,
        context: &ProposalContext<'_>,
        seed: u64,
        answers: &[ModelAnswer],
    ) -> Result<Step<Proposal>, Rejection>;
}

/// Two axes in one: who does the work, and how many parents it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatorKind {
    /// Whether a model writes the proposal.
    pub model_written: bool,
    /// The least number: 1 for mutations, 2 for crossover and merge; more where the operator looks at several.
    pub parents: usize,
}

/// What an operator wants to see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// Rollouts of the first parent that failed, at most so many.
    pub failures: usize,
    /// Rollouts of the first parent that passed, at most so many.
    pub successes: usize,
    /// Worked examples that could become demonstrations, at most so many.
    pub demonstrations: usize,
}

/// What an operator sees.
#[derive(Debug, Clone, Copy)]
pub struct ProposalContext<'a> {
    /// At least as many as the operator's kind says, in the order that the strategy gives; for operators on two the first is
    /// the better one.
    pub parents: &'a [Prompt],
    /// Their scores in [0, 1], in the same order.
    pub scores: &'a [f64],
    /// The user's first prompt.
    pub seed_prompt: &'a Prompt,
    /// The user's description of the task; may be empty.
    pub task: &'a str,
    /// What people who watch the run want heeded, oldest first.
    pub notes: &'a [String],
    /// Rollouts of the first parent that failed, on train examples.
    pub failures: &'a [Rollout],
    /// Rollouts of the first parent that passed, on train examples.
    pub successes: &'a [Rollout],
    /// Worked train examples whose answer was right, that could become demonstrations.
    pub demonstrations: &'a [Demonstration],
    /// Words to go by, where the strategy gives some: a mutation prompt, a hint, what was tried before.
    pub brief: Option<&'a str>,
    /// What every prompt must keep to.
    pub constraints: &'a Constraints,
}

/// One answer of a prompt on one example, with what the evaluators said.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    /// The example's variables.
    pub vars: Vars,
    /// The model's answer.
    pub answer: String,
    /// In [0, 1].
    pub score: f64,
    /// Each check's verdict with feedback in words.
    pub judgements: Vec<Judgement>,
}

/// A new prompt, before it is admitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The prompt.
    pub prompt: Prompt,
    /// What was done or hoped for, in a few words; may be empty.
    pub note: String,
    /// The words that it went by, to be kept with the candidate; `None` keeps those that the strategy gave.
    pub brief: Option<String>,
}

impl Proposal {
    /// A prompt and what was done.
    #[must_use]
    pub fn new(prompt: Prompt, note: impl Into<String>) -> Self {
        Self { prompt, note: note.into(), brief: None }
    }
}

/// Why there is no proposal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Rejection {
    /// The kind, which is counted.
    pub reason: RejectReason,
    /// In words.
    pub detail: String,
}
