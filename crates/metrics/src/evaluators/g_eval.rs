use clade_domain::{Assertion, ChatMessage, MessageRole, ModelAnswer, ModelRequest, Step};
use minijinja::context;

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    judge::{Question, Template, ask, chat, inert, read_texts, render},
    settings::{Setting, check_config, check_share, check_value, references},
};

/// `g-eval`: for each criterion of the value a judge first writes evaluation steps, then goes through them and scores the
/// output; the mean over the criteria is held against the threshold (default 0.7). The steps depend on the criterion
/// alone, so they are bought once and cached. Liu et al. 2023, "G-Eval", without the weighting by token probabilities.
/// Semantics: promptfoo, `src/assertions/geval.ts`. With `rubricPrompt` the scoring prompt is the user's.
pub(crate) struct GEval;

impl Evaluator for GEval {
    fn name(&self) -> &'static str {
        "g-eval"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("scale", Setting::Range)])?;
        check_share(assertion)?;
        check_value(assertion)
    }

    fn calls(&self) -> u32 {
        2
    }

    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let criteria = references(case.assertion)?;
        let count = criteria.len();
        // the answers: steps of every criterion, then every score, then the second askings in order
        if answers.len() < count {
            let requests: Result<Vec<ModelRequest>, EvaluatorError> =
                criteria.iter().skip(answers.len()).map(|criterion| steps_request(criterion)).collect();
            return Ok(Step::Ask(requests?));
        }
        let (steps, rest) = answers.split_at(count);
        let (scores, mut second) = rest.split_at(rest.len().min(count));
        let mut asked = Vec::new();
        let mut total = 0.0;
        let mut reasons = Vec::new();
        for (index, criterion) in criteria.iter().enumerate() {
            let steps = read_texts(steps[index].text().unwrap_or_default(), "steps");
            let question = Question {
                evaluation: "g-eval",
                template: Template::GEval,
                rubric: criterion,
                input: case.prompt,
                reference: "",
                steps: &steps,
            };
            let mut own: Vec<ModelAnswer> = scores.get(index).cloned().into_iter().collect();
            let mut stage = ask(&question, case, &own)?;
            if !own.is_empty()
                && matches!(stage, Step::Ask(_))
                && let Some((first, others)) = second.split_first()
            {
                own.push(first.clone());
                second = others;
                stage = ask(&question, case, &own)?;
            }
            match stage {
                Step::Ask(requests) => asked.extend(requests),
                Step::Done(reading) => {
                    total += reading.score;
                    reasons.push(reading.reason);
                }
            }
        }
        if !asked.is_empty() {
            return Ok(Step::Ask(asked));
        }
        reasons.retain(|reason| !reason.is_empty());
        let score = total / count as f64;
        let reason =
            if reasons.is_empty() { format!("the judge gives {score:.2} and no reason") } else { reasons.join("\n") };
        Ok(Step::Done(Verdict::graded(score, case.assertion.threshold.unwrap_or(0.7), reason)))
    }
}

fn steps_request(criterion: &str) -> Result<ModelRequest, EvaluatorError> {
    Ok(ModelRequest::Chat(chat(vec![
        ChatMessage::new(MessageRole::System, render(Template::GEvalSteps, context! {})?),
        ChatMessage::new(MessageRole::User, format!("<rubric>\n{}\n</rubric>", inert(criterion))),
    ])))
}

#[cfg(test)]
mod tests {
    use clade_domain::{ModelRequest, Step};
    use serde_json::json;

    use crate::testing::{chat, from_json, step};

    #[test]
    fn steps_then_scores_then_a_second_asking() {
        let check = from_json(json!({"type": "g-eval", "value": ["clear", "kind"]}));
        let Step::Ask(first) = step(&check, "out", &[]).unwrap() else { panic!("done") };
        assert_eq!(first.len(), 2);
        let ModelRequest::Chat(writing) = &first[1] else { panic!("no chat") };
        assert!(
            writing.messages[0].content.starts_with("You judge outputs of language models.\n<evaluation>g-eval-steps<")
        );
        assert_eq!(writing.messages[1].content, "<rubric>\nkind\n</rubric>");
        let mut answers = vec![chat("{\"steps\": [\"look\"]}"), chat("no list here")];
        let Step::Ask(scoring) = step(&check, "out", &answers).unwrap() else { panic!("done") };
        let ModelRequest::Chat(request) = &scoring[0] else { panic!("no chat") };
        assert!(request.messages[0].content.contains("<steps>\n1. look\n</steps>"));
        answers.extend([chat("{\"score\": 0.5, \"reason\": \"r1\"}"), chat("hm")]);
        let Step::Ask(again) = step(&check, "out", &answers).unwrap() else { panic!("done") };
        assert_eq!(again.len(), 1);
        let mut unreadable = answers.clone();
        unreadable.push(chat("hm again"));
        assert!(step(&check, "out", &unreadable).is_err());
        answers.push(chat("{\"score\": 1.0, \"reason\": \"r2\"}"));
        let Step::Done(verdict) = step(&check, "out", &answers).unwrap() else { panic!("asks") };
        assert_eq!((verdict.score, verdict.pass, verdict.reason.as_str()), (0.75, true, "r1\nr2"));
    }
}
