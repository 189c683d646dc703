use std::borrow::Cow;

use clade_domain::{Assertion, Judgement, ModelAnswer, ModelRequest, Step, Usd, Vars};
use serde_json::Value;

use crate::{
    evaluator::{Case, EvaluatorError, Verdict, reaches},
    fill, registry,
};

/// All checks of one example on one output: what there is to judge, in one value.
///
/// [`Judging::step`] is called with the answers so far until it is done. It keeps nothing between calls, so it can be
/// built afresh each time, and a resumed run gets the same verdict from the same answers.
#[derive(Debug, Clone, Copy)]
pub struct Judging<'a> {
    /// The example's checks.
    pub asserts: &'a [Assertion],
    /// The weighted mean from which the example passes; without it every check of weight above 0 must pass.
    pub threshold: Option<f64>,
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

/// What comes of an example.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleVerdict {
    /// The mean of the checks' scores by weight, in [0, 1]. Without checks, or where all weigh 0, it is 1, as in promptfoo.
    pub score: f64,
    /// Whether the example passes.
    pub pass: bool,
    /// One for each check in order, each followed by its named scores, which weigh nothing.
    pub judgements: Vec<Judgement>,
}

/// Where the judging of an example stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Judged {
    /// Every check has its verdict.
    Done(ExampleVerdict),
    /// Requests for each check, in order of the checks; empty for those that need nothing more. Their answers are
    /// appended to the check's answers in the order of the requests.
    Ask(Vec<Vec<ModelRequest>>),
}

impl Judging<'_> {
    /// Judges, or says what to ask for. `answers[k]` holds all answers for check `k` so far; a missing one is empty.
    ///
    /// # Errors
    /// The first check's [`EvaluatorError`], with its name in front: the trial has no score.
    pub fn step(&self, answers: &[Vec<ModelAnswer>]) -> Result<Judged, EvaluatorError> {
        let mut judgements = Vec::with_capacity(self.asserts.len());
        let mut requests: Vec<Vec<ModelRequest>> = Vec::new();
        for (index, assertion) in self.asserts.iter().enumerate() {
            let so_far = answers.get(index).map_or(&[][..], Vec::as_slice);
            match self.one(assertion, so_far).map_err(|error| named(assertion, error))? {
                Step::Done(of_check) => judgements.extend(of_check),
                Step::Ask(asked) => {
                    requests.resize(self.asserts.len(), Vec::new());
                    requests[index] = asked;
                }
            }
        }
        if requests.is_empty() {
            Ok(Judged::Done(summarise(judgements, self.threshold)))
        } else {
            Ok(Judged::Ask(requests))
        }
    }

    fn one(&self, original: &Assertion, answers: &[ModelAnswer]) -> Result<Step<Vec<Judgement>>, EvaluatorError> {
        let evaluator =
            registry::lookup(&original.kind).map_err(|unknown| EvaluatorError::Failed(unknown.to_string()))?;
        let assertion = fill::assertion(original, self.vars)?;
        let case = Case {
            assertion: &assertion,
            output: self.output,
            prompt: self.prompt,
            vars: self.vars,
            latency_ms: self.latency_ms,
            cost: self.cost,
            prompt_tokens: self.prompt_tokens,
        };
        Ok(match evaluator.step(&case, answers)? {
            Step::Ask(requests) => Step::Ask(requests),
            Step::Done(verdict) => Step::Done(judgements(&assertion, verdict)),
        })
    }
}

/// The metric of each check, as its judgement would name it.
#[must_use]
pub fn metrics(asserts: &[Assertion], vars: &Vars) -> Vec<String> {
    // what cannot be filled is named as it is written
    let filled = |name: String| fill::text(&name, vars).map(Cow::into_owned).unwrap_or(name);
    asserts.iter().map(|assertion| filled(metric(assertion))).collect()
}

fn metric(assertion: &Assertion) -> String {
    match (&assertion.metric, assertion.negated) {
        (Some(metric), _) => metric.clone(),
        (None, false) => assertion.kind.clone(),
        (None, true) => format!("not-{}", assertion.kind),
    }
}

/// Says what is wrong with an assertion before anything is spent.
///
/// # Errors
/// An unknown evaluator with the nearest name, a negative weight, or what the evaluator itself refuses.
pub fn check(assertion: &Assertion) -> Result<(), String> {
    let evaluator = registry::lookup(&assertion.kind).map_err(|unknown| unknown.to_string())?;
    if !assertion.weight.is_finite() || assertion.weight < 0.0 {
        return Err(format!("the weight of `{}` is {}; write 0 or more", assertion.kind, assertion.weight));
    }
    evaluator.check(assertion)
}

/// Evaluators for which no answer could be right, or none wrong, where the value is empty.
const NEED_TEXT: [&str; 23] = [
    "accuracy",
    "accuracy-judge",
    "bleu",
    "choice",
    "contains",
    "contains-all",
    "contains-any",
    "f1",
    "factuality",
    "g-eval",
    "icontains",
    "icontains-all",
    "icontains-any",
    "llm-rubric",
    "model-graded-closedqa",
    "model-graded-factuality",
    "numeric",
    "regex",
    "rouge-l",
    "rouge-n",
    "similar",
    "similar:cosine",
    "starts-with",
];

/// Evaluators for which an empty answer is right where the value is empty.
const TAKE_NOTHING: [&str; 3] = ["equals", "exact-match", "levenshtein"];

/// What an assertion asks of an answer once it is filled from an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Something.
    Something,
    /// That it is empty, which is seldom meant.
    Nothing,
}

/// Whether an assertion's value depends on the example.
#[must_use]
pub fn depends_on_example(assertion: &Assertion) -> bool {
    assertion.value.as_ref().is_some_and(fill::value_has_template)
}

/// Says what is wrong with an assertion once it is filled from an example, before anything is spent: a value without the
/// number that `numeric` wants, a pattern that does not parse, nothing to compare with.
///
/// # Errors
/// What the evaluator refuses in the filled assertion. A template that cannot be filled is no matter of this.
pub fn check_filled(assertion: &Assertion, vars: &Vars) -> Result<Asks, String> {
    let Ok(filled) = fill::assertion(assertion, vars) else { return Ok(Asks::Something) };
    let empty = match &filled.value {
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        _ => false,
    };
    let kind = filled.kind.as_str();
    if empty && NEED_TEXT.contains(&kind) {
        return Err(format!("the value of `{kind}` is empty"));
    }
    if empty && TAKE_NOTHING.contains(&kind) {
        return Ok(Asks::Nothing);
    }
    if !empty && depends_on_example(assertion) {
        check(&filled)?;
    }
    Ok(Asks::Something)
}

fn named(assertion: &Assertion, error: EvaluatorError) -> EvaluatorError {
    let not = if assertion.negated { "not-" } else { "" };
    match error {
        EvaluatorError::Failed(message) => EvaluatorError::Failed(format!("{not}{}: {message}", assertion.kind)),
        EvaluatorError::UnreadableJudge(text) => EvaluatorError::UnreadableJudge(text),
    }
}

/// The check's judgement, and one that weighs nothing for each score that the check names.
fn judgements(assertion: &Assertion, verdict: Verdict) -> Vec<Judgement> {
    let Verdict { score, pass, reason, named } = verdict;
    let metric = metric(assertion);
    let (score, pass, reason) = if assertion.negated {
        let verb = if pass { "fails" } else { "passes" };
        (1.0 - score, !pass, format!("{verb} `not-{}`: {reason}", assertion.kind))
    } else {
        (score, pass, reason)
    };
    let own = Judgement { metric, score, pass, reason, weight: assertion.weight };
    let aspects = named.into_iter().map(|(metric, score)| Judgement {
        metric,
        score,
        pass: true,
        reason: String::new(),
        weight: 0.0,
    });
    std::iter::once(own).chain(aspects).collect()
}

fn summarise(judgements: Vec<Judgement>, threshold: Option<f64>) -> ExampleVerdict {
    let weight: f64 = judgements.iter().map(|j| j.weight).sum();
    let score = if weight > 0.0 {
        (judgements.iter().map(|j| j.score * j.weight).sum::<f64>() / weight).clamp(0.0, 1.0)
    } else {
        1.0
    };
    let pass = match threshold {
        Some(threshold) => reaches(score, threshold),
        None => judgements.iter().all(|j| j.pass || j.weight <= 0.0),
    };
    ExampleVerdict { score, pass, judgements }
}
