use clade_domain::{Assertion, ChatMessage, ChatRequest, MessageRole, ModelAnswer, ModelRequest, Sampling, Step, Vars};
use minijinja::context;

use super::{
    category::read_category,
    prompts::{Template, inert, render},
    scale::Scale,
    verdict::{Reading, read_verdict},
};
use crate::{
    evaluator::{Case, EvaluatorError, reaches},
    feedback::quote,
    fill,
    settings::range,
};

/// What a judge is asked.
pub(crate) struct Question<'a> {
    /// The evaluator's name, for the judge.
    pub(crate) evaluation: &'a str,
    /// The prompt that holds task and rules.
    pub(crate) template: Template,
    /// What the output is judged by; may be empty.
    pub(crate) rubric: &'a str,
    /// What the model was asked, where the judge should know it.
    pub(crate) input: &'a str,
    /// The right answer, where there is one.
    pub(crate) reference: &'a str,
    /// Steps to go through.
    pub(crate) steps: &'a [String],
}

impl Question<'_> {
    /// The messages: rules and rubric first, the output last; or the user's own prompt in their place.
    pub(crate) fn request(&self, case: &Case<'_>) -> Result<ChatRequest, EvaluatorError> {
        if let Some(own) = &case.assertion.rubric_prompt {
            return own_prompt(own, self, case);
        }
        let [worst, middle, best] = self.scale(case.assertion).written();
        let system = render(
            self.template,
            context! {
                evaluation => self.evaluation,
                rubric => &*inert(self.rubric),
                steps => self.steps.to_vec(),
                worst,
                middle,
                best,
            },
        )?;
        let user = render(
            Template::Case,
            context! {
                input => &*inert(self.input),
                reference => &*inert(self.reference),
                output => &*inert(case.output),
            },
        )?;
        Ok(chat(vec![ChatMessage::new(MessageRole::System, system), ChatMessage::new(MessageRole::User, user)]))
    }

    /// The scale that scores are on, and that our prompts ask for: `config.scale`, else one that the user's prompt or the
    /// rubric states, else 0 to 1.
    fn scale(&self, assertion: &Assertion) -> Scale {
        // the value of `factuality` is an answer, and what it says of scales is none for the judge
        let rubric = if self.template == Template::Factuality { "" } else { self.rubric };
        let configured = assertion.config.get("scale").and_then(range).map(|(low, high)| Scale { low, high });
        configured
            .or_else(|| assertion.rubric_prompt.as_deref().and_then(Scale::stated_in))
            .or_else(|| Scale::stated_in(rubric))
            .unwrap_or(Scale::SHARE)
    }

    fn read(&self, answer: &str, case: &Case<'_>) -> Option<Reading> {
        let category = if self.template == Template::Factuality { read_category(answer, case.output) } else { None };
        category.or_else(|| read_verdict(answer, case.output, self.scale(case.assertion)))
    }
}

/// A request at temperature 0: the same output should get the same verdict.
pub(crate) fn chat(messages: Vec<ChatMessage>) -> ChatRequest {
    ChatRequest { messages, sampling: Sampling { temperature: Some(0.0), ..Sampling::default() }, json_schema: None }
}

/// The user's judge prompt, a template over the variables and promptfoo's names for the parts; a JSON list of messages
/// becomes those messages.
fn own_prompt(own: &str, question: &Question<'_>, case: &Case<'_>) -> Result<ChatRequest, EvaluatorError> {
    let mut names: Vars = case.vars.clone();
    for (name, text) in [
        ("output", case.output),
        ("completion", case.output),
        ("answer", case.output),
        ("rubric", question.rubric),
        ("criteria", question.rubric),
        ("input", question.input),
        ("prompt", case.prompt),
        ("ideal", question.reference),
        ("expected", question.reference),
        ("maxScore", "10"),
    ] {
        let taken_by_user = matches!(name, "answer" | "expected" | "input" | "prompt") && names.contains_key(name);
        if !taken_by_user {
            names.insert(name.to_owned(), text.into());
        }
    }
    names.insert("steps".to_owned(), question.steps.join("\n- ").into());
    let filled = |text: &str| fill::text(text, &names).map(std::borrow::Cow::into_owned);
    if let Ok(messages) = serde_json::from_str::<Vec<ChatMessage>>(own) {
        let filled: Result<Vec<ChatMessage>, EvaluatorError> =
            messages.into_iter().map(|m| Ok(ChatMessage::new(m.role, filled(&m.content)?))).collect();
        return Ok(chat(filled?));
    }
    Ok(chat(vec![ChatMessage::new(MessageRole::User, filled(own)?)]))
}

/// Asks, reads, and asks once more where the answer cannot be read. `answers` are those to this question.
pub(crate) fn ask(
    question: &Question<'_>,
    case: &Case<'_>,
    answers: &[ModelAnswer],
) -> Result<Step<Reading>, EvaluatorError> {
    let texts: Vec<&str> = answers.iter().take(2).map(text).collect::<Result<_, _>>()?;
    for answer in texts.iter().rev() {
        if let Some(reading) = question.read(answer, case) {
            return Ok(Step::Done(reading));
        }
    }
    match texts.as_slice() {
        [] => Ok(Step::Ask(vec![ModelRequest::Chat(question.request(case)?)])),
        [unreadable] => Ok(Step::Ask(vec![ModelRequest::Chat(again(question, case, unreadable)?)])),
        [.., unreadable] => Err(EvaluatorError::UnreadableJudge(quote(unreadable))),
    }
}

fn text(answer: &ModelAnswer) -> Result<&str, EvaluatorError> {
    answer.text().ok_or_else(|| EvaluatorError::Failed("the judge's answer is no chat answer".to_owned()))
}

fn again(question: &Question<'_>, case: &Case<'_>, unreadable: &str) -> Result<ChatRequest, EvaluatorError> {
    let mut request = question.request(case)?;
    let [worst, _, best] = question.scale(case.assertion).written();
    let shown = if unreadable.trim().is_empty() { "(nothing)" } else { unreadable };
    request.messages.push(ChatMessage::new(MessageRole::Assistant, shown));
    request.messages.push(ChatMessage::new(MessageRole::User, render(Template::Again, context! { worst, best })?));
    Ok(request)
}

/// Whether a reading passes: the judge says so, or says nothing and gives at least 0.5; and, where there is one, the
/// threshold is reached. promptfoo takes silence for a pass whatever the score.
pub(crate) fn passes(reading: &Reading, threshold: Option<f64>) -> bool {
    match (reading.pass, threshold) {
        (Some(pass), None) => pass,
        (Some(pass), Some(threshold)) => pass && reaches(reading.score, threshold),
        (None, threshold) => reaches(reading.score, threshold.unwrap_or(0.5)),
    }
}
