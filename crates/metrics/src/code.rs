//! What checks that are code have in common: the files they name, what the code gets to see, and how its answer reads.

use clade_domain::{CodeAnswer, ModelAnswer};
use serde_json::{Value, json};

use crate::{Case, EvaluatorError, Verdict, feedback::quote, grade::Grade};

/// Whether a check of this kind executes the files that its value names, instead of taking its value from them.
#[must_use]
pub fn executes(kind: &str) -> bool {
    ["python", "javascript", "exec"].contains(&kind)
}

/// The paths behind `file://` in the value of a check that is code, in order: `file://score.py:grade` for functions, any words of an
/// `exec`. Empty for checks that are no code, whose files hold values.
#[must_use]
pub fn file_paths(kind: &str, value: &Value) -> Vec<String> {
    match (kind, value) {
        ("python" | "javascript", Value::String(text)) => {
            path_of(text).map(|path| function_of(path).0.to_owned()).into_iter().collect()
        }
        ("exec", Value::String(text)) => text.split_whitespace().filter_map(path_of).map(str::to_owned).collect(),
        ("exec", Value::Array(words)) => {
            words.iter().filter_map(|word| path_of(word.as_str()?)).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The path behind `file://`, from the run file's folder.
pub(crate) fn path_of(word: &str) -> Option<&str> {
    let path = word.strip_prefix("file://")?;
    Some(path.strip_prefix("./").unwrap_or(path))
}

/// A path and the function's name behind its last colon, where there is one.
pub(crate) fn function_of(path: &str) -> (&str, Option<&str>) {
    match path.rsplit_once(':') {
        Some((path, name)) if !path.is_empty() && !name.is_empty() && !name.contains(['/', '.']) => (path, Some(name)),
        _ => (path, None),
    }
}

/// promptfoo's context of an assertion: what the code may look at beside the output. Source: promptfoo, `AssertionValueFunctionContext`.
pub(crate) fn context(case: &Case<'_>) -> Value {
    json!({
        "prompt": case.prompt,
        "vars": case.vars,
        "test": { "vars": case.vars },
        "config": case.assertion.config,
        "latencyMs": case.latency_ms,
        "cost": case.cost,
    })
}

/// What a returned value says of the output.
pub(crate) fn verdict(case: &Case<'_>, value: &Value, said: &str) -> Result<Verdict, EvaluatorError> {
    let grade = Grade::read(value, case.assertion.threshold).map_err(EvaluatorError::Failed)?;
    let reason = grade.reason.unwrap_or_else(|| {
        let printed = if said.trim().is_empty() { String::new() } else { format!(" and printed {}", quote(said)) };
        format!("the code gives {:.2}{printed}; the output is {}", grade.score, quote(case.output))
    });
    let named = grade.named_scores.into_iter().collect();
    Ok(Verdict { named, ..Verdict::new(grade.score, grade.pass, reason) })
}

/// The answer of code among the answers so far; `None` where it was not asked for yet.
pub(crate) fn answer(answers: &[ModelAnswer]) -> Result<Option<&CodeAnswer>, EvaluatorError> {
    match answers.first() {
        None => Ok(None),
        Some(ModelAnswer::Code(answer)) => Ok(Some(answer)),
        Some(_) => Err(of_another_kind()),
    }
}

/// Somebody answered another question.
pub(crate) fn of_another_kind() -> EvaluatorError {
    EvaluatorError::Failed("the answer of the code is of another kind".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_files_that_a_check_executes() {
        for (kind, value, paths) in [
            ("python", json!("file://score.py"), vec!["score.py"]),
            ("python", json!("file://checks/score.py:grade"), vec!["checks/score.py"]),
            ("javascript", json!("file://score.js:default"), vec!["score.js"]),
            ("python", json!("len(output) < 10"), vec![]),
            ("exec", json!("ruby file://score.rb file://words.txt"), vec!["score.rb", "words.txt"]),
            ("exec", json!(["ruby", "file://score.rb"]), vec!["score.rb"]),
            ("llm-rubric", json!("file://rubric.txt"), vec![]),
        ] {
            assert_eq!(file_paths(kind, &value), paths, "{kind} {value}");
        }
    }
}
