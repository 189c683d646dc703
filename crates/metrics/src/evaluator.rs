use clade_domain::{Assertion, ModelAnswer, Step, Usd, Vars};

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
    /// It states facts about the output, so that it reads right under `not-` too.
    pub reason: String,
    /// Scores of single aspects, each in [0, 1], in order of name. They count for objectives of that name alone.
    pub named: Vec<(String, f64)>,
}

impl Verdict {
    /// A verdict from its parts, without named scores.
    pub fn new(score: f64, pass: bool, reason: impl Into<String>) -> Self {
        Self { score, pass, reason: reason.into(), named: Vec::new() }
    }

    /// Right or wrong: a score of 1 or 0.
    pub fn binary(pass: bool, reason: impl Into<String>) -> Self {
        Self::new(f64::from(u8::from(pass)), pass, reason)
    }

    /// A score, brought into [0, 1], that passes from `threshold` on.
    pub fn graded(score: f64, threshold: f64, reason: impl Into<String>) -> Self {
        let score = if score.is_nan() { 0.0 } else { score.clamp(0.0, 1.0) };
        Self::new(score, reaches(score, threshold), reason)
    }
}

/// Whether a score reaches a threshold, forgiving the last bits of rounding.
#[must_use]
pub(crate) fn reaches(score: f64, threshold: f64) -> bool {
    score >= threshold - 1e-9
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

/// What an assertion needs beside the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// A chat model that judges.
    pub chat: bool,
    /// An embedding model.
    pub embedding: bool,
    /// A provider's moderation endpoint.
    pub moderation: bool,
    /// A sandbox for code.
    pub code: bool,
    /// In it, a Python interpreter.
    pub python: bool,
    /// In it, a JavaScript interpreter.
    pub javascript: bool,
}

impl std::ops::BitOrAssign for Needs {
    fn bitor_assign(&mut self, more: Self) {
        self.chat |= more.chat;
        self.embedding |= more.embedding;
        self.moderation |= more.moderation;
        self.code |= more.code;
        self.python |= more.python;
        self.javascript |= more.javascript;
    }
}

/// Judges an output.
pub trait Evaluator: Send + Sync {
    /// The name in an assertion's `type`, without `not-`.
    fn name(&self) -> &'static str;

    /// Says what is wrong with an assertion before anything is spent: a missing value, a pattern that does not parse.
    /// Texts that hold templates are not looked into.
    ///
    /// # Errors
    /// What is wrong, and what to write instead.
    fn check(&self, assertion: &Assertion) -> Result<(), String>;

    /// How many model answers one judgement usually takes; 0 for evaluators that need none. For estimates: the second
    /// asking after an unreadable answer is not counted.
    fn calls(&self) -> u32 {
        0
    }

    /// What this assertion needs, so that what is missing is said before anything is spent.
    fn needs(&self, assertion: &Assertion) -> Needs {
        let _ = assertion;
        Needs { chat: self.calls() > 0, ..Needs::default() }
    }

    /// Judges, or asks for model answers first; called again with all answers so far.
    ///
    /// # Errors
    /// [`EvaluatorError`] where there is no verdict; never a score of 0 in its place.
    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError>;
}
