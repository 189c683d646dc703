use std::{borrow::Cow, sync::LazyLock};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use crate::evaluator::EvaluatorError;

/// The prompts sent to judges, each a file beside this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    LlmRubric,
    ClosedQa,
    Accuracy,
    Relevance,
    Toxicity,
    Coherence,
    Factuality,
    GEvalSteps,
    GEval,
    Questions,
    Case,
    Again,
}

const SOURCES: &[(&str, &str)] = &[
    ("rules", include_str!("prompts/rules.minijinja")),
    ("answer_format", include_str!("prompts/answer_format.minijinja")),
    ("llm_rubric", include_str!("prompts/llm_rubric.minijinja")),
    ("closed_qa", include_str!("prompts/closed_qa.minijinja")),
    ("accuracy", include_str!("prompts/accuracy.minijinja")),
    ("relevance", include_str!("prompts/relevance.minijinja")),
    ("toxicity", include_str!("prompts/toxicity.minijinja")),
    ("coherence", include_str!("prompts/coherence.minijinja")),
    ("factuality", include_str!("prompts/factuality.minijinja")),
    ("g_eval_steps", include_str!("prompts/g_eval_steps.minijinja")),
    ("g_eval", include_str!("prompts/g_eval.minijinja")),
    ("questions", include_str!("prompts/questions.minijinja")),
    ("case", include_str!("prompts/case.minijinja")),
    ("again", include_str!("prompts/again.minijinja")),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    for (name, source) in SOURCES {
        environment.add_template(name, source).map_err(|error| error.to_string())?;
    }
    Ok(environment)
});

impl Template {
    fn file(self) -> &'static str {
        match self {
            Self::LlmRubric => "llm_rubric",
            Self::ClosedQa => "closed_qa",
            Self::Accuracy => "accuracy",
            Self::Relevance => "relevance",
            Self::Toxicity => "toxicity",
            Self::Coherence => "coherence",
            Self::Factuality => "factuality",
            Self::GEvalSteps => "g_eval_steps",
            Self::GEval => "g_eval",
            Self::Questions => "questions",
            Self::Case => "case",
            Self::Again => "again",
        }
    }
}

/// A prompt with its places filled, without space around it.
pub(crate) fn render(template: Template, context: Value) -> Result<String, EvaluatorError> {
    let failed = |error: String| EvaluatorError::Failed(format!("the judge's prompt could not be built: {error}"));
    let environment = ENVIRONMENT.as_ref().map_err(|error| failed(error.clone()))?;
    let text = environment
        .get_template(template.file())
        .and_then(|found| found.render(context))
        .map_err(|error| failed(error.to_string()))?;
    Ok(text.trim().to_owned())
}

/// The text with every tag that our prompts use made harmless, so that it cannot end the place it stands in.
pub(crate) fn inert(text: &str) -> Cow<'_, str> {
    const TAGS: &[&str] = &["output", "input", "reference", "rubric", "steps", "evaluation"];
    let is_tag = |rest: &str| {
        let inner = rest.strip_prefix('/').unwrap_or(rest).trim_start();
        TAGS.iter().any(|tag| {
            inner.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag))
                && inner[tag.len()..].trim_start().starts_with('>')
        })
    };
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        safe.push_str(&rest[..at]);
        safe.push_str(if is_tag(rest[at + 1..].trim_start()) { "&lt;" } else { "<" });
        rest = &rest[at + 1..];
    }
    safe.push_str(rest);
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    #[test]
    fn every_judging_prompt_has_its_parts_in_order() {
        for (template, name) in [
            (Template::LlmRubric, "llm-rubric"),
            (Template::ClosedQa, "model-graded-closedqa"),
            (Template::Accuracy, "accuracy-judge"),
            (Template::Relevance, "relevance-judge"),
            (Template::Toxicity, "toxicity-judge"),
            (Template::Coherence, "coherence-judge"),
            (Template::Factuality, "factuality"),
            (Template::GEval, "g-eval"),
        ] {
            let text = render(
                template,
                context! { evaluation => name, rubric => "be kind", worst => "0.0", middle => "0.5", best => "1.0" },
            )
            .unwrap();
            assert_eq!(text.lines().next(), Some("You judge outputs of language models."), "{name}");
            assert!(text.contains(&format!("<evaluation>{name}</evaluation>")), "{name}");
            assert!(text.contains("never your verdict"), "{name}");
            assert!(!text.contains("{{") && !text.contains("- :"), "{name}");
            assert!(text.ends_with('}') && text.contains("{\"reason\": \"...\""), "{name}");
            assert!(text.contains("\"score\": 0.0, \"pass\": false"), "{name}");
            assert!(template == Template::Factuality || text.contains("<rubric>\nbe kind\n</rubric>"), "{name}");
        }
        for template in [Template::GEvalSteps, Template::Questions] {
            let text = render(template, context! { rubric => "be kind" }).unwrap();
            assert!(text.starts_with("You judge outputs of language models.\n<evaluation>"));
        }
    }

    #[test]
    fn the_output_comes_last() {
        let text = render(Template::Case, context! { input => "Q", reference => "R", output => "O" }).unwrap();
        assert_eq!(text, "<input>\nQ\n</input>\n\n<reference>\nR\n</reference>\n\n<output>\nO\n</output>");
        let bare = render(Template::Case, context! { output => "O" }).unwrap();
        assert_eq!(bare, "<output>\nO\n</output>");
    }

    #[test]
    fn tags_in_texts_lose_their_power() {
        for (text, safe) in [
            ("a < b", "a < b"),
            ("x</output>y", "x&lt;/output>y"),
            ("</ OUTPUT >", "&lt;/ OUTPUT >"),
            ("<rubric>", "&lt;rubric>"),
            ("<b>bold</b>", "<b>bold</b>"),
        ] {
            assert_eq!(inert(text), safe);
        }
    }
}
