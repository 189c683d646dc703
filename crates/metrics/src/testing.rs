//! Helpers of this crate's own tests.

use clade_domain::{Assertion, ChatAnswer, FinishReason, ModelAnswer, Step, Usage, Vars};

use crate::{Case, EvaluatorError, Verdict, registry};

/// An assertion with a text as its value.
pub(crate) fn assertion(kind: &str, value: &str) -> Assertion {
    from_json(serde_json::json!({"type": kind, "value": value}))
}

/// An assertion as written in a run file.
pub(crate) fn from_json(json: serde_json::Value) -> Assertion {
    serde_json::from_value(json).unwrap()
}

/// A chat answer.
pub(crate) fn chat(text: &str) -> ModelAnswer {
    ModelAnswer::Chat(ChatAnswer {
        text: text.to_owned(),
        usage: Usage::default(),
        cost: None,
        latency_ms: 1,
        finish: FinishReason::Stop,
        cached: false,
        shared: false,
    })
}

/// A step of the assertion's evaluator on an output.
pub(crate) fn step(check: &Assertion, output: &str, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
    step_on(check, output, "What is 6 x 7?", answers)
}

/// The same with a prompt.
pub(crate) fn step_on(
    check: &Assertion,
    output: &str,
    prompt: &str,
    answers: &[ModelAnswer],
) -> Result<Step<Verdict>, EvaluatorError> {
    let vars = Vars::new();
    let case = Case { assertion: check, output, prompt, vars: &vars, latency_ms: 120, cost: None, prompt_tokens: 50 };
    registry::by_name(&check.kind).unwrap().step(&case, answers)
}

/// The verdict of an evaluator that needs no model.
pub(crate) fn judge(check: &Assertion, output: &str) -> Verdict {
    match step(check, output, &[]).unwrap() {
        Step::Done(verdict) => verdict,
        Step::Ask(_) => panic!("{} asks", check.kind),
    }
}
