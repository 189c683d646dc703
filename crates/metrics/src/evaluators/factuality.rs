use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict, reaches},
    judge::{Question, Template, ask, passes},
    settings::{Setting, check_config, check_share, check_value, expected, number},
};

/// `factuality`: a judge compares the facts of the output with the value and chooses a category: A subset, B superset,
/// C the same, D disagreement, E different in nothing that matters. D scores 0 and the others 1, unless `config` gives
/// `subset`, `superset`, `agree`, `disagree`, `differButFactual` other scores.
/// Semantics: promptfoo, `src/matchers/llmGrading.ts`, after OpenAI's evals.
pub(crate) struct Factuality;

const CATEGORIES: &[(char, &str, &str)] = &[
    ('A', "subset", "says less than the expected answer, and agrees with it"),
    ('B', "superset", "says more than the expected answer, and agrees with it"),
    ('C', "agree", "says the same as the expected answer"),
    ('D', "disagree", "disagrees with the expected answer"),
    ('E', "differButFactual", "differs from the expected answer in nothing that matters"),
];

impl Evaluator for Factuality {
    fn name(&self) -> &'static str {
        "factuality"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        let mut known: Vec<(&str, Setting)> =
            CATEGORIES.iter().map(|(_, name, _)| (*name, Setting::Number(0.0, 1.0))).collect();
        known.push(("scale", Setting::Range));
        check_config(assertion, &known)?;
        check_share(assertion)?;
        check_value(assertion)
    }

    fn calls(&self) -> u32 {
        1
    }

    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let reference = expected(case.assertion)?;
        let question = Question {
            evaluation: "factuality",
            template: Template::Factuality,
            rubric: &reference,
            input: case.prompt,
            reference: &reference,
            steps: &[],
        };
        let reading = match ask(&question, case, answers)? {
            Step::Ask(requests) => return Ok(Step::Ask(requests)),
            Step::Done(reading) => reading,
        };
        let threshold = case.assertion.threshold;
        let known = reading.category.and_then(|letter| CATEGORIES.iter().find(|(known, _, _)| *known == letter));
        Ok(Step::Done(match known {
            None => Verdict::new(reading.score, passes(&reading, threshold), reading.reason),
            Some((letter, name, words)) => {
                let score = number(case.assertion, name).unwrap_or(if *letter == 'D' { 0.0 } else { 1.0 });
                let pass = threshold.map_or(score > 0.0, |threshold| reaches(score, threshold));
                let reason = match reading.reason.as_str() {
                    "" => format!("the output {words}"),
                    said => format!("the output {words}: {said}"),
                };
                Verdict::new(score, pass, reason)
            }
        }))
    }
}
