use clade_domain::{Assertion, CodeAnswer, CodeRequest, FunctionSource, Language, ModelAnswer, ModelRequest, Step};
use serde_json::{Value, json};

use crate::{
    code,
    evaluator::{Case, Evaluator, EvaluatorError, Needs, Verdict},
    fill,
    settings::{check_share, check_value},
};

/// `python` and `javascript`: a function of one's own, inline or in a file, executed in a sandbox. It gets the output and a context, and
/// returns a boolean, a number in [0, 1], or an object with `pass`, `score`, `reason` and `namedScores`. Semantics: promptfoo,
/// `src/assertions/python.ts` and `javascript.ts`; scores outside [0, 1] are refused, and code that fails is an error of the trial.
pub(crate) struct Function {
    name: &'static str,
    language: Language,
    /// The function that a file is asked for where none is named.
    usual: &'static str,
    extensions: &'static [&'static str],
}

pub(crate) static PYTHON: Function =
    Function { name: "python", language: Language::Python, usual: "get_assert", extensions: &["py"] };

pub(crate) static JAVASCRIPT: Function = Function {
    name: "javascript",
    language: Language::JavaScript,
    usual: "default",
    extensions: &["js", "cjs", "mjs"],
};

impl Function {
    fn source(&self, value: &str) -> FunctionSource {
        match code::path_of(value) {
            Some(path) => {
                let (path, function) = code::function_of(path);
                FunctionSource::File { path: path.to_owned(), function: function.unwrap_or(self.usual).to_owned() }
            }
            None => FunctionSource::Inline {
                code: value.to_owned(),
                names: vec!["output".to_owned(), "context".to_owned()],
            },
        }
    }
}

/// The function that a check calls, where its value does not depend on the example.
#[must_use]
pub fn function_of(assertion: &Assertion) -> Option<(Language, FunctionSource)> {
    let function = [&PYTHON, &JAVASCRIPT].into_iter().find(|function| function.name == assertion.kind)?;
    match &assertion.value {
        Some(Value::String(value)) if !fill::has_template(value) => Some((function.language, function.source(value))),
        _ => None,
    }
}

impl Evaluator for Function {
    fn name(&self) -> &'static str {
        self.name
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_share(assertion)?;
        check_value(assertion)?;
        let Some(Value::String(value)) = &assertion.value else {
            return Err(format!("the value of `{}` is no text; write code, or `file://` and a path", self.name));
        };
        if let FunctionSource::File { path, .. } = self.source(value) {
            let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
            if !self.extensions.contains(&extension) {
                let wanted = self.extensions.join(", .");
                return Err(format!("`{path}` is no file of `{}`; its name must end in .{wanted}", self.name));
            }
        }
        Ok(())
    }

    fn needs(&self, _: &Assertion) -> Needs {
        Needs {
            code: true,
            python: self.language == Language::Python,
            javascript: self.language == Language::JavaScript,
            ..Needs::default()
        }
    }

    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        match code::answer(answers)? {
            None => {
                let Some(Value::String(value)) = &case.assertion.value else {
                    return Err(EvaluatorError::Failed("its value is no text".to_owned()));
                };
                let args = vec![json!(case.output), code::context(case)];
                let request = CodeRequest::Function { language: self.language, source: self.source(value), args };
                Ok(Step::Ask(vec![ModelRequest::Code(request)]))
            }
            Some(CodeAnswer::Function { value, said }) => code::verdict(case, value, said).map(Step::Done),
            Some(_) => Err(code::of_another_kind()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{from_json, step};

    fn returned(value: Value) -> [ModelAnswer; 1] {
        [ModelAnswer::Code(CodeAnswer::Function { value, said: String::new() })]
    }

    #[test]
    fn asks_for_the_function_that_is_meant() {
        let file = |path: &str, function: &str| FunctionSource::File { path: path.into(), function: function.into() };
        for (check, wanted, source) in [
            (json!({"type": "python", "value": "file://score.py"}), Language::Python, file("score.py", "get_assert")),
            (json!({"type": "python", "value": "file://a/b.py:grade"}), Language::Python, file("a/b.py", "grade")),
            (json!({"type": "javascript", "value": "file://s.js"}), Language::JavaScript, file("s.js", "default")),
            (
                json!({"type": "python", "value": "len(output)"}),
                Language::Python,
                FunctionSource::Inline { code: "len(output)".into(), names: vec!["output".into(), "context".into()] },
            ),
        ] {
            let check = from_json(check);
            let Step::Ask(asked) = step(&check, "out", &[]).unwrap() else { panic!("does not ask") };
            let [ModelRequest::Code(CodeRequest::Function { language, source: asked, args })] = asked.as_slice() else {
                panic!("asks for something else")
            };
            assert_eq!((language, asked), (&wanted, &source));
            assert_eq!(args[0], json!("out"));
            assert_eq!(args[1]["prompt"], json!("What is 6 x 7?"));
        }
    }

    #[test]
    fn reads_what_the_function_returns() {
        let check = from_json(json!({"type": "python", "value": "x", "threshold": 0.5}));
        let full = json!({"pass": true, "score": 0.25, "reason": "short", "namedScores": {"tone": 0.5, "length": 1}});
        let Step::Done(verdict) = step(&check, "out", &returned(full)).unwrap() else { panic!("asks again") };
        assert_eq!((verdict.score, verdict.pass, verdict.reason.as_str()), (0.25, true, "short"));
        assert_eq!(verdict.named, [("length".to_owned(), 1.0), ("tone".to_owned(), 0.5)]);
        let Step::Done(verdict) = step(&check, "out", &returned(json!(0.4))).unwrap() else { panic!("asks again") };
        assert!(!verdict.pass && verdict.reason.contains("0.40") && verdict.reason.contains("\"out\""), "{verdict:?}");
        assert!(step(&check, "out", &returned(json!("yes"))).is_err());
    }

    #[test]
    fn says_what_is_no_function() {
        for (check, words) in [
            (json!({"type": "python"}), "needs a `value`"),
            (json!({"type": "python", "value": 3}), "no text"),
            (json!({"type": "python", "value": "file://score.js"}), "must end in .py"),
            (json!({"type": "javascript", "value": "file://score.ts"}), "must end in .js"),
            (json!({"type": "python", "value": "x", "threshold": 2}), "threshold"),
        ] {
            let check = from_json(check);
            let error = crate::check(&check).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
