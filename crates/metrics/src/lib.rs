//! Evaluators: a score in [0, 1] and feedback in words for one output.
//!
//! An [`Evaluator`] is pure: one that needs a model says what to ask and reads the answers ([`Step`]). Built-in ones live
//! one to a file in `evaluators/`, found by name in the [`registry`]. Deliberately absent: IO, async, providers.

use clade_domain::{Assertion, Step, Usd, Vars};

/// One output with everything an evaluator may look at.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The assertion, its templates already filled from the example's variables.
    pub assertion: &'a Assertion,
    /// The model's answer.
    pub output: &'a str,
    /// What the model was asked: all messages as one text.
    pub prompt: &'a str,
    /// The example's variables.
    pub vars: &'a Vars,
    /// Latency of the task call in milliseconds.
    pub latency_ms: u32,
    /// Cost of the task call, where the price is known.
    pub cost: Option<Usd>,
    /// Estimated tokens of the prompt's templates and demonstrations.
    pub prompt_tokens: u32,
}

/// One verdict before negation and weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// In [0, 1]; 1 is best.
    pub score: f64,
    /// Whether it passes.
    pub pass: bool,
    /// Feedback for the model that writes the next prompt: what was expected, what was found, what would be right.
    pub reason: String,
}

/// Why an output could not be judged. The trial is recorded as failed; nothing is scored as 0 silently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluatorError {
    /// The judge's answer could not be read, after asking again.
    #[error("the judge's answer holds no verdict: {0}")]
    UnreadableJudge(String),
    /// The evaluator cannot work on this output or assertion.
    #[error("{0}")]
    Failed(String),
}

/// Judges an output.
pub trait Evaluator: Send + Sync {
    /// The name in an assertion's `type`, without `not-`.
    fn name(&self) -> &'static str;

    /// Says what is wrong with an assertion before anything is spent: a missing value, a pattern that does not parse.
    fn check(&self, assertion: &Assertion) -> Result<(), String>;

    /// How many model answers one judgement takes at most; 0 for evaluators that need none. For estimates.
    fn calls(&self) -> u32 {
        0
    }

    /// Judges, or asks for model answers first; called again with all answers so far.
    fn step(&self, case: &Case<'_>, answers: &[clade_domain::ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError>;
}
