use clade_domain::{Assertion, ModelAnswer, Step};

use super::relevance::input_of;
use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    judge::{Question, Template, ask, passes},
    settings::{Setting, check_config, check_share, check_value, expected, word},
};

/// The graded forms of the four fitness functions: `accuracy-judge`, `relevance-judge`, `toxicity-judge` and
/// `coherence-judge`. A judge gives score, pass and reason; `config.rubric` adds to what it goes by.
pub(crate) struct GradedFitness {
    name: &'static str,
    template: Template,
    sees: Sees,
}

/// What the judge is shown beside the output.
#[derive(PartialEq)]
enum Sees {
    /// The prompt and the right answer.
    Reference,
    /// What the output should be about.
    Input,
    /// Nothing.
    OutputAlone,
}

/// Is it right? The value is the right answer.
pub(crate) static ACCURACY: GradedFitness =
    GradedFitness { name: "accuracy-judge", template: Template::Accuracy, sees: Sees::Reference };
/// Is it to the point? The value, or the prompt, is what it should be about.
pub(crate) static RELEVANCE: GradedFitness =
    GradedFitness { name: "relevance-judge", template: Template::Relevance, sees: Sees::Input };
/// Is it free of toxicity? 1 is not toxic.
pub(crate) static TOXICITY: GradedFitness =
    GradedFitness { name: "toxicity-judge", template: Template::Toxicity, sees: Sees::OutputAlone };
/// Does it hang together?
pub(crate) static COHERENCE: GradedFitness =
    GradedFitness { name: "coherence-judge", template: Template::Coherence, sees: Sees::OutputAlone };

impl Evaluator for GradedFitness {
    fn name(&self) -> &'static str {
        self.name
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("rubric", Setting::Text), ("scale", Setting::Range)])?;
        check_share(assertion)?;
        if self.sees == Sees::Reference { check_value(assertion) } else { Ok(()) }
    }

    fn calls(&self) -> u32 {
        1
    }

    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let reference = if self.sees == Sees::Reference { expected(case.assertion)? } else { "".into() };
        let about;
        let input = match self.sees {
            Sees::Reference => case.prompt,
            Sees::Input if case.assertion.value.is_some() => {
                about = input_of(case)?;
                &about
            }
            Sees::Input => case.prompt,
            Sees::OutputAlone => "",
        };
        let question = Question {
            evaluation: self.name,
            template: self.template,
            rubric: word(case.assertion, "rubric").unwrap_or_default(),
            input,
            reference: &reference,
            steps: &[],
        };
        Ok(match ask(&question, case, answers)? {
            Step::Ask(requests) => Step::Ask(requests),
            Step::Done(reading) => {
                let pass = passes(&reading, case.assertion.threshold);
                let reason = if reading.reason.is_empty() {
                    format!("the judge gives {:.2} and no reason", reading.score)
                } else {
                    reading.reason
                };
                Step::Done(Verdict::new(reading.score, pass, reason))
            }
        })
    }
}
