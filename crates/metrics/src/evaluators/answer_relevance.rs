use clade_domain::{Assertion, ChatMessage, MessageRole, ModelAnswer, ModelRequest, Step};
use minijinja::context;

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Needs, Verdict, reaches},
    feedback::{quote, quote_all},
    judge::{Template, chat, inert, read_texts, render},
    overlap::cosine,
    settings::{check_config, check_share},
};

/// `answer-relevance`: a judge guesses three questions that the output answers; the score is the mean cosine between
/// their embeddings and that of the input (the variable `query` where there is one, else the prompt). Threshold: default 0,
/// as in promptfoo. Es et al. 2023, "RAGAS"; promptfoo, `src/matchers/rag.ts`, which asks for one question three times.
pub(crate) struct AnswerRelevance;

impl Evaluator for AnswerRelevance {
    fn name(&self) -> &'static str {
        "answer-relevance"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_share(assertion)
    }

    fn needs(&self, _: &Assertion) -> Needs {
        Needs { chat: true, embedding: true, ..Needs::default() }
    }

    fn calls(&self) -> u32 {
        2
    }

    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let input = case.vars.get("query").and_then(|value| value.as_str()).unwrap_or(case.prompt);
        // chat answers come first: one, or two where the first held no question
        let chats: Vec<&str> = answers.iter().map_while(ModelAnswer::text).collect();
        let Some(said) = chats.last() else {
            return Ok(Step::Ask(vec![ModelRequest::Chat(chat(questions_messages(case)?))]));
        };
        let questions = read_questions(said);
        if questions.is_empty() {
            if chats.len() > 1 {
                return Err(EvaluatorError::UnreadableJudge(quote(said)));
            }
            let mut messages = questions_messages(case)?;
            messages.push(ChatMessage::new(
                MessageRole::Assistant,
                if said.trim().is_empty() { "(nothing)" } else { said },
            ));
            messages.push(ChatMessage::new(
                MessageRole::User,
                "That held no question. Answer with one JSON object and nothing else: {\"questions\": [\"...\"]}",
            ));
            return Ok(Step::Ask(vec![ModelRequest::Chat(chat(messages))]));
        }
        let Some(embedded) = answers.get(chats.len()) else {
            let mut texts = vec![input.to_owned()];
            texts.extend(questions);
            return Ok(Step::Ask(vec![ModelRequest::Embed(texts)]));
        };
        let vectors = match embedded {
            ModelAnswer::Embedding(vectors) if vectors.len() == questions.len() + 1 => vectors,
            _ => {
                return Err(EvaluatorError::Failed("the embedding answer does not fit the texts asked for".to_owned()));
            }
        };
        let sum: f64 = vectors[1..].iter().map(|vector| cosine(&vectors[0], vector)).sum();
        let score = (sum / questions.len() as f64).clamp(0.0, 1.0);
        let threshold = case.assertion.threshold.unwrap_or(0.0);
        let reason = format!(
            "the output reads as an answer to {}, whose similarity to what was asked is {score:.2}, with {threshold} to pass",
            quote_all(&questions)
        );
        Ok(Step::Done(Verdict::new(score, reaches(score, threshold), reason)))
    }
}

fn questions_messages(case: &Case<'_>) -> Result<Vec<ChatMessage>, EvaluatorError> {
    Ok(vec![
        ChatMessage::new(MessageRole::System, render(Template::Questions, context! {})?),
        ChatMessage::new(MessageRole::User, render(Template::Case, context! { output => &*inert(case.output) })?),
    ])
}

/// Up to three questions, from the list asked for or from lines that end in a question mark.
fn read_questions(said: &str) -> Vec<String> {
    let mut questions = read_texts(said, "questions");
    if questions.is_empty() {
        questions = said.lines().map(str::trim).filter(|line| line.ends_with('?')).map(str::to_owned).collect();
    }
    questions.truncate(3);
    questions
}

#[cfg(test)]
mod tests {
    use clade_domain::{ModelAnswer, ModelRequest, Step};
    use serde_json::json;

    use crate::testing::{chat, from_json, step};

    #[test]
    fn questions_then_vectors_then_the_mean() {
        let check = from_json(json!({"type": "answer-relevance", "threshold": 0.8}));
        assert!(matches!(&step(&check, "42", &[]).unwrap(), Step::Ask(r) if matches!(r[0], ModelRequest::Chat(_))));
        assert!(
            matches!(&step(&check, "42", &[chat("hm")]).unwrap(), Step::Ask(r) if matches!(r[0], ModelRequest::Chat(_)))
        );
        assert!(step(&check, "42", &[chat("hm"), chat("hm")]).is_err());
        let questions = chat("{\"questions\": [\"What is 6 x 7?\", \"What?\"]}");
        let Step::Ask(asked) = step(&check, "42", std::slice::from_ref(&questions)).unwrap() else { panic!("done") };
        assert_eq!(
            asked,
            [ModelRequest::Embed(vec!["What is 6 x 7?".into(), "What is 6 x 7?".into(), "What?".into()])]
        );
        let vectors = ModelAnswer::Embedding(vec![vec![1.0, 0.0], vec![1.0, 0.0], vec![0.0, 1.0]]);
        let Step::Done(verdict) = step(&check, "42", &[questions, vectors]).unwrap() else { panic!("asks") };
        assert!((verdict.score - 0.5).abs() < 1e-9 && !verdict.pass);
    }
}
