use clade_domain::{Assertion, ModelAnswer, Step};

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    judge::{Question, Template, ask, passes},
    settings::{Setting, check_config, check_share, check_value, expected},
};

/// `llm-rubric` and `model-graded-closedqa`: a judge holds the output against the value. The first gives a score from 0 to
/// 1 and sees the output alone, the second right or wrong and sees the prompt too.
/// Semantics: promptfoo, `src/matchers/llmGrading.ts`; `rubricPrompt` replaces our prompt.
pub(crate) struct LlmRubric {
    name: &'static str,
    template: Template,
    sees_prompt: bool,
}

/// A score by a rubric.
pub(crate) static LLM_RUBRIC: LlmRubric =
    LlmRubric { name: "llm-rubric", template: Template::LlmRubric, sees_prompt: false };
/// Right or wrong by a criterion.
pub(crate) static CLOSED_QA: LlmRubric =
    LlmRubric { name: "model-graded-closedqa", template: Template::ClosedQa, sees_prompt: true };

impl Evaluator for LlmRubric {
    fn name(&self) -> &'static str {
        self.name
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("scale", Setting::Range)])?;
        check_share(assertion)?;
        check_value(assertion)
    }

    fn calls(&self) -> u32 {
        1
    }

    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let rubric = expected(case.assertion)?;
        let question = Question {
            evaluation: self.name,
            template: self.template,
            rubric: &rubric,
            input: if self.sees_prompt { case.prompt } else { "" },
            reference: "",
            steps: &[],
        };
        Ok(match ask(&question, case, answers)? {
            Step::Ask(requests) => Step::Ask(requests),
            Step::Done(reading) => {
                let pass = passes(&reading, case.assertion.threshold);
                let reason = if reading.reason.is_empty() {
                    format!("the judge gives {:.2} against the rubric, and no reason", reading.score)
                } else {
                    reading.reason
                };
                Step::Done(Verdict::new(reading.score, pass, reason))
            }
        })
    }
}
